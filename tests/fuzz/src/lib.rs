//! What the targets have in common: inputs that are nearly right, and a run that goes on for as long as it is told.
//!
//! An input starts from one that is right and is changed in a few places, as JSON or as bytes; what is found wrong is made
//! smaller until every change that is left is needed. `proptest` draws and shrinks; how long and from which seed is here.

mod bytes;
mod json;
mod run;
mod text;

pub use bytes::{altered, bytes, pieces};
pub use json::{json, odd};
pub use run::hold;
pub use text::{is_harmless, text};

//! The components of a normalised document as what they become in Rust.
//!
//! The documents come from [`normalise`](super::normalise) in its normal form, so this reads few shapes; anything else is an
//! error that names its pointer, since a schema that is skipped here would be lost in silence.

mod bounds;
mod component;
mod reachable;
mod read;
mod untyped;

pub use bounds::{Bounds, IntegerType, NumberKind};
pub use component::{Component, Components, Property, Rest, Shape, Variant, referenced};
pub use reachable::reachable;
pub use read::{merge, read};
pub use untyped::untyped;

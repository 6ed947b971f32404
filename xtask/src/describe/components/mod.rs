//! The components of a normalised document, and the kind of Rust type that each becomes.
//!
//! The documents come from [`normalise`](super::normalise) in its normal form, so there are only a few shapes to read.
//! Anything else is an error with its pointer, because a schema that is skipped here would be lost without notice.

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

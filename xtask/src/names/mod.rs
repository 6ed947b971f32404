//! Rust names for the names in the description, and the names that are reserved.

mod members;
mod reserved;
mod types;

pub use members::{field, variant};
pub(crate) use reserved::is_reserved;
pub use types::{is_keyword, part, type_name};

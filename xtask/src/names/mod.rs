//! Rust names for what the description names, and the names that are taken before a document is read.

mod members;
mod reserved;
mod types;

pub use members::{field, variant};
pub(crate) use reserved::is_reserved;
pub use types::{is_keyword, part, type_name};

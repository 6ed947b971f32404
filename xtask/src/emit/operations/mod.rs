//! The operations of a document, through progenitor.
//!
//! progenitor gets a copy in which every success is a `2XX` of raw bytes and nothing else is described: its functions own
//! method, path, query, headers and body. Reading an answer is one hand-written function of the client, which bounds it and
//! keeps its status; progenitor's own decoding does neither.
//!
//! The operations that a template has for each endpoint become one, which takes the endpoint's id as its path and the
//! input as JSON: whatever has an id can be called, an endpoint that is known at run time only and one whose models
//! stand in another crate among them.

mod generate;
mod operation;
mod parameters;
mod polish;

pub(super) use generate::has_same_operations;
pub use generate::operations;
pub use operation::{Operation, Operations};
pub use parameters::parameters;

//! Writes every generated file from the description.

mod client;
pub mod corpus;
mod docs;
pub mod models;
pub mod operations;
mod sandbox;
mod source;
pub mod standalone;
pub mod surface;
pub mod workspace;
pub mod write;

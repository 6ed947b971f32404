//! The models: structs, enumerations, checked numbers, unions, and the table of endpoints.

mod attributes;
mod component;
mod endpoint_table;
mod enumeration;
mod files;
mod number;
mod structure;
mod types;
mod union;
mod wrapper;

pub use files::{Files, files, sources};

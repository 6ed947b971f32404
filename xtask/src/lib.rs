//! The maintainer's commands as a library: from the API description in `openapi/` to every file that depends on it.

pub mod assemble;
pub mod codegen;
pub mod diff;
pub mod emit;
pub mod error;
pub mod idents;
pub mod model;
pub mod names;
pub mod operations;
pub mod pointer;
pub mod standalone;
pub mod surface;
pub mod write;

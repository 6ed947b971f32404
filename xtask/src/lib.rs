//! The maintainer's commands as a library: from the API description in `openapi/` to every file that depends on it.

pub mod assemble;
pub mod bench;
pub mod changelog;
pub mod codegen;
pub mod corpus;
pub mod diff;
pub mod document;
pub mod emit;
pub mod endpoints;
pub mod error;
pub mod fetch;
pub mod idents;
pub mod lint;
pub mod lock;
pub mod model;
pub mod names;
pub mod normalise;
pub mod operations;
pub mod overlay;
pub mod pointer;
mod share;
pub mod references;
pub mod services;
pub mod standalone;
pub mod surface;
pub mod template;
pub mod write;

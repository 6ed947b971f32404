//! The maintainer's commands as a library: from the API description in `openapi/` to every file that depends on it.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "`print` does, which bears a closed pipe")]

pub mod add;
pub mod bench;
pub mod cargo;
pub mod commands;
pub mod conformance;
pub mod copy;
pub mod crash;
pub mod describe;
pub mod diff;
pub mod emit;
pub mod error;
pub mod fetch;
pub mod fuzz;
pub mod modules;
pub mod names;
pub mod pointer;
mod print;
pub mod sources;
mod store;
pub mod tidy;

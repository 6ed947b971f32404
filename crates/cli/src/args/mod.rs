//! The command tree, built from the table of endpoints, and the parsing of command lines.

mod auth;
mod batch;
mod command;
mod config;
mod docs;
pub(crate) mod endpoint;
pub(crate) mod flag;
pub(crate) mod gallery;
pub(crate) mod input;
pub(crate) mod jobs;
pub(crate) mod kind;
pub(crate) mod local_file;
mod mask;
mod mcp;
pub(crate) mod negation;
mod rerun;
#[cfg(feature = "sandbox")]
mod sandbox;
pub(crate) mod schema;
pub(crate) mod several;
mod text;
pub(crate) mod usage;
pub(crate) mod value;

pub use command::command;
pub(crate) use command::{command_for, listed_command};

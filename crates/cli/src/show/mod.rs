//! Output for people: progress, pictures, and the endpoints' inputs and outputs.

pub(crate) mod cli_schema;
pub(crate) mod grid;
pub(crate) mod inspect;
pub(crate) mod json_schema;
mod preview;
pub(crate) mod progress;
pub(crate) mod saved;
pub(crate) mod schema;

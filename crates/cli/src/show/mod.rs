//! What people see: progress, and what the endpoints take and give.

pub(crate) mod cli_schema;
pub(crate) mod grid;
pub(crate) mod inspect;
pub(crate) mod json_schema;
mod preview;
pub(crate) mod progress;
pub(crate) mod saved;
pub(crate) mod schema;

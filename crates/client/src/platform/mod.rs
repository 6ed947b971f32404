//! The platform API: the history of requests with their inputs and outputs, prices and bills.

pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod money;
mod pages;

//! What the platform remembers: requests with their inputs and outputs, prices, bills.

pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod money;
mod pages;

//! Documents about the program itself.

mod completions;
mod help;
mod man;

pub(crate) use completions::completions;
pub(crate) use help::{first_page, help};
pub(crate) use man::man;

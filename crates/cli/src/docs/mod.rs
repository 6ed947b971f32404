//! Documents about the program itself.

mod completions;
mod man;

pub(crate) use completions::completions;
pub(crate) use man::man;

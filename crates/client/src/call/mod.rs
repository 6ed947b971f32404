//! The plain facts of one call: which operation it is, what the head of its answer says, when it was sent.

pub(crate) mod files;
pub(crate) mod head;
pub(crate) mod json;
pub(crate) mod operation;
pub(crate) mod window;

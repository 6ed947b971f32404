//! What is read: the files of `openapi/`.

pub mod document;
pub mod endpoints;
pub mod folder;
pub mod lock;

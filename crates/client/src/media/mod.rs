//! Pictures that go in: uploading, inlining, and what can be checked before anything is paid.

mod content;
pub(crate) mod hosted;
pub(crate) mod input;
pub(crate) mod mask;
mod metadata;
mod multipart;
pub(crate) mod progress;
mod sending;
pub(crate) mod storage;
mod unreadable;
pub(crate) mod upload;

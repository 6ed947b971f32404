//! To be written.

pub mod draw;

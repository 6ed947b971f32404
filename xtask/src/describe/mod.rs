//! What the files of `openapi/` mean: from the upstream documents to the description of the API.

pub mod assemble;
pub mod components;
pub mod lint;
pub mod normalise;
pub mod overlay;
pub mod references;
pub mod services;
mod share;
pub mod template;

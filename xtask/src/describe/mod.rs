//! Turns the [`Sources`](crate::sources::Sources) into the [`Description`], and collects every problem on the way.

mod assemble;
pub mod components;
mod description;
mod difference;
mod draft;
pub mod endpoint;
pub mod envelope;
mod files;
mod fill_in;
pub mod lint;
pub mod normalise;
mod overlay;
mod own;
mod references;
mod share;
mod standalone;
mod template;
mod workspace;

pub use description::{Described, Description, UpstreamDocument};
pub use draft::draft;
pub use standalone::describe_document;
pub use workspace::{describe, describe_assembled};

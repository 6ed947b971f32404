//! Typed models of fal's endpoint `fal-ai/studio/compose`, generated from its OpenAPI document.
//!
//! `ideogram-client` calls it as it calls its own: `client.subscribe(&input).await`.

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "generated: read by people, but not written by them")]
mod generated;

pub use generated::StudioComposeInput as Input;
pub use generated::StudioComposeOutput as Output;
pub use generated::*;

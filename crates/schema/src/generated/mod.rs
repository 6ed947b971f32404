//! Hand-made specimen; `cargo xtask codegen` replaces it.

pub mod edit;
pub mod generate;
pub mod queue;
pub mod remix;
pub mod shared;

pub use edit::*;
pub use generate::*;
pub use queue::*;
pub use remix::*;
pub use shared::*;

/// Every endpoint that the description has, in the order of `openapi/endpoints.toml`.
pub static ENDPOINTS: &[&crate::EndpointInfo] = &[
    <Generate as crate::Endpoint>::INFO,
    <Remix as crate::Endpoint>::INFO,
    <Edit as crate::Endpoint>::INFO,
];

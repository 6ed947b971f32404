//! Typed models of fal's Ideogram V2 Turbo endpoints.
//!
//! Everything under [`models`] and the table [`ENDPOINTS`] is generated from the OpenAPI description in `openapi/`; the
//! modules [`endpoint`], [`field`], [`number`] and [`value`] are the small contract that the generated code fills in.
//! There is no HTTP here, no async and no I/O.
//!
//! ```
//! use ideogram_schema::{AspectRatio, GenerateInput, Style};
//!
//! let input = GenerateInput::new("A fox reading a map, poster")
//!     .with_aspect_ratio(AspectRatio::Ratio16x9)
//!     .with_style(Style::Design);
//! // Only what was set is sent; the server's defaults fill in the rest.
//! assert_eq!(
//!     serde_json::to_value(&input).unwrap(),
//!     serde_json::json!({"prompt": "A fox reading a map, poster", "aspect_ratio": "16:9", "style": "design"}),
//! );
//! ```

#[macro_use]
pub mod value;
#[macro_use]
pub mod number;
pub mod endpoint;
pub mod field;
#[rustfmt::skip]
mod generated;

pub use endpoint::{Endpoint, EndpointInfo, EndpointInput, Price};
pub use field::{Field, FieldKind, FileRole};
pub use generated::*;
pub use number::{Bounds, OutOfRange};
pub use value::{Unknown, UnknownText};

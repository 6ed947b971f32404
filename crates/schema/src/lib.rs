//! Typed models of fal's Ideogram V2 Turbo endpoints.
//!
//! The models and the table [`ENDPOINTS`] are generated from the OpenAPI description in `openapi/`; the
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
//!
//! A value that the description does not list is kept, and none that it lists can pose as one:
//!
//! ```
//! use ideogram_schema::Style;
//!
//! assert_eq!(Style::from("anime"), Style::Anime);
//! assert_eq!(Style::from("watercolour").as_str(), "watercolour");
//! assert!("watercolour".parse::<Style>().is_err());
//! ```
//!
//! ```compile_fail
//! # use ideogram_schema::{Style, Unknown};
//! let impostor = Style::UnknownValue(Unknown::new("anime"));
//! ```
//!
//! The same facts are there as data, for tools that know an endpoint only at run time:
//!
//! ```
//! use ideogram_schema::{ENDPOINTS, Endpoint, FieldKind, Remix};
//!
//! let remix = ENDPOINTS.iter().find(|info| info.verb == "remix").unwrap();
//! assert_eq!(remix.id, Remix::ID);
//! let strength = remix.input("strength").unwrap();
//! assert_eq!(strength.default, Some("0.8"));
//! assert!(matches!(strength.kind, FieldKind::Number(bounds) if bounds.check(1.5).is_err()));
//! ```

#[macro_use]
pub mod value;
#[macro_use]
pub mod number;
pub mod endpoint;
pub mod field;
#[rustfmt::skip]
#[allow(clippy::pedantic, reason = "generated: read by people, but not written by them")]
mod generated;

pub use endpoint::{Endpoint, EndpointInfo, EndpointInput, Price};
pub use field::{Field, FieldKind, FileRole};
pub use generated::*;
pub use number::{Bounds, OutOfRange};
pub use value::{Unknown, UnknownText};

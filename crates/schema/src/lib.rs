//! Typed models of fal's Ideogram V2 Turbo endpoints.
//!
//! The models and the table [`ENDPOINTS`] are generated from the OpenAPI description in `openapi/`; the modules
//! [`check`], [`endpoint`], [`field`], [`integer`], [`number`] and [`value`] define the types and traits that the
//! generated code uses. There is no HTTP here, no async and no I/O.
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
//! A value that the description does not list is kept as `UnknownValue`, which can never hold a listed one:
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
//! A JSON input is read strictly, because the service ignores a misspelled field and bills the picture that it makes
//! without it.
//!
//! ```
//! use ideogram_schema::{EndpointInput, GenerateInput, RemixInput};
//! use serde_json::json;
//!
//! let input = GenerateInput::from_json(json!({"prompt": "A fox", "seed": 7})).unwrap();
//! assert_eq!(input, GenerateInput::new("A fox").with_seed(7));
//!
//! let error = GenerateInput::from_json(json!({"prompt": "A fox", "apsect_ratio": "16:9"})).unwrap_err();
//! assert_eq!(error.nearest(), Some("aspect_ratio"));
//! assert_eq!(error.to_string(), "`apsect_ratio` is not a field of the input; did you mean `aspect_ratio`?");
//!
//! let image_url = "https://example.com/fox.png";
//! let error = RemixInput::from_json(json!({"prompt": "Ice", "image_url": image_url, "strength": -1})).unwrap_err();
//! assert!(error.to_string().starts_with("`strength` must be a number from "));
//! ```
//!
//! The same facts are available as data, for tools that know an endpoint only at run time:
//!
//! ```
//! use ideogram_schema::{ENDPOINTS, Endpoint, FieldKind, Remix};
//!
//! let remix = ENDPOINTS.iter().find(|info| info.verb == "remix").unwrap();
//! assert_eq!(remix.id, Remix::ID);
//! let strength = remix.input("strength").unwrap();
//! let default: f64 = strength.default.unwrap().parse().unwrap();
//! let FieldKind::Number(bounds) = strength.kind else { panic!("a strength is a number") };
//! assert!(bounds.check(default).is_ok() && bounds.check(-1.0).is_err());
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod check;
pub mod endpoint;
pub mod field;
pub mod integer;
pub mod number;
mod union;
pub mod value;
#[rustfmt::skip]
#[allow(clippy::pedantic, reason = "generated: read by people, but not written by them")]
mod generated;
mod location;

pub use check::InputError;
pub use endpoint::{Endpoint, EndpointInfo, EndpointInput, Price};
pub use field::{Field, FieldKind, FileRole};
pub use generated::*;
pub use integer::Integer;
pub use location::Location;
pub use number::{Bounds, OutOfRange};
#[doc(hidden)]
pub use union::{JsonShape, candidates};
pub use value::{Unknown, UnknownInteger, UnknownText};

/// The examples of the README are tested too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

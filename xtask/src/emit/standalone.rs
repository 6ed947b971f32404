//! A schema crate of its own for any one document of fal's.

use super::models;
use super::write::Output;
use crate::describe::Description;
use crate::describe::endpoint::EndpointFacts;
use crate::error::{Error, Result};
use std::path::Path;

/// The contract that generated models fill in, as it stands in the schema crate.
const CONTRACT: [(&str, &str); 6] = [
    ("check.rs", include_str!("../../../crates/schema/src/check.rs")),
    ("endpoint.rs", include_str!("../../../crates/schema/src/endpoint.rs")),
    ("field.rs", include_str!("../../../crates/schema/src/field.rs")),
    ("number.rs", include_str!("../../../crates/schema/src/number.rs")),
    ("union.rs", include_str!("../../../crates/schema/src/union.rs")),
    ("value.rs", include_str!("../../../crates/schema/src/value.rs")),
];

/// The whole crate of one document that is described by itself.
///
/// # Errors
/// What the document has that cannot be carried into Rust, by JSON pointer.
pub fn schema_crate(description: &Description) -> Result<Output> {
    let facts = description.endpoints.first().ok_or_else(|| Error::new("no operation is marked as the endpoint"))?;
    let mut output = Output::default();
    output.folder("src/generated", models::files(description, "crate")?);
    output.files.extend(CONTRACT.map(|(name, text)| (Path::new("src").join(name), text.to_owned())));
    output.files.insert("src/lib.rs".into(), library(facts));
    output.files.insert("Cargo.toml".into(), manifest(facts));
    Ok(output)
}

fn library(facts: &EndpointFacts) -> String {
    format!(
        "//! Typed models of fal's endpoint `{}`, generated from its OpenAPI document.\n\n\
         #[macro_use]\npub mod value;\n#[macro_use]\npub mod number;\npub mod check;\npub mod endpoint;\npub mod field;\nmod union;\nmod generated;\n\n\
         pub use check::InputError;\npub use endpoint::{{Endpoint, EndpointInfo, EndpointInput, Price}};\n\
         pub use field::{{Field, FieldKind, FileRole}};\npub use generated::*;\n\
         pub use number::{{Bounds, OutOfRange}};\n#[doc(hidden)]\npub use union::{{JsonShape, candidates}};\npub use value::{{Unknown, UnknownInteger, UnknownText}};\n",
        facts.id
    )
}

fn manifest(facts: &EndpointFacts) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = facts.id.chars().map(letters).collect();
    let letter_first = if name.starts_with(|c: char| c.is_ascii_digit()) { "endpoint-" } else { "" };
    format!(
        "[package]\nname = \"{letter_first}{}-schema\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.89\"\n\
         description = \"Typed models of fal's endpoint {}\"\n\n[features]\n\
         # JSON Schema of every model, derived from the Rust types.\nschemars = [\"dep:schemars\"]\n\n[dependencies]\n\
         schemars = {{ version = \"1.2\", default-features = false, features = [\"derive\", \"std\"], optional = true }}\n\
         serde = {{ version = \"1.0.228\", features = [\"derive\"] }}\nserde_json = \"1.0.145\"\n\n\
         # A workspace of its own, wherever it lies.\n[workspace]\n",
        name.trim_matches('-'),
        facts.id
    )
}

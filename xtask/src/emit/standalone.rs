//! `cargo xtask codegen --document FILE --out DIR`: a schema crate of its own for any one document of fal's.

use super::models::{EndpointFacts, Files, Models};
use super::write::{Change, Output};
use crate::describe::{assemble, components};
use crate::error::{Error, Result};
use crate::sources::document;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The contract that generated models fill in, as it stands in the schema crate.
const CONTRACT: [(&str, &str); 4] = [
    ("endpoint.rs", include_str!("../../../crates/schema/src/endpoint.rs")),
    ("field.rs", include_str!("../../../crates/schema/src/field.rs")),
    ("number.rs", include_str!("../../../crates/schema/src/number.rs")),
    ("value.rs", include_str!("../../../crates/schema/src/value.rs")),
];

/// The models, marker and table of one document in normal form. `contract` is the path at which the contract is found.
///
/// # Errors
/// What the document has that cannot be carried into Rust, by JSON pointer.
pub fn models(document: &Value, contract: &str) -> Result<(EndpointFacts, Files)> {
    let components = components::read(&[document])?;
    let paths = document.get("paths").and_then(Value::as_object);
    let extension = paths.into_iter().flatten().find_map(|(_, item)| item.pointer("/post/x-fal-endpoint"));
    let extension = extension.ok_or_else(|| Error::new("no operation is marked as the endpoint").at("/paths"))?;
    let facts = [EndpointFacts::read(extension, "/paths")?];
    let none = BTreeMap::new();
    let models =
        Models { components: &components, endpoints: &facts, modules: &none, hashes: &none, contract, generators: "" };
    let files = models.files()?;
    let [facts] = facts;
    Ok((facts, files))
}

/// The whole crate of one document in normal form.
///
/// # Errors
/// As [`models`].
pub fn schema_crate(document: &Value) -> Result<Output> {
    let (facts, files) = models(document, "crate")?;
    let mut output = Output::default();
    output.folder("src/generated", files);
    output.files.extend(CONTRACT.map(|(name, text)| (Path::new("src").join(name), text.to_owned())));
    output.files.insert("src/lib.rs".into(), library(&facts));
    output.files.insert("Cargo.toml".into(), manifest(&facts));
    Ok(output)
}

/// Reads one document and writes its crate; a `Cargo.toml` that is there already stays, being the user's from then on.
///
/// # Errors
/// As [`models`], or a file that cannot be read or written.
pub fn write(document: &Path, out: &Path) -> Result<Vec<Change>> {
    let folder = document.parent().unwrap_or(Path::new(""));
    let name = document.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::new("is no file").in_file(document))?;
    let value = document::load(folder, name).map_err(|error| error.in_file(document))?;
    let mut output = assemble::standalone(&value)
        .and_then(|normal| schema_crate(&normal))
        .map_err(|error| error.in_file(document))?;
    if out.join("Cargo.toml").exists() {
        output.files.remove(Path::new("Cargo.toml"));
    }
    output.write(out)
}

fn library(facts: &EndpointFacts) -> String {
    format!(
        "//! Typed models of fal's endpoint `{}`, generated from its OpenAPI document.\n\n\
         #[macro_use]\npub mod value;\n#[macro_use]\npub mod number;\npub mod endpoint;\npub mod field;\nmod generated;\n\n\
         pub use endpoint::{{Endpoint, EndpointInfo, EndpointInput, Price}};\n\
         pub use field::{{Field, FieldKind, FileRole}};\npub use generated::*;\n\
         pub use number::{{Bounds, OutOfRange}};\npub use value::{{Unknown, UnknownInteger, UnknownText}};\n",
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

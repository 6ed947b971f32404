//! Generates a separate crate for any one document of fal's, with models that implement the schema crate's traits, so
//! that the client can call it.

use super::models;
use super::write::Output;
use crate::describe::Description;
use crate::describe::endpoint::EndpointFacts;
use crate::error::{Error, Result};
use std::path::Path;

/// The whole crate of one document that is described by itself. `schema` is where the schema crate lies, as the crate's
/// manifest is to say it.
///
/// # Errors
/// What the document has that cannot be carried into Rust, by JSON pointer.
pub fn schema_crate(description: &Description, schema: &Path) -> Result<Output> {
    let facts = description.endpoints.first().ok_or_else(|| Error::new("no operation is marked as the endpoint"))?;
    let mut output = Output::default();
    output.folder("src/generated", models::files(description, "::ideogram_schema")?);
    output.files.insert("src/lib.rs".into(), library(description, facts));
    output.files.insert("Cargo.toml".into(), manifest(facts, schema));
    Ok(output)
}

fn library(description: &Description, facts: &EndpointFacts) -> String {
    let EndpointFacts { id, .. } = facts;
    // The short names, where the document has no type of that name.
    let alias = |component: &str, short: &str| {
        let is_free = description.endpoints.len() == 1
            && !description.components.values().any(|component| component.rust == short);
        let rust = description.components.get(component).filter(|_| is_free).map(|component| &component.rust);
        rust.map(|rust| format!("pub use generated::{rust} as {short};\n")).unwrap_or_default()
    };
    let (input, output) = (alias(&facts.input, "Input"), alias(&facts.output, "Output"));
    format!(
        "//! Typed models of fal's endpoint `{id}`, generated from its OpenAPI document.\n//!\n\
         //! `ideogram-client` calls it as it calls its own: `client.subscribe(&input).await`.\n\n\
         #[rustfmt::skip]\n#[allow(clippy::all, clippy::pedantic, reason = \"generated: read by people, but not written by them\")]\n\
         mod generated;\n\n{input}{output}pub use generated::*;\n"
    )
}

fn manifest(facts: &EndpointFacts, schema: &Path) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = facts.id.chars().map(letters).collect();
    let letter_first = if name.starts_with(|c: char| c.is_ascii_digit()) { "endpoint-" } else { "" };
    let schema = toml::Value::from(schema.display().to_string());
    format!(
        "[package]\nname = \"{letter_first}{}-schema\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.89\"\n\
         description = \"Typed models of fal's endpoint {}\"\n\n[features]\n\
         # JSON Schema of every model, derived from the Rust types.\nschemars = [\"dep:schemars\", \"ideogram-schema/schemars\"]\n\n[dependencies]\n\
         ideogram-schema = {{ version = \"{}\", path = {schema} }}\n\
         schemars = {{ version = \"1.2\", default-features = false, features = [\"derive\", \"std\"], optional = true }}\n\
         serde = {{ version = \"1.0.228\", features = [\"derive\"] }}\nserde_json = \"1.0.145\"\n\n\
         # A workspace of its own, wherever it lies.\n[workspace]\n",
        name.trim_matches('-'),
        facts.id,
        env!("CARGO_PKG_VERSION"),
    )
}

//! The models as files of source: one an endpoint, one for what they share, one for the protocol, one a document of ours.

use super::{component, endpoint_table, types};
use crate::describe::Description;
use crate::describe::components::{Component, Shape, reachable};
use crate::emit::source::header;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// A generated file: its path below the folder it belongs to, and its text.
pub type Files = BTreeMap<String, String>;

/// What goes into the generated module of models.
struct Models<'a> {
    description: &'a Description,
    contract: &'a str,
}

/// Writes `mod.rs`, one file per endpoint, one for what endpoints share, one for the protocol's own models, and one per
/// document of our own. `contract` is the path of the crate that has the contract, from where the models are.
///
/// # Errors
/// Whatever typify refuses, or a reference to a component that is not there.
pub fn files(description: &Description, contract: &str) -> Result<Files> {
    Models { description, contract }.files()
}

/// The source of each component, by name, and of each endpoint's part of the table.
///
/// # Errors
/// As [`files`].
pub fn sources(description: &Description) -> Result<(BTreeMap<String, String>, Vec<String>)> {
    let outputs = description.endpoints.iter().map(|facts| facts.output.as_str());
    let types = types::rust_types(&description.components, &reachable(outputs, &description.components))?;
    let source = |(name, component): (&String, &Component)| {
        let fallback = format!("The component `{name}` of the description.");
        let fields = types.get(name).map(Vec::as_slice).unwrap_or_default();
        Ok((name.clone(), component::source(component, fields, &fallback, &description.components)?))
    };
    let components = description.components.iter().map(source).collect::<Result<_>>()?;
    let table = description.endpoints.iter().map(|facts| endpoint_table::source(facts, &description.components));
    Ok((components, table.collect::<Result<_>>()?))
}

impl Models<'_> {
    fn files(&self) -> Result<Files> {
        let (components, table) = sources(self.description)?;
        let mut bodies: BTreeMap<String, String> = BTreeMap::new();
        let of_endpoints = self.description.endpoints.iter().map(|facts| crate::names::field(&facts.verb));
        let of_components = components.iter().map(|(name, source)| (self.file_of(name), source));
        for (file, source) in of_components.chain(of_endpoints.zip(&table)) {
            let body = bodies.entry(file).or_default();
            body.push('\n');
            body.push_str(source);
        }
        let mut files = Files::new();
        for (module, body) in &bodies {
            let facts = self.description.endpoints.iter().find(|facts| crate::names::field(&facts.verb) == *module);
            let about = match facts {
                Some(facts) => format!("The endpoint `{}`.", facts.id),
                None if module == SHARED => "What several endpoints share.".to_owned(),
                None if self.description.modules.values().any(|own| own == module) => {
                    format!("The models of `openapi/{module}.json`.")
                }
                None => "What the protocols of the endpoints use: status, logs, errors.".to_owned(),
            };
            let mut text = header(&self.description.generators);
            let upstream =
                self.description.upstream.iter().find(|upstream| facts.is_some_and(|facts| facts.id == upstream.id));
            if let Some(upstream) = upstream {
                text.push_str(&format!("// description sha256 {}\n", upstream.sha256));
            }
            text.push_str(&format!("\n//! {about}\n{body}"));
            files.insert(format!("{module}.rs"), text);
        }
        files.insert("mod.rs".to_owned(), self.root(bodies.keys()));
        Ok(files)
    }

    fn root<'a>(&self, modules: impl Iterator<Item = &'a String> + Clone) -> String {
        let contract = self.contract;
        let mut text = header(&self.description.generators);
        text.push_str("\n//! Models, markers and the table of endpoints.\n\n");
        let is_deprecated = |component: &Component| match &component.shape {
            Shape::Struct(properties) => properties.iter().any(|property| property.deprecated),
            _ => false,
        };
        if self.description.components.values().any(is_deprecated) {
            text.push_str(
                "#![allow(deprecated, reason = \"what is deprecated is read and written all the same\")]\n\n",
            );
        }
        let mut used = BTreeSet::from(["Bounds", "Endpoint", "EndpointInfo", "EndpointInput", "Field", "FieldKind"]);
        used.extend([
            "FileRole",
            "Integer",
            "JsonShape",
            "Price",
            "number::bounded_number",
            "candidates",
            "value::open_enum",
            "value::open_integer_enum",
        ]);
        let used: Vec<&str> = used.into_iter().collect();
        text.push_str(&format!(
            "#[allow(unused_imports, reason = \"what is used depends on the description\")]\nuse {contract}::{{{}}};\n\n",
            used.join(", ")
        ));
        for module in modules.clone() {
            text.push_str(&format!("mod {module};\n"));
        }
        text.push('\n');
        for module in modules.clone() {
            text.push_str(&format!("pub use {module}::*;\n"));
        }
        let of_endpoint = |module: &&String| {
            *module == SHARED
                || self.description.endpoints.iter().any(|facts| crate::names::field(&facts.verb) == **module)
        };
        text.push_str(
            "\n/// The models of the endpoints: inputs, outputs, and what they are made of.\npub mod endpoints {\n",
        );
        for module in modules.filter(of_endpoint) {
            text.push_str(&format!("    pub use super::{module}::*;\n"));
        }
        text.push_str("}\n");
        text.push_str("\n/// Every endpoint that the description has, in its order.\n");
        text.push_str("pub static ENDPOINTS: &[&EndpointInfo] = &[\n");
        for facts in &self.description.endpoints {
            text.push_str(&format!("    <{} as Endpoint>::INFO,\n", facts.name));
        }
        text.push_str("];\n\n");
        text.push_str(
            "/// The JSON Schema of every model, by name, derived from the Rust types: what `openapi/` says, said by the code.\n\
             #[cfg(feature = \"schemars\")]\n\
             pub fn json_schemas() -> ::serde_json::Map<String, ::serde_json::Value> {\n    \
             let mut generator = ::schemars::generate::SchemaSettings::openapi3().into_generator();\n",
        );
        for component in self.description.components.values() {
            text.push_str(&format!("    generator.subschema_for::<{}>();\n", component.rust));
        }
        text.push_str("    generator.take_definitions(true)\n}\n");
        text
    }

    /// The module that a component belongs to: that of the one endpoint that uses it, else the shared one, that of the one
    /// document that has it, or the protocol's.
    fn file_of(&self, name: &str) -> String {
        let mut users = self.description.endpoints.iter().filter(|facts| {
            reachable([facts.input.as_str(), facts.output.as_str()], &self.description.components).contains(name)
        });
        match (users.next(), users.next()) {
            (Some(only), None) => crate::names::field(&only.verb),
            (Some(_), Some(_)) => SHARED.to_owned(),
            (None, _) => self.description.modules.get(name).cloned().unwrap_or_else(|| PROTOCOL.to_owned()),
        }
    }
}

const SHARED: &str = "shared";
const PROTOCOL: &str = "protocol";

//! Writes the models as source files: one for each endpoint, one for what endpoints share, one for the protocol, one
//! for each document of ours, and several in place of a long one.

use super::{component, endpoint_table, types};
use crate::describe::Description;
use crate::describe::components::{Component, Shape, reachable};
use crate::describe::endpoint::EndpointFacts;
use crate::emit::source::header;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// A generated file: its path below the folder it belongs to, and its text.
pub type Files = BTreeMap<String, String>;

/// What a file of models has.
struct File {
    about: String,
    of_endpoint: bool,
    /// Of the document that it is made from.
    sha256: Option<String>,
    body: String,
}

impl File {
    fn add(&mut self, source: &str) {
        self.body.push('\n');
        self.body.push_str(source);
    }
}

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
        let files = self.sources()?;
        let mut texts = Files::from([("mod.rs".to_owned(), self.root(&files))]);
        for (name, file) in files {
            let mut text = header(&self.description.generators);
            if let Some(sha256) = file.sha256 {
                text.push_str(&format!("// description sha256 {sha256}\n"));
            }
            text.push_str(&format!("\n//! {}.\n{}", file.about, file.body));
            texts.insert(format!("{name}.rs"), text);
        }
        Ok(texts)
    }

    /// The files of the models, by name: one a module, or one for each first word of its types' names where that is long.
    fn sources(&self) -> Result<BTreeMap<String, File>> {
        let (components, table) = sources(self.description)?;
        let mut modules: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        let module = self.modules();
        for (name, component) in &self.description.components {
            let source = components.get(name).map_or("", String::as_str);
            modules.entry(module(name)).or_default().push((&component.rust, source));
        }
        // An endpoint's part of the table stands below its types.
        for (facts, source) in self.description.endpoints.iter().zip(&table) {
            modules.entry(module_of(facts)).or_default().push((&facts.name, source));
        }
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        for (module, sources) in &modules {
            let facts = self.description.endpoints.iter().find(|facts| module_of(facts) == *module);
            let about = self.about(module, facts);
            let is_long = sources.iter().map(|(_, source)| source.lines().count() + 1).sum::<usize>() > LONGEST;
            for (rust, source) in sources {
                let word = first_word(rust, facts.map_or("", |facts| &facts.name)).filter(|_| is_long);
                let (name, about) = match word {
                    Some(word) => (format!("{module}_{}", word.to_lowercase()), format!("{about}: `{word}…`")),
                    None => (module.clone(), about.clone()),
                };
                let of_endpoint = facts.is_some() || module == SHARED;
                let new = || File { about, of_endpoint, sha256: None, body: String::new() };
                files.entry(name).or_insert_with(new).add(source);
            }
        }
        for facts in &self.description.endpoints {
            let upstream = self.description.upstream.iter().find(|upstream| facts.id == upstream.id);
            if let Some(file) = files.get_mut(&module_of(facts)) {
                file.sha256 = upstream.map(|upstream| upstream.sha256.clone());
            }
        }
        Ok(files)
    }

    fn about(&self, module: &str, facts: Option<&EndpointFacts>) -> String {
        match facts {
            Some(facts) => format!("The endpoint `{}`", facts.id),
            None if module == SHARED => "What several endpoints share".to_owned(),
            None if self.description.modules.values().any(|own| own == module) => {
                format!("The models of `openapi/{module}.json`")
            }
            None => "What the protocols of the endpoints use: status, logs, errors".to_owned(),
        }
    }

    fn root(&self, files: &BTreeMap<String, File>) -> String {
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
        for module in files.keys() {
            text.push_str(&format!("mod {module};\n"));
        }
        text.push('\n');
        for module in files.keys() {
            text.push_str(&format!("pub use {module}::*;\n"));
        }
        text.push_str(
            "\n/// The models of the endpoints: inputs, outputs, and what they are made of.\npub mod endpoints {\n",
        );
        for (module, _) in files.iter().filter(|(_, file)| file.of_endpoint) {
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
    fn modules(&self) -> impl Fn(&str) -> String {
        let used = self.description.endpoints.iter().map(|facts| {
            let roots = [facts.input.as_str(), facts.output.as_str()];
            (module_of(facts), reachable(roots, &self.description.components))
        });
        let used: Vec<_> = used.collect();
        move |name| {
            let mut users = used.iter().filter(|(_, used)| used.contains(name));
            match (users.next(), users.next()) {
                (Some((only, _)), None) => only.clone(),
                (Some(_), Some(_)) => SHARED.to_owned(),
                (None, _) => self.description.modules.get(name).cloned().unwrap_or_else(|| PROTOCOL.to_owned()),
            }
        }
    }
}

/// The module of an endpoint's own models.
fn module_of(facts: &EndpointFacts) -> String {
    crate::names::field(&facts.verb)
}

/// The first word of a type's name after its endpoint's: `Image` of `ImageSize`, `Input` of `RemixInputStrength`; none of the
/// endpoint's own name.
fn first_word(rust: &str, endpoint: &str) -> Option<String> {
    let own = rust.strip_prefix(endpoint).unwrap_or(rust);
    let starts_next = |(_, letter): &(usize, char)| letter.is_uppercase() || *letter == '_';
    let end = own.char_indices().skip(1).find(starts_next).map_or(own.len(), |(at, _)| at);
    own.get(..end).filter(|word| !word.is_empty()).map(str::to_owned)
}

/// The most lines of a module in one file. A longer module is split into files by the first word of each type's name.
/// That depends on nothing else, so that a new type does not move others to another file.
const LONGEST: usize = 700;
const SHARED: &str = "shared";
const PROTOCOL: &str = "protocol";

#[cfg(test)]
mod tests {
    use super::{Files, files, first_word};
    use crate::describe::describe_document;
    use crate::sources::document::Document;
    use serde_json::{Value, json};

    #[test]
    fn a_types_first_word_follows_its_endpoints_name() {
        for (rust, word) in [
            ("ImageSize", Some("Image")),
            ("RemixInputStrength", Some("Input")),
            ("Remix", None),
            ("A", Some("A")),
            ("U2192_5", Some("U2192")),
            ("日本", Some("日本")),
        ] {
            assert_eq!(first_word(rust, "Remix").as_deref(), word, "{rust}");
        }
    }

    /// The files of a document that has so many types beside its input and output.
    fn models(types: usize) -> Files {
        let mut document: Value = serde_json::from_str(include_str!("../../../tests/corpus/bare.json")).unwrap();
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let input = schemas.keys().find(|name| name.ends_with("Input")).unwrap().clone();
        for number in 0..types {
            let name = format!("Type{number}Of");
            let field = json!({"$ref": format!("#/components/schemas/{name}")});
            schemas[&input]["properties"][format!("field_{number}")] = field;
            schemas.insert(name, json!({"type": "object", "properties": {"text": {"type": "string"}}}));
        }
        let document = Document { name: "bare.json".to_owned(), value: document };
        files(&describe_document(&document, None).complete().unwrap(), "::ideogram_schema").unwrap()
    }

    #[test]
    fn a_long_module_is_a_file_for_each_first_word_and_a_short_one_is_one_file() {
        assert_eq!(models(1).into_keys().collect::<Vec<_>>(), ["corpus_bare.rs", "mod.rs"]);
        let files = models(20);
        assert!(files["corpus_bare_type7.rs"].contains("pub struct Type7Of"), "{}", files["corpus_bare_type7.rs"]);
        assert!(files["corpus_bare_input.rs"].contains("pub struct CorpusBareInput"));
        assert!(files["corpus_bare.rs"].contains("impl super::Endpoint for CorpusBare"));
        for module in files.keys().filter_map(|name| name.strip_suffix(".rs")).filter(|name| *name != "mod") {
            assert_eq!(files["mod.rs"].matches(&format!("use {module}::*;")).count(), 1, "{module}");
            assert_eq!(files["mod.rs"].matches(&format!("use super::{module}::*;")).count(), 1, "{module}");
        }
    }
}

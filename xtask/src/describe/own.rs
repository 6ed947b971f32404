//! The documents that we write ourselves, for calls that fal publishes no document for. They are written in normal
//! form, and go through every later stage.

use super::components::{Components, referenced};
use super::references;
use crate::error::{Error, Result};
use crate::names;
use crate::pointer::Pointer;
use crate::sources::document::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Names of generated modules that a document cannot have, because they are used for something else.
pub(super) const TAKEN: [&str; 5] = ["endpoints", "mod", "parameters", "protocol", "shared"];

/// What is wrong with a document of ours by itself. `verbs` are the endpoints', which have modules too.
pub(super) fn check(document: &Document, verbs: &[&str]) -> Vec<Error> {
    let Document { name: file, value } = document;
    let name = document.stem();
    let mut problems = Vec::new();
    if TAKEN.contains(&name) || names::field(name) != name {
        problems.push(Error::new(format!("`{name}` cannot be a module of generated code: rename the file")));
    }
    if verbs.iter().any(|verb| names::field(verb) == name) {
        problems.push(Error::new(format!("the endpoint `{name}` has this module already: rename the file")));
    }
    let version = value.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.0.") {
        problems.push(Error::new("must be a document of OpenAPI 3.0").at("/openapi"));
    }
    problems.extend(references::check(value));
    let schemas = value.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let at = Pointer::root().join("components").join("schemas").join(name);
        if schema.get("title").is_some() {
            problems.push(Error::new("a title names nothing here: the component's name does").at(at.join("title")));
        }
    }
    problems.extend(json_bodies(value, &Pointer::root()).err());
    problems.into_iter().map(|error| error.in_file(file)).collect()
}

/// Checks that every JSON body, sent or received, is a component, because an inline schema would not become a type.
fn json_bodies(value: &Value, at: &Pointer) -> Result<()> {
    match value {
        Value::Object(map) => {
            if let Some(schema) = map.get("application/json").and_then(|body| body.get("schema"))
                && referenced(schema).is_none()
            {
                return Err(
                    Error::new("a JSON body must be a component").at(at.join("application/json").join("schema"))
                );
            }
            map.iter().try_for_each(|(key, value)| json_bodies(value, &at.join(key)))
        }
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| json_bodies(item, &at.index(index)))
        }
        _ => Ok(()),
    }
}

/// The module of each component that one document of ours has and no other document: by component name.
pub(super) fn modules<'a>(
    own: impl IntoIterator<Item = (&'a Document, &'a Components)>,
    endpoints: &Components,
) -> BTreeMap<String, String> {
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    let mut several = BTreeSet::new();
    for (document, components) in own {
        for name in components.keys() {
            let module = document.stem().to_owned();
            if endpoints.contains_key(name) || modules.insert(name.clone(), module).is_some() {
                several.insert(name.clone());
            }
        }
    }
    modules.retain(|name, _| !several.contains(name));
    modules
}

#[cfg(test)]
mod tests {
    use super::{check, modules};
    use crate::describe::components::{Components, read};
    use crate::sources::document::Document;
    use serde_json::{Value, json};

    fn document(name: &str, schemas: &Value) -> Document {
        let schema = json!({"$ref": "#/components/schemas/Key"});
        let answer = json!({"description": "Here.", "content": {"application/json": {"schema": schema}}});
        let value = json!({
            "openapi": "3.0.3",
            "paths": {"/keys": {"get": {"operationId": "keys", "responses": {"200": answer}}}},
            "components": {"schemas": schemas},
        });
        Document { name: format!("openapi/{name}.json"), value }
    }

    fn key() -> Value {
        json!({"Key": {"type": "object", "properties": {"x": {"type": "string"}}, "x-fal-order-properties": ["x"]}})
    }

    #[test]
    fn what_is_not_in_the_normal_form_is_named() {
        assert_eq!(check(&document("keys", &key()), &["locks"]), []);
        let refused = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut document = document(name, &key());
            change(&mut document.value);
            check(&document, &["generate"]).first().unwrap().to_string()
        };
        assert!(refused("parameters", &|_| {}).starts_with("openapi/parameters.json: `parameters` cannot be a module"));
        assert!(refused("two-words", &|_| {}).contains("cannot be a module"));
        assert!(refused("generate", &|_| {}).contains("has this module already"));
        let version = |document: &mut Value| document["openapi"] = json!("3.1.0");
        assert!(refused("keys", &version).starts_with("openapi/keys.json#/openapi"));
        let titled = |document: &mut Value| document["components"]["schemas"]["Key"]["title"] = json!("K");
        assert!(refused("keys", &titled).contains("#/components/schemas/Key/title: "));
        let inline = |document: &mut Value| {
            document["paths"]["/keys"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
                json!({"type": "string"});
        };
        assert!(refused("keys", &inline).ends_with("a JSON body must be a component"));
    }

    #[test]
    fn a_component_is_at_home_in_the_one_document_that_has_it() {
        let (keys, locks) = (document("keys", &key()), document("locks", &key()));
        let components = read(&keys, &mut Vec::new());
        let (one, none) = ([(&keys, &components)], Components::new());
        assert_eq!(modules(one, &none).get("Key").map(String::as_str), Some("keys"));
        assert!(modules([(&keys, &components), (&locks, &components)], &none).is_empty());
        assert!(modules(one, &components).is_empty());
    }
}

//! The documents of our own beside those of the endpoints: calls that fal publishes no document for. They are written in
//! the normal form as they stand, and go through every stage after it.

use super::components::{self, Components, referenced};
use super::references;
use crate::error::{Error, Result};
use crate::names;
use crate::pointer::Pointer;
use crate::sources::{document, folder};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The description's folder, below the workspace.
const FOLDER: &str = "openapi";

/// The documents in it that codegen writes.
const ENDPOINTS: [&str; 2] = ["queue", "run"];

/// Modules of generated code that a document cannot have, since something else has them.
const TAKEN: [&str; 4] = ["parameters", "protocol", "shared", "mod"];

/// A document of our own.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its file's name without `.json`, which is its modules' name too.
    pub name: String,
    /// What it says.
    pub document: Value,
}

impl Service {
    /// Its file, below the workspace.
    pub fn path(&self) -> String {
        format!("{FOLDER}/{}.json", self.name)
    }
}

/// Reads every document directly in `openapi/` that is not the endpoints' own, in order of their names.
///
/// # Errors
/// A document that cannot be read or is not in the normal form, by file and JSON pointer.
pub fn load(root: &Path) -> Result<Vec<Service>> {
    let names = folder::names(root, FOLDER)?.into_iter().filter(|name| !ENDPOINTS.contains(&name.as_str()));
    let services = names.map(|name| {
        let path = format!("{FOLDER}/{name}.json");
        let service = Service { document: document::load(root, &path)?, name };
        check(&service).map_err(|error| error.in_file(&path))?;
        Ok(service)
    });
    services.collect()
}

fn check(service: &Service) -> Result<()> {
    let Service { name, document } = service;
    if TAKEN.contains(&name.as_str()) || names::field(name) != *name {
        return Err(Error::new(format!("`{name}` cannot be a module of generated code: rename the file")));
    }
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.0.") {
        return Err(Error::new("must be a document of OpenAPI 3.0").at("/openapi"));
    }
    references::check(document)?;
    components::read(&[document])?;
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let at = Pointer::root().join("components").join("schemas").join(name);
        if schema.get("title").is_some() {
            return Err(Error::new("a title names nothing here: the component's name does").at(at.join("title")));
        }
    }
    json_bodies(document, &Pointer::root())
}

/// Whether every JSON body, sent or received, is a component: what stands inline would be no type.
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

/// The module of each component that one document of ours has and no other document.
///
/// # Errors
/// A document and an endpoint that would share a module.
pub fn modules(services: &[Service], endpoints: &Components, verbs: &[String]) -> Result<BTreeMap<String, String>> {
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    let mut several = BTreeSet::new();
    for service in services {
        if verbs.iter().any(|verb| names::field(verb) == service.name) {
            let message = format!("the endpoint `{}` has this module already: rename the file", service.name);
            return Err(Error::new(message).in_file(service.path()));
        }
        for name in components::read(&[&service.document])?.into_keys() {
            if endpoints.contains_key(&name) || modules.insert(name.clone(), service.name.clone()).is_some() {
                several.insert(name);
            }
        }
    }
    modules.retain(|name, _| !several.contains(name));
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::{Service, check, modules};
    use crate::describe::components;
    use serde_json::{Value, json};

    fn service(name: &str, schemas: &Value) -> Service {
        let schema = json!({"$ref": "#/components/schemas/Key"});
        let answer = json!({"description": "Here.", "content": {"application/json": {"schema": schema}}});
        let document = json!({
            "openapi": "3.0.3",
            "paths": {"/keys": {"get": {"operationId": "keys", "responses": {"200": answer}}}},
            "components": {"schemas": schemas},
        });
        Service { name: name.to_owned(), document }
    }

    fn key() -> Value {
        json!({"Key": {"type": "object", "properties": {"x": {"type": "string"}}, "x-fal-order-properties": ["x"]}})
    }

    #[test]
    fn what_is_not_in_the_normal_form_is_named() {
        assert!(check(&service("keys", &key())).is_ok());
        let refused = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut service = service(name, &key());
            change(&mut service.document);
            check(&service).unwrap_err().to_string()
        };
        assert!(refused("parameters", &|_| {}).contains("cannot be a module"));
        assert!(refused("two-words", &|_| {}).contains("cannot be a module"));
        assert!(refused("keys", &|document| document["openapi"] = json!("3.1.0")).starts_with("#/openapi"));
        let titled = |document: &mut Value| document["components"]["schemas"]["Key"]["title"] = json!("K");
        assert!(refused("keys", &titled).starts_with("#/components/schemas/Key/title"));
        let inline = |document: &mut Value| {
            document["paths"]["/keys"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
                json!({"type": "string"});
        };
        assert!(refused("keys", &inline).ends_with("a JSON body must be a component"));
        let unordered = |document: &mut Value| {
            document["components"]["schemas"]["Key"]["x-fal-order-properties"] = json!([]);
        };
        assert!(refused("keys", &unordered).contains("x-fal-order-properties"));
    }

    #[test]
    fn a_component_is_at_home_in_the_one_document_that_has_it() {
        let one = [service("keys", &key())];
        let none = components::Components::new();
        assert_eq!(modules(&one, &none, &[]).unwrap().get("Key").map(String::as_str), Some("keys"));
        let two = [service("keys", &key()), service("locks", &key())];
        assert!(modules(&two, &none, &[]).unwrap().is_empty());
        let known = components::read(&[&one[0].document]).unwrap();
        assert!(modules(&one, &known, &[]).unwrap().is_empty());
        assert!(modules(&one, &none, &["keys".to_owned()]).unwrap_err().to_string().starts_with("openapi/keys.json"));
    }
}

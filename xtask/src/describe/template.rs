//! The two protocols, each one template, instantiated for every endpoint.

use super::fill_in::{fill_in, fill_text};
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::endpoints::EndpointEntry;
use crate::sources::templates::{FOLDER, Templates};
use serde_json::{Map, Value};

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// One call, one answer.
    Run,
    /// Submit, status, result, cancel.
    Queue,
}

/// The protocol's document with an operation per endpoint and none of their schemas.
///
/// # Errors
/// A template names something that is not there to be filled in, or two of them describe one thing differently.
pub(super) fn instantiate(templates: &Templates, protocol: Protocol, endpoints: &[EndpointEntry]) -> Result<Value> {
    let (template, file) = match protocol {
        Protocol::Run => (&templates.run, "run"),
        Protocol::Queue => (&templates.queue, "queue"),
    };
    let file = format!("{FOLDER}/{file}.json");
    let mut document = templates.common.clone();
    merge(&mut document, without_paths(template), &Pointer::root()).map_err(|error| error.in_file(&file))?;
    let mut paths = Map::new();
    for (path, item) in template.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let at = Pointer::root().join("paths").join(path);
        if path.contains("${") {
            for endpoint in endpoints {
                let fact = |name: &str| endpoint_fact(endpoint, name).map(Value::from);
                let item = fill_in(item, &at, &fact).map_err(|error| error.in_file(&file))?;
                let path = fill_text(path, &at, &fact).map_err(|error| error.in_file(&file))?;
                add_path(&mut paths, path, item, &at).map_err(|error| error.in_file(&file))?;
            }
        } else {
            let item = fill_in(item, &at, &|name| (name == "outputs").then(|| outputs(endpoints)));
            add_path(&mut paths, path.clone(), item.map_err(|error| error.in_file(&file))?, &at)
                .map_err(|error| error.in_file(&file))?;
        }
    }
    if let Some(document) = document.as_object_mut() {
        document.insert("paths".to_owned(), paths.into());
    }
    Ok(document)
}

fn endpoint_fact(endpoint: &EndpointEntry, name: &str) -> Option<String> {
    Some(match name {
        "id" => endpoint.id.clone(),
        "name" => endpoint.name.clone(),
        "verb" => endpoint.verb.replace('-', "_"),
        "summary" => endpoint.summary.clone(),
        _ => return None,
    })
}

/// What a result may be: the output of any endpoint.
fn outputs(endpoints: &[EndpointEntry]) -> Value {
    let references = endpoints.iter().map(|endpoint| {
        let reference = format!("#/components/schemas/{}Output", endpoint.name);
        Value::Object(Map::from_iter([("$ref".to_owned(), reference.into())]))
    });
    Value::Object(Map::from_iter([("anyOf".to_owned(), references.collect())]))
}

fn without_paths(template: &Value) -> Value {
    let entries = template.as_object().into_iter().flatten().filter(|(key, _)| *key != "paths");
    Value::Object(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn add_path(paths: &mut Map<String, Value>, path: String, item: Value, at: &Pointer) -> Result<()> {
    if paths.contains_key(&path) {
        return Err(Error::new(format!("gives a second `{path}`")).at(at));
    }
    paths.insert(path, item);
    Ok(())
}

/// Adds what is new; what is there already must be equal.
fn merge(into: &mut Value, from: Value, at: &Pointer) -> Result<()> {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(&key) {
                    Some(known) => merge(known, value, &at.join(&key))?,
                    None => _ = into.insert(key, value),
                }
            }
            Ok(())
        }
        (into, from) if *into == from => Ok(()),
        _ => Err(Error::new(format!("differs from what `{FOLDER}/common.json` says")).at(at)),
    }
}

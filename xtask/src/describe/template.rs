//! The two protocols, each one template, instantiated for every endpoint; and the envelope that upstream wraps around an
//! endpoint's schemas, which must be the known one, since the templates take its place.

use crate::describe::normalise::Roots;
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::document;
use crate::sources::endpoints::EndpointEntry;
use serde_json::{Map, Value};
use std::path::Path;

/// The templates' folder, below the workspace.
pub const FOLDER: &str = "openapi/template";

/// The protocols' templates and the known envelope.
#[derive(Clone, Debug)]
pub struct Templates {
    common: Value,
    run: Value,
    queue: Value,
    upstream: Value,
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// One call, one answer.
    Run,
    /// Submit, status, result, cancel.
    Queue,
}

impl Templates {
    /// Reads the templates.
    ///
    /// # Errors
    /// One of them cannot be read or is no JSON.
    pub fn load(root: &Path) -> Result<Self> {
        let load = |name: &str| document::load(root, &format!("{FOLDER}/{name}.json"));
        Ok(Self { common: load("common")?, run: load("run")?, queue: load("queue")?, upstream: load("upstream")? })
    }

    /// The protocol's document with an operation per endpoint and none of their schemas.
    ///
    /// # Errors
    /// A template names something that is not there to be filled in, or two of them describe one thing differently.
    pub fn instantiate(&self, protocol: Protocol, endpoints: &[EndpointEntry]) -> Result<Value> {
        let (template, file) = match protocol {
            Protocol::Run => (&self.run, "run"),
            Protocol::Queue => (&self.queue, "queue"),
        };
        let file = format!("{FOLDER}/{file}.json");
        let mut document = self.common.clone();
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

    /// Checks that an upstream document is the known envelope around two schemas, and says which.
    ///
    /// Descriptions, further metadata and the schemas themselves are free; everything else must be as it was when the
    /// templates were written.
    ///
    /// # Errors
    /// The pointer of the first difference, and whether the document is of another endpoint.
    pub fn open_envelope(&self, document: &Value, id: &str) -> Result<Roots> {
        identify(document, id)?;
        let path = format!("/{id}");
        let schema = |pointer: Pointer| {
            let reference = document.pointer(pointer.as_str()).and_then(Value::as_str);
            let target = reference.and_then(|text| Pointer::parse(text.strip_prefix('#')?));
            target.ok_or_else(|| Error::new("must refer to a schema of the document").at(pointer))
        };
        let body = |at: Pointer| at.join("content").join("application/json").join("schema").join("$ref");
        let paths = Pointer::root().join("paths");
        let input = body(paths.join(&path).join("post").join("requestBody"));
        let result = paths.join(&format!("{path}/requests/{{request_id}}")).join("get");
        let output = body(result.join("responses").join("200"));
        let fill = |name: &str| match name {
            "id" => Some(Value::from(id)),
            "input" => document.pointer(input.as_str()).cloned(),
            "output" => document.pointer(output.as_str()).cloned(),
            _ => None,
        };
        let mut expected = fill_in(&self.upstream, &Pointer::root(), &fill).map_err(|_| {
            Error::new(ENVELOPE).at(if document.pointer(input.as_str()).is_some() { &output } else { &input })
        })?;
        rename_keys(&mut expected, "${id}", id);
        compare(&expected, document, &Pointer::root())?;
        Ok(Roots { input: schema(input)?, output: schema(output)? })
    }
}

/// Checks that a document is an OpenAPI document, and of this endpoint.
///
/// # Errors
/// It is another endpoint's, or none: an error's body, for example.
pub fn identify(document: &Value, id: &str) -> Result<()> {
    if document.get("openapi").is_none() {
        let text: String = document.to_string().chars().filter(|letter| !letter.is_control()).take(120).collect();
        return Err(Error::new(format!("is no OpenAPI document of `{id}` but says `{text}`")));
    }
    let told = document.pointer("/info/x-fal-metadata/endpointId");
    if told == Some(&Value::from(id)) {
        return Ok(());
    }
    let told = told.map_or_else(|| "no endpoint".to_owned(), Value::to_string);
    let message = format!("describes {told}, not `{id}`: this is the document of another endpoint");
    Err(Error::new(message).at("/info/x-fal-metadata/endpointId"))
}

/// What is wrong wherever an envelope is not the known one.
const ENVELOPE: &str = "the envelope around the endpoint's schemas is not the known one, so that the templates in \
    `openapi/template/` may no longer be right: check them, then change `openapi/template/upstream.json` likewise";

/// Compares an upstream document with the known envelope, which says nothing of descriptions and models.
fn compare(expected: &Value, actual: &Value, at: &Pointer) -> Result<()> {
    let differs = |what: String| Err(Error::new(format!("{what}: {ENVELOPE}")).at(at));
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let open = ["/info", "/info/x-fal-metadata", "/components/schemas"].contains(&at.as_str());
            for (key, value) in expected {
                match actual.get(key) {
                    Some(found) => compare(value, found, &at.join(key))?,
                    None => return differs(format!("`{key}` is missing")),
                }
            }
            let known = |key: &String| {
                expected.contains_key(key) || ["description", "title", "x-fal-order-properties"].contains(&key.as_str())
            };
            match actual.keys().filter(|key| !open && !known(key)).min() {
                Some(key) => Err(Error::new(format!("`{key}` is new: {ENVELOPE}")).at(at.join(key))),
                None => Ok(()),
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                return differs(format!("{} entries instead of {}", actual.len(), expected.len()));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(expected, actual, &at.index(index))?;
            }
            Ok(())
        }
        (Value::String(expected), Value::String(actual)) if at.as_str() == "/openapi" => {
            let minor = |version: &str| version.rsplit_once('.').map(|(minor, _)| minor.to_owned());
            if minor(expected) == minor(actual) {
                Ok(())
            } else {
                differs(format!("`{actual}` instead of `{expected}`"))
            }
        }
        (Value::String(_), Value::String(_)) if at.as_str() == "/info/version" || at.as_str() == "/info/title" => {
            Ok(())
        }
        _ if expected == actual => Ok(()),
        _ => differs(format!("`{actual}` instead of `{expected}`")),
    }
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

/// Replaces each `${name}` in the texts of a template; a text that is nothing else may become any value.
fn fill_in(value: &Value, at: &Pointer, fill: &dyn Fn(&str) -> Option<Value>) -> Result<Value> {
    match value {
        Value::String(text) => {
            let whole =
                text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('$'));
            match whole.and_then(fill) {
                Some(value) => Ok(value),
                None => fill_text(text, at, fill).map(Value::from),
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| fill_in(item, &at.index(index), fill)).collect()
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| Ok((key.clone(), fill_in(value, &at.join(key), fill)?)));
            entries.collect::<Result<Map<_, _>>>().map(Value::from)
        }
        scalar => Ok(scalar.clone()),
    }
}

fn fill_text(text: &str, at: &Pointer, fill: &dyn Fn(&str) -> Option<Value>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let Some(Value::String(value)) = fill(name) else {
            return Err(Error::new(format!("`${{{name}}}` is nothing that can be filled in here")).at(at));
        };
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn rename_keys(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(map) => {
            *map = std::mem::take(map)
                .into_iter()
                .map(|(key, mut value)| {
                    rename_keys(&mut value, from, to);
                    (key.replace(from, to), value)
                })
                .collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_keys(item, from, to)),
        _ => {}
    }
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

//! Stages 1 to 3: from the upstream documents to `openapi/run.json` and `openapi/queue.json`.

use crate::describe::lint::Allowances;
use crate::describe::normalise::{Normalised, Roots, normalise};
use crate::describe::overlay::{self, Overlay};
use crate::describe::share;
use crate::describe::template::{Protocol, Templates};
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::document;
use crate::sources::endpoints::{self, EndpointEntry};
use crate::sources::lock::Lock;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The two documents, and what they were made from.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// What `openapi/run.json` says.
    pub run: Value,
    /// What `openapi/queue.json` says.
    pub queue: Value,
    /// The endpoints, in the order of `endpoints.toml`.
    pub endpoints: Vec<EndpointEntry>,
    upstream: BTreeMap<String, Upstream>,
}

/// One upstream document.
#[derive(Clone, Debug)]
struct Upstream {
    text: String,
    document: Value,
}

impl Assembled {
    /// An endpoint's document as upstream has it.
    pub fn upstream(&self, id: &str) -> Option<&Value> {
        self.upstream.get(id).map(|upstream| &upstream.document)
    }

    /// The same, byte for byte.
    pub fn upstream_text(&self, id: &str) -> Option<&str> {
        self.upstream.get(id).map(|upstream| upstream.text.as_str())
    }
}

/// What helps where two things have one name.
const RENAME: &str = "give one of the two a name of its own with `names` in its entry of `openapi/endpoints.toml`";

/// Where a component comes from: file and pointer.
pub(crate) type Origins = BTreeMap<String, (String, Pointer)>;

/// Assembles the documents of all endpoints.
///
/// # Errors
/// Whatever is wrong with the description, by file and JSON pointer.
pub fn assemble(root: &Path) -> Result<Assembled> {
    let endpoints = endpoints::load(root)?;
    let templates = Templates::load(root)?;
    let overlays = overlay::load(root)?;
    let lock = Lock::load(root)?;
    let allowances = Allowances::load(root)?;
    let mut upstream = BTreeMap::new();
    let mut schemas = Map::new();
    let mut origins = Origins::new();
    for endpoint in &endpoints {
        let path = endpoint.path();
        let bytes = document::read(root, &path)?;
        let document = document::parse(&bytes).map_err(|error| error.in_file(&path))?;
        lock.check(endpoint, &bytes)?;
        let roots = templates.open_envelope(&document, &endpoint.id).map_err(|error| error.in_file(&path))?;
        check_names(endpoint, &document)?;
        let normalised = normalise(&document, &roots, &endpoint.name, &endpoint.names);
        allowances.check(&normalised, &path)?;
        for (name, component) in &normalised.components {
            if endpoints.iter().any(|endpoint| endpoint.name == *name) {
                let message = format!("`{name}` is an endpoint's name: {RENAME}");
                return Err(Error::new(message).in_file(&path).at(&component.origin));
            }
        }
        add(&mut schemas, &mut origins, normalised, &path)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::new("is not UTF-8 text").in_file(&path))?;
        upstream.insert(endpoint.id.clone(), Upstream { text, document });
    }
    let document = |protocol| -> Result<Value> {
        let mut document = templates.instantiate(protocol, &endpoints)?;
        finish(&mut document, &schemas, &endpoints, &overlays, &origins)?;
        Ok(document)
    };
    Ok(Assembled { run: document(Protocol::Run)?, queue: document(Protocol::Queue)?, endpoints, upstream })
}

/// Whether every name that the endpoint's entry gives is for a schema of its document.
fn check_names(endpoint: &EndpointEntry, document: &Value) -> Result<()> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let stale = endpoint.names.keys().find(|name| !schemas.is_some_and(|schemas| schemas.contains_key(*name)));
    stale.map_or(Ok(()), |name| {
        let message = format!("`names` of `{}` has `{name}`, which its document does not have: delete it", endpoint.id);
        Err(Error::new(message).in_file(endpoints::PATH))
    })
}

/// Adds an endpoint's schemas to those of the others. Two of one name must be equal: then they are one type.
fn add(schemas: &mut Map<String, Value>, origins: &mut Origins, normalised: Normalised, file: &str) -> Result<()> {
    for (name, component) in normalised.components {
        match (schemas.get(&name), origins.get(&name)) {
            (Some(known), Some((other, pointer))) if *known != component.schema => {
                let message = format!("this is not the `{name}` of `{other}#{pointer}`: {RENAME}");
                return Err(Error::new(message).in_file(file).at(component.origin));
            }
            _ => {
                schemas.insert(name.clone(), component.schema);
                origins.entry(name).or_insert((file.to_owned(), component.origin));
            }
        }
    }
    Ok(())
}

fn finish(
    document: &mut Value,
    schemas: &Map<String, Value>,
    endpoints: &[EndpointEntry],
    overlays: &[Overlay],
    origins: &Origins,
) -> Result<()> {
    if let Some(known) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        known.extend(schemas.clone());
    }
    for endpoint in endpoints {
        let place = Pointer::root().join("paths").join(&format!("/{}", endpoint.id)).join("post");
        if let Some(operation) = document.pointer_mut(place.as_str()).and_then(Value::as_object_mut) {
            operation.insert("x-fal-endpoint".to_owned(), facts(endpoint));
        }
    }
    for overlay in overlays {
        overlay.apply(document)?;
    }
    share::share(document, origins)
}

/// What the later stages need to know of an endpoint.
fn facts(endpoint: &EndpointEntry) -> Value {
    json!({
        "id": endpoint.id,
        "owner": endpoint.owner(),
        "app": endpoint.app(),
        "name": endpoint.name,
        "verb": endpoint.verb,
        "summary": endpoint.summary,
        "positional": endpoint.positional,
        "input": format!("#/components/schemas/{}Input", endpoint.name),
        "output": format!("#/components/schemas/{}Output", endpoint.name),
    })
}

/// One arbitrary document of fal's as one that the later stages read: its `post` operation with `x-fal-endpoint`, and its
/// schemas. Marker and verb follow from the endpoint's id; there is no overlay.
///
/// # Errors
/// The document has no endpoint id, no input or no output, or something in it cannot be carried into Rust.
pub fn standalone(document: &Value) -> Result<Value> {
    let id = document.pointer("/info/x-fal-metadata/endpointId").and_then(Value::as_str);
    let id = id.ok_or_else(|| Error::new("names no endpoint").at("/info/x-fal-metadata/endpointId"))?;
    let mut endpoint = entry(id)?;
    let roots = roots(document, id)?;
    let normalised = normalise(document, &roots, &endpoint.name, &endpoint.names);
    if let Some(problem) = normalised.problems.into_iter().next() {
        return Err(problem);
    }
    let schemas: Map<_, _> = normalised.components.into_iter().map(|(name, found)| (name, found.schema)).collect();
    let body = |name: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{}{name}", endpoint.name) } } });
    let required = schemas.get(&format!("{}Input", endpoint.name)).and_then(|input| input.get("required"));
    if required.and_then(Value::as_array).is_some_and(|names| names.contains(&"prompt".into())) {
        endpoint.positional.push("prompt".to_owned());
    }
    Ok(json!({
        "openapi": "3.0.3",
        "info": { "title": id, "version": "1.0.0" },
        "servers": [{ "url": "https://fal.run" }],
        "paths": { format!("/{id}"): { "post": {
            "operationId": format!("run_{}", endpoint.verb.replace('-', "_")),
            "requestBody": { "required": true, "content": body("Input") },
            "responses": { "200": { "description": "The model's output.", "content": body("Output") } },
            "x-fal-endpoint": facts(&endpoint),
        } } },
        "components": { "schemas": schemas },
    }))
}

/// The entry that an endpoint would have, were it in the list.
fn entry(id: &str) -> Result<EndpointEntry> {
    if let Some(fault) = endpoints::id_fault(id) {
        return Err(Error::new(fault).at("/info/x-fal-metadata/endpointId"));
    }
    let own = id.split_once('/').map_or(id, |(_, own)| own);
    let name = crate::names::type_name(own);
    let name = if crate::names::is_reserved(&name) { format!("{name}Endpoint") } else { name };
    let verb = heck::ToKebabCase::to_kebab_case(name.as_str());
    Ok(EndpointEntry {
        id: id.to_owned(),
        file: format!("{verb}.json"),
        name,
        verb,
        positional: Vec::new(),
        summary: format!("Calls `{id}`."),
        names: BTreeMap::new(),
    })
}

/// Input and output of a document whose envelope need not be the known one.
fn roots(document: &Value, id: &str) -> Result<Roots> {
    let paths = Pointer::root().join("paths");
    let path = format!("/{id}");
    let json = |at: Pointer| at.join("content").join("application/json").join("schema");
    let input = json(paths.join(&path).join("post").join("requestBody"));
    let result = paths.join(&format!("{path}/requests/{{request_id}}")).join("get");
    let output = json(result.join("responses").join("200"));
    let target = |at: Pointer, what: &str| {
        if document.pointer(at.as_str()).is_none() {
            return Err(Error::new(format!("there is no {what} here, where fal's documents have it")).at(at));
        }
        let reference = document.pointer(at.join("$ref").as_str()).and_then(Value::as_str);
        let target = reference.and_then(|text| Pointer::parse(text.strip_prefix('#')?));
        Ok(target.filter(|target| document.pointer(target.as_str()).is_some()).unwrap_or(at))
    };
    Ok(Roots { input: target(input, "input")?, output: target(output, "output")? })
}

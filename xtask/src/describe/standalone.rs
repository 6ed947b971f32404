//! One arbitrary document, described by itself: that of one endpoint as fal serves it, whose marker and verb follow from the
//! endpoint's id, or one that names its endpoints itself, as codegen writes them.

use super::assemble::facts;
use super::components;
use super::description::{Described, Description};
use super::endpoint::EndpointFacts;
use super::envelope;
use super::files;
use super::normalise::{Note, NoteKind, Roots, normalise};
use super::overlay;
use super::own::TAKEN;
use super::share::{Origins, share};
use super::workspace::describe_assembled;
use crate::error::{Error, Result};
use crate::names::{is_reserved, type_name};
use crate::pointer::Pointer;
use crate::sources::document::Document;
use crate::sources::endpoints::{EndpointEntry, id_fault};
use crate::sources::overlay::Overlay;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Describes one document, after the overlay's changes to its normal form. A missing endpoint id, input or output is a
/// problem, as is anything that Rust cannot express, or an action that does nothing.
pub fn describe_document(document: &Document, overlay: Option<&Overlay>) -> Described {
    let mut described = if names_endpoints(&document.value) {
        let mut document = document.clone();
        let mut problems = Vec::new();
        adapt(overlay, &mut document, &mut problems);
        let mut described = describe_assembled(vec![document]);
        described.problems.extend(problems);
        described
    } else {
        let mut described = Described::default();
        match read(document, overlay, &mut described) {
            Ok(description) => described.description = Some(description),
            Err(error) => described.problems.push(error),
        }
        described
    };
    for problem in &mut described.problems {
        *problem = problem.clone().in_file(&document.name);
    }
    described
}

/// Whether the document is in normal form already and says which of its operations are endpoints.
fn names_endpoints(document: &Value) -> bool {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.into_iter().any(|(_, item)| item.get("post").is_some_and(|post| post.get("x-fal-endpoint").is_some()))
}

/// Applies an overlay to a document in normal form.
fn adapt(overlay: Option<&Overlay>, document: &mut Document, problems: &mut Vec<Error>) {
    if let Some(overlay) = overlay {
        overlay::apply(overlay, &mut document.value, problems);
        share(&mut document.value, &Origins::new(), problems);
    }
}

fn read(document: &Document, overlay: Option<&Overlay>, described: &mut Described) -> Result<Description> {
    let value = &document.value;
    let id = envelope::endpoint_of(value)?;
    let mut endpoint = entry(id)?;
    if let Some(overlay) = overlay {
        let schemas = value.pointer("/components/schemas");
        for name in overlay.names.keys().filter(|name| schemas.is_none_or(|schemas| schemas.get(name).is_none())) {
            let message = format!("names `{name}`, which the document does not have: delete it");
            described.problems.push(Error::new(message).in_file(&overlay.file).at("/x-names"));
        }
        endpoint.names.clone_from(&overlay.names);
    }
    let roots = roots(value, id)?;
    let posts = value.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, _) in posts.filter(|(path, item)| **path != format!("/{id}") && item.get("post").is_some()) {
        let pointer = Pointer::root().join("paths").join(path).join("post");
        described.notes.push(Note { pointer, kind: NoteKind::OtherOperation });
    }
    let normalised = normalise(value, &roots, &endpoint.name, &endpoint.names);
    described.problems.extend(normalised.problems);
    described.notes.extend(normalised.notes);
    let components = normalised.components;
    described.origins = components.iter().map(|(name, found)| (name.clone(), found.origin.clone())).collect();
    let mut schemas: Map<_, _> = components.into_iter().map(|(name, found)| (name, found.schema)).collect();
    files::mark(&mut schemas);
    let input = schemas.get(&format!("{}Input", endpoint.name));
    let fields = input.and_then(|input| input.get("properties")?.as_object());
    if input.is_some_and(|input| input.get("type").is_some_and(|kind| kind == "object"))
        && fields.is_none_or(Map::is_empty)
    {
        described.notes.push(Note { pointer: roots.input.clone(), kind: NoteKind::EmptyInput });
    }
    let required = schemas.get(&format!("{}Input", endpoint.name)).and_then(|input| input.get("required"));
    if required.and_then(Value::as_array).is_some_and(|names| names.contains(&"prompt".into())) {
        endpoint.positional.push("prompt".to_owned());
    }
    let mut normal = Document { name: document.name.clone(), value: normal(&endpoint, &facts(&endpoint), &schemas) };
    adapt(overlay, &mut normal, &mut described.problems);
    let mut problems = Vec::new();
    let components = components::read(&normal, &mut problems);
    let components = components::merge([(&normal, &components)], &mut problems);
    described.problems.extend(problems.into_iter().map(|error| placed(error, value, &described.origins)));
    let at = Pointer::root().join("paths").join(&format!("/{id}")).join("post").join("x-fal-endpoint");
    let endpoints = vec![EndpointFacts::read(normal.value.pointer(at.as_str()).unwrap_or(&Value::Null), at.as_str())?];
    Ok(Description { documents: vec![normal], endpoints, components, ..Description::default() })
}

/// Moves an error from a place in the normal form to the place in the document from which that was made.
fn placed(error: Error, document: &Value, origins: &BTreeMap<String, Pointer>) -> Error {
    let Some(rest) = error.pointer().and_then(|pointer| pointer.strip_prefix("/components/schemas/")) else {
        return error;
    };
    let name = rest.split('/').next().unwrap_or_default();
    let Some(origin) = origins.get(name) else { return error };
    let whole = format!("{origin}{}", rest.strip_prefix(name).unwrap_or_default());
    let place = if document.pointer(&whole).is_some() { whole } else { origin.to_string() };
    Error::new(error.message().replace(&format!("`/components/schemas/{name}/"), &format!("`{origin}/"))).at(place)
}

/// The document in normal form: its `post` operation with `x-fal-endpoint`, and its schemas.
fn normal(endpoint: &EndpointEntry, facts: &Value, schemas: &Map<String, Value>) -> Value {
    let id = &endpoint.id;
    let body = |name: &str| {
        let reference = format!("#/components/schemas/{}{name}", endpoint.name);
        json!({ "application/json": { "schema": { "$ref": reference } } })
    };
    json!({
        "openapi": "3.0.3",
        "info": { "title": id, "version": "1.0.0" },
        "servers": [{ "url": "https://fal.run" }],
        "paths": { format!("/{id}"): { "post": {
            "operationId": format!("run_{}", endpoint.verb.replace('-', "_")),
            "requestBody": { "required": true, "content": body("Input") },
            "responses": { "200": { "description": "The model's output.", "content": body("Output") } },
            "x-fal-endpoint": facts,
        } } },
        "components": { "schemas": schemas },
    })
}

/// The entry that the endpoint would have in `endpoints.toml`.
fn entry(id: &str) -> Result<EndpointEntry> {
    if let Some(fault) = id_fault(id) {
        return Err(Error::new(fault).at(envelope::ENDPOINT_ID));
    }
    let name = name_of(id);
    let verb = heck::ToKebabCase::to_kebab_case(name.as_str());
    let verb = if TAKEN.contains(&verb.as_str()) { format!("{verb}-endpoint") } else { verb };
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

/// The marker that follows from an endpoint's id.
pub(super) fn name_of(id: &str) -> String {
    let own = id.split_once('/').map_or(id, |(_, own)| own);
    let name = type_name(own);
    if is_reserved(&name) { format!("{name}Endpoint") } else { name }
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

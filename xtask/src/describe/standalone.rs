//! One arbitrary document of fal's, described by itself: marker and verb follow from the endpoint's id; there is no overlay.

use super::assemble::facts;
use super::components;
use super::description::{Described, Description};
use super::endpoint::EndpointFacts;
use super::normalise::{Note, NoteKind, Roots, normalise};
use crate::error::{Error, Result};
use crate::names::{is_reserved, type_name};
use crate::pointer::Pointer;
use crate::sources::document::Document;
use crate::sources::endpoints::{EndpointEntry, id_fault};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Describes one document. A problem is an endpoint id, an input or an output that is not there, or what cannot be carried
/// into Rust.
pub fn describe_document(document: &Document) -> Described {
    let mut described = Described::default();
    match read(document, &mut described) {
        Ok(description) => described.description = Some(description),
        Err(error) => described.problems.push(error),
    }
    for problem in &mut described.problems {
        *problem = problem.clone().in_file(&document.name);
    }
    described
}

fn read(document: &Document, described: &mut Described) -> Result<Description> {
    let value = &document.value;
    if value.get("swagger").is_some() {
        return Err(Error::new("is a document of Swagger 2.0: convert it to OpenAPI 3 first").at("/swagger"));
    }
    let id = value.pointer("/info/x-fal-metadata/endpointId").and_then(Value::as_str);
    let id = id.ok_or_else(|| Error::new("names no endpoint").at("/info/x-fal-metadata/endpointId"))?;
    let mut endpoint = entry(id)?;
    let roots = roots(value, id)?;
    let posts = value.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, _) in posts.filter(|(path, item)| **path != format!("/{id}") && item.get("post").is_some()) {
        let pointer = Pointer::root().join("paths").join(path).join("post");
        described.notes.push(Note { pointer, kind: NoteKind::OtherOperation });
    }
    let normalised = normalise(value, &roots, &endpoint.name, &endpoint.names);
    described.problems.extend(normalised.problems);
    described.notes.extend(normalised.notes);
    let schemas: Map<_, _> = normalised.components.into_iter().map(|(name, found)| (name, found.schema)).collect();
    let required = schemas.get(&format!("{}Input", endpoint.name)).and_then(|input| input.get("required"));
    if required.and_then(Value::as_array).is_some_and(|names| names.contains(&"prompt".into())) {
        endpoint.positional.push("prompt".to_owned());
    }
    let facts = facts(&endpoint);
    let normal = Document { name: document.name.clone(), value: normal(&endpoint, &facts, &schemas) };
    let components = components::read(&normal, &mut described.problems);
    let components = components::merge([(&normal, &components)], &mut described.problems);
    let endpoints = vec![EndpointFacts::read(&facts, "/paths")?];
    Ok(Description { documents: vec![normal], endpoints, components, ..Description::default() })
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

/// The entry that an endpoint would have, were it in the list.
fn entry(id: &str) -> Result<EndpointEntry> {
    if let Some(fault) = id_fault(id) {
        return Err(Error::new(fault).at("/info/x-fal-metadata/endpointId"));
    }
    let name = name_of(id);
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

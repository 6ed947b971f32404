//! Assembles `openapi/run.json` and `openapi/queue.json` from the upstream documents.

use super::description::Described;
use super::difference::difference;
use super::lint::{self, Allowed};
use super::normalise::{Normalised, Note, NoteKind, normalise};
use super::share::{Origins, share};
use super::template::{Protocol, instantiate};
use super::{envelope, overlay};
use crate::error::Error;
use crate::pointer::Pointer;
use crate::sources::document::Document;
use crate::sources::endpoints::{self, EndpointEntry};
use crate::sources::{Sources, Upstream, WRITTEN, templates};
use serde_json::{Map, Value, json};

/// What helps where two things have one name.
const RENAME: &str = "give one of the two a name of its own with `names` in its entry of `openapi/endpoints.toml`";

/// The schemas of all endpoints, and where each comes from.
#[derive(Default)]
struct Schemas {
    schemas: Map<String, Value>,
    origins: Origins,
}

/// The two documents; `None` if an endpoint's own document could not be read or converted, because later stages would
/// then report problems that follow from the missing parts.
pub(super) fn assemble(sources: &Sources, described: &mut Described) -> Option<[Document; 2]> {
    let schemas = schemas(sources, described);
    if !sources.problems.is_empty() {
        return None;
    }
    let schemas = schemas?;
    let problems = &mut described.problems;
    let run = document(Protocol::Run, sources, &schemas, problems)?;
    let queue = document(Protocol::Queue, sources, &schemas, problems)?;
    let [run_name, queue_name] = WRITTEN.map(str::to_owned);
    Some([Document { name: run_name, value: run }, Document { name: queue_name, value: queue }])
}

/// The schemas of every endpoint; `None` if those of one endpoint are incomplete.
fn schemas(sources: &Sources, described: &mut Described) -> Option<Schemas> {
    let mut schemas = Schemas::default();
    let mut looked_at: Vec<(String, Vec<Note>)> = Vec::new();
    let mut unread = Vec::new();
    let mut whole = true;
    for endpoint in &sources.endpoints {
        let normalised =
            sources.upstream.get(&endpoint.id).and_then(|upstream| open(sources, endpoint, upstream, described));
        let Some(normalised) = normalised else {
            unread.push(endpoint.path());
            whole = false;
            continue;
        };
        let path = endpoint.path();
        let Normalised { components, problems, notes } = normalised;
        whole &= problems.is_empty();
        described.problems.extend(problems.into_iter().map(|error| error.in_file(&path)));
        for note in &notes {
            if note.kind == NoteKind::Twin {
                described.allowed.push(twin(&path, note.pointer.clone()));
                continue;
            }
            match lint::judge(&sources.allowances, note, &path) {
                Ok(reason) => {
                    let (pointer, reason) = (note.pointer.clone(), reason.to_owned());
                    described.allowed.push(Allowed { file: path.clone(), pointer, what: note.kind, reason });
                }
                Err(error) => described.problems.push(error),
            }
        }
        for (name, component) in components {
            let wrong = |message: String| Error::new(message).in_file(&path).at(&component.origin);
            if sources.endpoints.iter().any(|endpoint| endpoint.name == name) {
                described.problems.push(wrong(format!("`{name}` is an endpoint's name: {RENAME}")));
                whole = false;
            }
            // Two schemas with one name must be equal except for descriptions. They become one type, with the first
            // one's description.
            match (schemas.schemas.get(&name), schemas.origins.get(&name)) {
                (Some(known), Some((other, pointer))) if *known != component.schema => {
                    match difference(&component.schema, known) {
                        Some(difference) => {
                            let message =
                                format!("this is not the `{name}` of `{other}#{pointer}`: {difference}; {RENAME}");
                            described.problems.push(wrong(message));
                            whole = false;
                        }
                        None => described.allowed.push(twin(&path, component.origin)),
                    }
                }
                _ => {
                    schemas.schemas.insert(name.clone(), component.schema);
                    schemas.origins.entry(name).or_insert((path.clone(), component.origin));
                }
            }
        }
        looked_at.push((path, notes));
    }
    if !sources.endpoints.is_empty() {
        described.problems.extend(lint::unused(&sources.allowances, &looked_at, &unread));
    }
    whole.then_some(schemas)
}

/// A note that a schema is the same type as another. Only descriptions are left out, so this needs no allowance.
fn twin(file: &str, pointer: Pointer) -> Allowed {
    let reason = NoteKind::Twin.words().to_owned();
    Allowed { file: file.to_owned(), pointer, what: NoteKind::Twin, reason }
}

/// An endpoint's schemas in normal form; `None` if its document is not the known envelope around two schemas.
fn open(
    sources: &Sources,
    endpoint: &EndpointEntry,
    upstream: &Upstream,
    described: &mut Described,
) -> Option<Normalised> {
    let problems = &mut described.problems;
    problems.extend(sources.lock.check(endpoint, upstream.text.as_bytes()).err());
    // Without the template every document would seem to differ from it.
    if sources.templates.upstream.is_null() {
        return None;
    }
    let roots = envelope::open(&sources.templates.upstream, &upstream.document, &endpoint.id)
        .map_err(|error| problems.push(error.in_file(endpoint.path())))
        .ok()?;
    check_names(endpoint, &upstream.document, problems);
    Some(normalise(&upstream.document, &roots, &endpoint.name, &endpoint.names))
}

/// Whether every name that the endpoint's entry gives is for a schema of its document.
fn check_names(endpoint: &EndpointEntry, document: &Value, problems: &mut Vec<Error>) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for name in endpoint.names.keys().filter(|name| !schemas.is_some_and(|schemas| schemas.contains_key(*name))) {
        let message = format!("`names` of `{}` has `{name}`, which its document does not have: delete it", endpoint.id);
        problems.push(Error::new(message).in_file(endpoints::PATH));
    }
}

fn document(protocol: Protocol, sources: &Sources, schemas: &Schemas, problems: &mut Vec<Error>) -> Option<Value> {
    let mut document =
        instantiate(&sources.templates, protocol, &sources.endpoints).map_err(|error| problems.push(error)).ok()?;
    if let Some(known) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in &schemas.schemas {
            if known.contains_key(name) {
                let (file, at) = schemas.origins.get(name).cloned().unwrap_or_default();
                let message = format!("`{name}` is in `{}` already: {RENAME}", templates::FOLDER);
                problems.push(Error::new(message).in_file(file).at(at));
                continue;
            }
            known.insert(name.clone(), schema.clone());
        }
    }
    for endpoint in &sources.endpoints {
        let place = Pointer::root().join("paths").join(&format!("/{}", endpoint.id)).join("post");
        if let Some(operation) = document.pointer_mut(place.as_str()).and_then(Value::as_object_mut) {
            operation.insert("x-fal-endpoint".to_owned(), facts(endpoint));
        }
    }
    for overlay in &sources.overlays {
        if !overlay.names.is_empty() {
            let message = "has effect with `--document` only: here names stand in `openapi/endpoints.toml`";
            problems.push(Error::new(message).in_file(&overlay.file).at("/x-names"));
        }
        overlay::apply(overlay, &mut document, problems);
    }
    share(&mut document, &schemas.origins, problems);
    Some(document)
}

/// What the later stages need to know of an endpoint.
pub(super) fn facts(endpoint: &EndpointEntry) -> Value {
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

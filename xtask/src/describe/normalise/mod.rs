//! Stage 2: the schemas of one upstream document in the normal form that the later stages read.
//!
//! **Normal form** (valid OpenAPI 3.0.3, no `title`s). A component is one of: an object whose `x-fal-order-properties`
//! lists every property once; an enumeration; a bounded number; a union (`anyOf` or `oneOf`); or anything a property may
//! be. A property, an item, a map's values and a union's variants are each one of: `{}`; a plain `boolean`, `integer`,
//! `number` or `string`; `{"$ref"}`, wrapped in `allOf` where it has siblings; an array or a map of such.
//! Whatever else stands inline becomes a component named after its owner and its field.
//!
//! A number is checked only in inputs. In an output its bounds are kept beside its type and are not checked, because an
//! answer that was paid for must not be refused for a bound. For the same reason `required` is dropped for `readOnly`
//! properties in inputs, and for `writeOnly` properties in outputs.

mod component;
mod emit;
mod fits;
mod graph;
mod keywords;
mod merge;
mod note;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod types;

pub use component::Component;
pub use note::{Note, NoteKind};

use crate::error::Error;
use crate::names;
use crate::pointer::Pointer;
use graph::Graph;
use read::Reader;
use schema::Shape;
use serde_json::Value;
use std::collections::btree_map::{BTreeMap, Entry};

/// The schemas of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Normalised {
    /// By component name.
    pub components: BTreeMap<String, Component>,
    /// What the pipeline cannot express.
    pub problems: Vec<Error>,
    /// What it leaves out of the Rust code.
    pub notes: Vec<Note>,
}

/// The two schemas that an endpoint is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roots {
    /// The request's body.
    pub input: Pointer,
    /// The result's body.
    pub output: Pointer,
}

/// Brings the schemas that the roots reach into normal form, named `<marker>Input`, `<marker>Output` and, for the
/// others, as upstream names them or as `renamed` says.
pub fn normalise(document: &Value, roots: &Roots, marker: &str, renamed: &BTreeMap<String, String>) -> Normalised {
    let mut reader = Reader::new(document);
    let mut schemas = BTreeMap::new();
    let mut rest = vec![roots.input.clone(), roots.output.clone()];
    while let Some(place) = rest.pop() {
        if let Entry::Vacant(entry) = schemas.entry(place) {
            let schema = reader.at(entry.key());
            rest.extend(schema.references().into_iter().cloned());
            entry.insert(schema);
        }
    }
    let graph = Graph { schemas };
    for (place, schema) in &graph.schemas {
        if matches!(schema.shape, Shape::Reference(_)) && graph.is_alias(&graph.target(place)) {
            reader.wrong(place, "refers to itself and to nothing else");
        }
    }
    let Reader { mut problems, mut notes, .. } = reader;
    notes.extend(unreached(document, &graph));
    let (input, output) = (graph.target(&roots.input), graph.target(&roots.output));
    let mut names: BTreeMap<Pointer, String> = BTreeMap::new();
    for place in graph.schemas.keys() {
        let upstream = place.last();
        let name = renamed.get(&upstream).cloned().unwrap_or_else(|| names::type_name(&upstream));
        names.insert(place.clone(), emit::free_name(&name, marker));
    }
    names.insert(output.clone(), format!("{marker}Output"));
    names.insert(input.clone(), format!("{marker}Input"));
    let (sent, received) = (graph.reachable(&input), graph.reachable(&output));
    let mut emitter = emit::Emitter::new(&graph, &names, marker, &sent, &received);
    for (place, name) in names.iter().filter(|(place, _)| !graph.is_alias(place)) {
        emitter.component(name, place);
    }
    if input == output {
        emitter.component(&format!("{marker}Output"), &output);
    }
    problems.append(&mut emitter.problems);
    notes.append(&mut emitter.notes);
    let mut components = emitter.components;
    notes.extend(fits::take_misfits(&mut components));
    // In the order of the places, whatever the order in which the document has its keys.
    problems.sort_by(|one, other| (one.pointer(), one.message()).cmp(&(other.pointer(), other.message())));
    problems.dedup();
    notes.sort();
    notes.dedup();
    Normalised { components, problems, notes }
}

/// The components that the roots do not reach, except those of the envelope.
fn unreached(document: &Value, graph: &Graph) -> Vec<Note> {
    let place = Pointer::root().join("components").join("schemas");
    let components = document.pointer(place.as_str()).and_then(Value::as_object).into_iter().flatten();
    let reached = |place: &Pointer| graph.schemas.keys().any(|reached| reached.component().as_ref() == Some(place));
    components
        .filter(|(name, _)| *name != "QueueStatus")
        .map(|(name, _)| place.join(name))
        .filter(|place| !reached(place))
        .map(|pointer| Note { pointer, kind: NoteKind::Unreached })
        .collect()
}

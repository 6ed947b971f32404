//! Stage 2: the schemas of one upstream document in the normal form that the later stages read.
//!
//! **Normal form** (valid OpenAPI 3.0.3, no `title`s). A component is one of: an object whose `x-fal-order-properties`
//! lists every property once; an enumeration; a bounded number; a union (`anyOf` or `oneOf`); or anything a property may
//! be. A property, an item, a map's values and a union's variants are each one of: `{}`; a plain `boolean`, `integer`,
//! `number` or `string`; `{"$ref"}`, wrapped in `allOf` where it has siblings; an array or a map of such.
//! Whatever else stands inline becomes a component named after its owner and its field.
//!
//! A number is checked where it is sent. In an output its bounds stay beside its type and decide nothing: an answer that
//! was paid for is not refused for a bound.

mod emit;
mod keywords;
mod merge;
mod read;
mod reserved;
mod schema;

pub(crate) use reserved::is_reserved;

use crate::error::Error;
use crate::names;
use crate::pointer::Pointer;
use read::Reader;
use schema::{Schema, Shape};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The schemas of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Normalised {
    /// By component name.
    pub components: BTreeMap<String, Component>,
    /// What the pipeline cannot carry.
    pub problems: Vec<Error>,
    /// What it leaves out of the Rust code.
    pub notes: Vec<Note>,
}

/// One schema, and where in the upstream document it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// In normal form.
    pub schema: Value,
    /// In the upstream document.
    pub origin: Pointer,
}

/// A keyword that the Rust code does not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub pointer: Pointer,
    /// Why it is left out.
    pub kind: NoteKind,
}

/// Why a keyword is left out of the Rust code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// For this reason, which holds for every document.
    Allowed(&'static str),
    /// It restricts values of another type than the schema's.
    Ineffective,
    /// Nobody here has heard of it.
    Unknown,
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
/// others, as upstream names them.
pub fn normalise(document: &Value, roots: &Roots, marker: &str) -> Normalised {
    let mut reader = Reader::new(document);
    let mut schemas = BTreeMap::new();
    let mut rest = vec![roots.input.clone(), roots.output.clone()];
    while let Some(place) = rest.pop() {
        if !schemas.contains_key(&place) {
            let schema = reader.at(&place);
            rest.extend(schema.references().into_iter().cloned());
            schemas.insert(place, schema);
        }
    }
    let Reader { mut problems, remarks: notes, .. } = reader;
    let graph = Graph { schemas };
    let mut names: BTreeMap<Pointer, String> = BTreeMap::new();
    for place in graph.schemas.keys() {
        let name = names::type_name(&place.last());
        names.insert(place.clone(), if is_reserved(&name) { format!("{marker}{name}") } else { name });
    }
    let (input, output) = (graph.target(&roots.input), graph.target(&roots.output));
    names.insert(output.clone(), format!("{marker}Output"));
    names.insert(input.clone(), format!("{marker}Input"));
    let received = graph.reachable(&output);
    let mut emitter = emit::Emitter::new(&graph, &names, &received);
    for (place, name) in &names {
        let is_alias = matches!(graph.schemas.get(place), Some(Schema { shape: Shape::Reference(_), .. }));
        if !is_alias {
            emitter.component(name, place);
        }
    }
    if input == output {
        emitter.component(&format!("{marker}Output"), &output);
    }
    problems.append(&mut emitter.problems);
    Normalised { components: emitter.components, problems, notes }
}

/// The schemas and what refers to what.
struct Graph {
    schemas: BTreeMap<Pointer, Schema>,
}

impl Graph {
    /// Where a chain of bare references ends.
    fn target(&self, place: &Pointer) -> Pointer {
        self.chain(place).pop().unwrap_or_else(|| place.clone())
    }

    fn chain(&self, place: &Pointer) -> Vec<Pointer> {
        let mut chain = vec![place.clone()];
        while let Some(Schema { shape: Shape::Reference(next), .. }) = chain.last().and_then(|at| self.schemas.get(at))
        {
            if chain.contains(next) {
                break;
            }
            chain.push(next.clone());
        }
        chain
    }

    /// Whether a schema on the way to the target takes `null`: then so does whatever refers to it.
    fn takes_null(&self, place: &Pointer) -> bool {
        self.chain(place).iter().filter_map(|at| self.schemas.get(at)).any(|schema| schema.nullable)
    }

    fn reachable(&self, from: &Pointer) -> BTreeSet<Pointer> {
        let mut found = BTreeSet::new();
        let mut rest = vec![from.clone()];
        while let Some(place) = rest.pop() {
            if found.insert(place.clone()) {
                rest.extend(self.schemas.get(&place).into_iter().flat_map(Schema::references).cloned());
            }
        }
        found
    }
}

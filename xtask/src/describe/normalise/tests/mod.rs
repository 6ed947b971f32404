//! What becomes of every construct that fal's catalogue has, and of those that it could have.
#![allow(clippy::needless_pass_by_value, reason = "a schema written out reads better without a reference")]

mod numbers;
mod references;
mod refused;
mod structure;
mod unions;
mod values;

use super::{Normalised, NoteKind, Roots, normalise};
use crate::pointer::Pointer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Normalises a document with these components, of which `In` is the input and `Out` the output, for the marker `M`.
fn normal(components: &Value) -> Normalised {
    let document = json!({ "components": { "schemas": components } });
    let place = |name: &str| Pointer::root().join("components").join("schemas").join(name);
    normalise(&document, &Roots { input: place("In"), output: place("Out") }, "M", &BTreeMap::new())
}

/// The same for an input with one property `p`: that property, and the component that it was hoisted to, if it was.
fn property(schema: Value) -> (Value, Value) {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": schema } },
        "Out": { "type": "object" },
    }));
    assert_eq!(normalised.problems, [], "{schema}");
    let component = |name: &str| normalised.components.get(name).map(|found| found.schema.clone()).unwrap_or_default();
    (component("MInput")["properties"]["p"].clone(), component("MInputP"))
}

/// What is wrong with a property `p`, without the words that do not matter.
fn refusal(schema: Value) -> String {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": schema } },
        "Out": { "type": "object" },
    }));
    let problem = normalised.problems.first().unwrap_or_else(|| panic!("{schema} is taken"));
    problem.to_string().replacen("#/components/schemas/In/properties/p", "#p", 1)
}

/// The notes of a property `p`: place below it, and kind.
fn notes(schema: Value) -> Vec<(String, NoteKind)> {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": schema } },
        "Out": { "type": "object" },
    }));
    assert_eq!(normalised.problems, []);
    let short = |pointer: &Pointer| pointer.to_string().replacen("/components/schemas/In/properties/p", "p", 1);
    normalised.notes.iter().map(|note| (short(&note.pointer), note.kind)).collect()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

//! Shared names: components to which the overlay gives one name become one type, if they are equal.
//!
//! fal repeats a schema in the document of every endpoint, so that the same list of styles is there three times, under three names.
//! Programs want one `Style`. Equal schemas are merged only if an overlay says so. Two lists may be equal by accident
//! today, and a later change to one of them would then split a public type. With the name in the overlay, such a change
//! is an error that names both places, and a person decides.

use super::difference::difference;
use crate::error::Error;
use crate::names::is_reserved;
use crate::pointer::Pointer;
use crate::sources::{overlay, templates};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where a component comes from: file and pointer.
pub(super) type Origins = BTreeMap<String, (String, Pointer)>;

const PREFIX: &str = "#/components/schemas/";

/// Renames every component with an `x-shared-name` to that name, wherever it is referred to. A problem is a name that is not
/// free, or two sources of one name that differ.
pub(super) fn share(document: &mut Value, origins: &Origins, problems: &mut Vec<Error>) {
    let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object) else { return };
    let mut renamed = BTreeMap::new();
    for (name, schema) in schemas {
        if let Some(shared) = schema.get("x-shared-name") {
            let fits = |shared: &&str| crate::names::type_name(shared) == **shared && !is_reserved(shared);
            let Some(shared) = shared.as_str().filter(fits) else {
                let message =
                    format!("`{name}` has the `x-shared-name` {shared}, which is no Rust type name that is free");
                problems.push(Error::new(message).in_file(overlay::FOLDER));
                continue;
            };
            renamed.insert(format!("{PREFIX}{name}"), shared.to_owned());
        }
    }
    // References first: two schemas that refer to their own copies of a shared component are equal only after it has one name.
    rename(document, &renamed);
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return;
    };
    let mut shared: Map<String, Value> = Map::new();
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for (name, schema) in std::mem::take(schemas) {
        let new = renamed.get(&format!("{PREFIX}{name}")).cloned().unwrap_or_else(|| name.clone());
        if let (Some(known), Some(other)) = (shared.get(&new), sources.get(&new)) {
            // Descriptions are compared too: both come from our overlay, and one of them would be lost without notice.
            if *known != schema {
                let difference = difference(&schema, known).unwrap_or_else(|| "their descriptions differ".to_owned());
                problems.push(differ(&new, &name, other, &difference, origins));
            }
        } else {
            shared.insert(new.clone(), schema);
            sources.entry(new).or_insert(name);
        }
    }
    *schemas = shared;
    collapse(document);
}

fn differ(shared: &str, name: &str, other: &str, difference: &str, origins: &Origins) -> Error {
    let place = |name: &str| match origins.get(name) {
        Some((file, pointer)) => (file.clone(), pointer.clone()),
        None => (templates::FOLDER.to_owned(), Pointer::root().join("components").join("schemas").join(name)),
    };
    let ((file, at), (other_file, other_at)) = (place(name), place(other));
    Error::new(format!(
        "`{name}` is to be `{shared}` like `{other}` of `{other_file}#{other_at}`, but {difference}: \
         take the `x-shared-name` of one of them out of `openapi/overlay/`, or give it another"
    ))
    .in_file(file)
    .at(at)
}

fn rename(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = renamed.get(text.as_str()) {
                *text = format!("{PREFIX}{name}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, renamed)),
        Value::Object(map) => map.values_mut().for_each(|value| rename(value, renamed)),
        _ => {}
    }
}

/// Replaces an `anyOf` of equal references by that reference. The queue's result is an `anyOf` of all outputs; once the outputs
/// are one type, a union of it with itself would become an enumeration whose variants cannot be told apart.
fn collapse(document: &mut Value) {
    let paths = document.pointer_mut("/paths").and_then(Value::as_object_mut);
    let mut rest: Vec<&mut Value> = paths.into_iter().flat_map(|paths| paths.values_mut()).collect();
    while let Some(value) = rest.pop() {
        if let Some(variants) = value.get_mut("anyOf").and_then(Value::as_array_mut) {
            variants.dedup();
            if let [only] = variants.as_slice() {
                *value = only.clone();
            }
        }
        match value {
            Value::Object(map) => rest.extend(map.values_mut()),
            Value::Array(items) => rest.extend(items),
            _ => {}
        }
    }
}

//! The schema derived from the Rust types equals the description's components: the generator told the truth.
//!
//! What Rust types cannot show is left out of the comparison and guarded by the snapshots instead: defaults, descriptions,
//! examples, the order of properties, formats, lengths, whether an optional field may also be `null`, and the bounds of a
//! number that is only received, which no type checks.

use crate::description::document;
use ideogram_tests::root;
use serde_json::{Map, Value, json};

#[test]
fn the_rust_types_derive_the_descriptions_components() {
    let derived = ideogram_schema::json_schemas();
    let mut seen = 0;
    for name in xtask::sources::folder::names(&root(), "openapi").unwrap() {
        let document = document(&name);
        for (component, schema) in document["components"]["schemas"].as_object().unwrap() {
            let derived = derived.get(component).unwrap_or_else(|| panic!("{name}: no Rust type for {component}"));
            assert_eq!(canonical(derived), canonical(schema), "{name}: {component}");
            seen += 1;
        }
    }
    assert!(seen > 60, "only {seen} components were compared");
}

/// The part of a component that a Rust type shows, written in one way.
pub(crate) fn canonical(component: &Value) -> Value {
    let mut shown = without_bounds(component);
    if let (Some(component), Some(shown)) = (component.as_object(), shown.as_object_mut())
        && !shown.contains_key("enum")
    {
        bounds(component, shown);
    }
    shown
}

fn without_bounds(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return json!({}) };
    if let Some(reference) = object.get("$ref") {
        return json!({ "$ref": reference });
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let Some(schemas) = object.get(keyword).and_then(Value::as_array) else { continue };
        let schemas: Vec<Value> = schemas.iter().map(without_bounds).filter(|schema| !is_null(schema)).collect();
        return match schemas.as_slice() {
            [only] => only.clone(),
            _ => json!({ "anyOf": schemas }),
        };
    }
    let mut kept = Map::new();
    for keyword in ["type", "enum"] {
        if let Some(value) = object.get(keyword) {
            kept.insert(keyword.to_owned(), number_as_float(value));
        }
    }
    if object.contains_key("enum") {
        return Value::Object(kept);
    }
    if let Some(items) = object.get("items") {
        kept.insert("items".to_owned(), without_bounds(items));
    }
    if kept.get("type") == Some(&json!("object")) {
        match object.get("properties").and_then(Value::as_object) {
            Some(properties) if !properties.is_empty() => fields(object, properties, &mut kept),
            _ => {
                let values = object.get("additionalProperties").map_or_else(|| json!({}), without_bounds);
                kept.insert("additionalProperties".to_owned(), values);
            }
        }
    }
    Value::Object(kept)
}

fn fields(object: &Map<String, Value>, properties: &Map<String, Value>, kept: &mut Map<String, Value>) {
    let is_nullable = |name: &str| properties.get(name).is_some_and(|schema| schema["nullable"] == json!(true));
    let mut required: Vec<&str> =
        object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    required.retain(|name| !is_nullable(name));
    required.sort_unstable();
    kept.insert("required".to_owned(), json!(required));
    let properties: Map<String, Value> =
        properties.iter().map(|(name, schema)| (name.clone(), without_bounds(schema))).collect();
    kept.insert("properties".to_owned(), Value::Object(properties));
}

/// Bounds in the numeric form; OpenAPI 3.0 writes an exclusive one as a flag beside `minimum`.
fn bounds(object: &Map<String, Value>, kept: &mut Map<String, Value>) {
    if let Some(step) = object.get("multipleOf") {
        kept.insert("multipleOf".to_owned(), number_as_float(step));
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        let is_exclusive = object.get(exclusive) == Some(&Value::Bool(true));
        if let Some(value) = object.get(bound) {
            kept.insert(if is_exclusive { exclusive } else { bound }.to_owned(), number_as_float(value));
        }
        if let Some(value) = object.get(exclusive).filter(|value| value.is_number()) {
            kept.insert(exclusive.to_owned(), number_as_float(value));
        }
    }
    // The limits of a Rust type, which its schema has, are those of the format.
    let limits = match object.get("format").and_then(Value::as_str) {
        Some("uint8") => [0.0, 255.0],
        Some("uint16") => [0.0, 65535.0],
        Some("uint32" | "uint64") => [0.0, 4_294_967_295.0],
        _ => return,
    };
    for (bound, limit) in ["minimum", "maximum"].into_iter().zip(limits) {
        if kept.get(bound) == Some(&json!(limit)) {
            kept.remove(bound);
        }
    }
}

/// `1` and `1.0` are one number in JSON Schema.
fn number_as_float(value: &Value) -> Value {
    value.as_f64().map_or_else(|| value.clone(), |number| json!(number))
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == json!("null") || schema["enum"] == json!([null])
}

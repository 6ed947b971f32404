//! Whether a value is one of a schema in normal form.

use super::component::Component;
use super::note::{Note, NoteKind};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How many schemas deep a value is looked into; a union that is a variant of itself has no end.
const MAX_DEPTH: usize = 64;

/// Moves every default that is not a value of its schema under `x-upstream`, so that it does not mislead tools.
pub(super) fn take_misfits(components: &mut BTreeMap<String, Component>) -> Vec<Note> {
    let mut misfits = Vec::new();
    for (name, component) in components.iter() {
        let properties = component.schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        for (property, schema) in properties {
            if schema.get("default").is_some_and(|default| !fits(default, schema, components, 0)) {
                misfits.push((name.clone(), property.clone()));
            }
        }
    }
    let mut notes = Vec::new();
    for (name, property) in misfits {
        let Some(component) = components.get_mut(&name) else { continue };
        let schema = component.schema.get_mut("properties").and_then(|properties| properties.get_mut(&property));
        if let Some(schema) = schema.and_then(Value::as_object_mut)
            && let Some(default) = schema.remove("default")
        {
            let upstream = schema.entry("x-upstream").or_insert_with(|| Map::new().into());
            if let Some(upstream) = upstream.as_object_mut() {
                upstream.insert("default".to_owned(), default);
            }
            let pointer = component.origin.join("properties").join(&property).join("default");
            notes.push(Note { pointer, kind: NoteKind::Misfit });
        }
    }
    notes
}

fn fits(value: &Value, schema: &Value, components: &BTreeMap<String, Component>, depth: usize) -> bool {
    let is_null = value.is_null() && schema.get("nullable") == Some(&Value::Bool(true));
    if depth > MAX_DEPTH || is_null {
        return true;
    }
    let inside = |value: &Value, schema: &Value| fits(value, schema, components, depth + 1);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return components.get(name).is_none_or(|component| inside(value, &component.schema));
    }
    if let Some(members) = schema.get("allOf").and_then(Value::as_array) {
        return members.iter().all(|member| inside(value, member));
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(variants) = schema.get(keyword).and_then(Value::as_array) {
            return variants.iter().any(|variant| inside(value, variant));
        }
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.contains(value);
    }
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    let within = |length: usize, least: &str, most: &str| {
        let length = length as u64;
        count(least).is_none_or(|least| length >= least) && count(most).is_none_or(|most| length <= most)
    };
    match (schema.get("type").and_then(Value::as_str), value) {
        (None, _) | (Some("boolean"), Value::Bool(_)) => true,
        (Some("string"), Value::String(text)) => within(text.chars().count(), "minLength", "maxLength"),
        (Some("array"), Value::Array(items)) => {
            within(items.len(), "minItems", "maxItems")
                && schema.get("items").is_none_or(|schema| items.iter().all(|item| inside(item, schema)))
        }
        (Some(kind @ ("integer" | "number")), Value::Number(number)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            (kind == "number" || number.fract() == 0.0) && in_bounds(number, schema)
        }
        (Some("object"), Value::Object(map)) => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let named = schema.get("properties").and_then(Value::as_object);
            let rest = schema.get("additionalProperties").filter(|rest| rest.is_object());
            required.filter_map(Value::as_str).all(|name| map.contains_key(name))
                && map.iter().all(|(name, value)| {
                    let schema = named.and_then(|named| named.get(name)).or(rest);
                    schema.is_none_or(|schema| inside(value, schema))
                })
        }
        _ => false,
    }
}

fn in_bounds(number: f64, schema: &Value) -> bool {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let exclusive = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
    bound("minimum").is_none_or(|least| number > least || (number >= least && !exclusive("exclusiveMinimum")))
        && bound("maximum").is_none_or(|most| number < most || (number <= most && !exclusive("exclusiveMaximum")))
}

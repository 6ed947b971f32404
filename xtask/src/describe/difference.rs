//! Finds where two schemas with one name differ, ignoring descriptions.

use crate::pointer::Pointer;
use serde_json::{Map, Value};

/// Where they first differ and what each has there, in words; `None` if only descriptions differ.
pub(super) fn difference(one: &Value, other: &Value) -> Option<String> {
    first(&undescribed(one), &undescribed(other), &Pointer::root())
}

/// A schema without descriptions. A property may have that name.
fn undescribed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| *name != "description");
            Value::Object(
                kept.map(|(name, value)| {
                    let value = match (name.as_str(), value) {
                        ("properties", Value::Object(properties)) => Value::Object(
                            properties.iter().map(|(name, schema)| (name.clone(), undescribed(schema))).collect(),
                        ),
                        ("default" | "example" | "x-examples" | "enum", value) => value.clone(),
                        (_, value) => undescribed(value),
                    };
                    (name.clone(), value)
                })
                .collect(),
            )
        }
        Value::Array(items) => items.iter().map(undescribed).collect(),
        plain => plain.clone(),
    }
}

fn first(one: &Value, other: &Value, at: &Pointer) -> Option<String> {
    if one == other {
        return None;
    }
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => in_objects(one, other, at),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(index, (one, other))| first(one, other, &at.index(index)))
        }
        (Value::Array(one), Value::Array(other)) => {
            let only = |one: &[Value], other: &[Value]| {
                let only: Vec<String> = one.iter().filter(|item| !other.contains(item)).map(shown).collect();
                (!only.is_empty()).then(|| format!("`{}`", only.join("`, `")))
            };
            let words = |who: &str, only: Option<String>| only.map(|only| format!("only {who} has {only}"));
            let sides = [words("this", only(one, other)), words("that", only(other, one))];
            let sides: Vec<String> = sides.into_iter().flatten().collect();
            Some(format!(
                "at `{at}` {}",
                if sides.is_empty() { "an item is repeated".into() } else { sides.join(", ") }
            ))
        }
        _ => Some(format!("at `{at}` this has `{}` and that `{}`", shown(one), shown(other))),
    }
}

fn in_objects(one: &Map<String, Value>, other: &Map<String, Value>, at: &Pointer) -> Option<String> {
    let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
    keys.sort();
    keys.into_iter().find_map(|key| {
        let place = at.join(key);
        match (one.get(key), other.get(key)) {
            (Some(one), Some(other)) => first(one, other, &place),
            (Some(only), None) => Some(format!("at `{place}` this has `{}` and that nothing", shown(only))),
            (None, Some(only)) => Some(format!("at `{place}` this has nothing and that `{}`", shown(only))),
            (None, None) => None,
        }
    })
}

/// A value in a message, shortened.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn descriptions_are_no_difference_and_anything_else_is_told_with_both_values() {
        let one =
            json!({ "description": "a", "properties": { "description": { "type": "string", "description": "x" } } });
        let other = json!({ "description": "b", "properties": { "description": { "type": "string" } } });
        assert_eq!(difference(&one, &other), None);
        let third = json!({ "properties": { "description": { "type": "integer" } } });
        let words = "at `/properties/description/type` this has `\"string\"` and that `\"integer\"`";
        assert_eq!(difference(&one, &third).as_deref(), Some(words));
        let lists = (json!({ "enum": ["a", "b"] }), json!({ "enum": ["a", "b", "c"] }));
        assert_eq!(difference(&lists.0, &lists.1).as_deref(), Some("at `/enum` only that has `\"c\"`"));
        let words = "at `/properties/description` this has `{\"type\":\"string\"}` and that nothing";
        assert_eq!(difference(&one, &json!({ "properties": {} })).as_deref(), Some(words));
    }
}

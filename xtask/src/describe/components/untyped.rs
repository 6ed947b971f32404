//! Where a type stays any JSON.

use super::component::{Components, Shape, referenced};
use crate::pointer::Pointer;
use serde_json::Value;

/// Every place whose Rust type is any JSON: the component's name, and the pointer below it.
pub fn untyped(components: &Components) -> Vec<(String, Pointer)> {
    let mut found = Vec::new();
    for (name, component) in components {
        let root = Pointer::root();
        let mut places = Vec::new();
        match &component.shape {
            Shape::Struct(properties) => {
                for property in properties {
                    walk(&property.schema, &root.join("properties").join(&property.json), &mut places);
                }
            }
            Shape::Union(variants) => {
                for (index, variant) in variants.iter().enumerate() {
                    walk(&variant.schema, &root.join("anyOf").index(index), &mut places);
                }
            }
            Shape::Wrapper(schema) => walk(schema, &root, &mut places),
            Shape::TextEnum(_) | Shape::IntegerEnum(..) | Shape::Number(..) => {}
        }
        if let Some(rest) = &component.rest {
            walk(&rest.schema, &root, &mut places);
        }
        places.dedup();
        found.extend(places.into_iter().map(|place| (name.clone(), place)));
    }
    found
}

fn walk(schema: &Value, at: &Pointer, found: &mut Vec<Pointer>) {
    if referenced(schema).is_some() {
        return;
    }
    let below = |keyword: &str, found: &mut Vec<Pointer>| {
        walk(schema.get(keyword).unwrap_or(&Value::Null), &at.join(keyword), found);
    };
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => below("items", found),
        Some("object") => below("additionalProperties", found),
        Some(_) => {}
        None => found.push(at.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::untyped;
    use crate::describe::components::read;
    use crate::sources::document::Document;
    use serde_json::json;

    #[test]
    fn every_place_that_stays_json_is_found_and_no_other() {
        let schemas = json!({
            "Any": {},
            "Thing": {
                "type": "object",
                "properties": {
                    "a": {},
                    "b": {"type": "array", "items": {"type": "array", "items": {}}},
                    "c": {"type": "object", "additionalProperties": {"type": "string"}},
                    "d": {"$ref": "#/components/schemas/Any"},
                    "e": {"type": "string"},
                },
                "x-fal-order-properties": ["a", "b", "c", "d", "e"],
            },
        });
        let value = json!({"components": {"schemas": schemas}});
        let components = read(&Document { name: "one.json".to_owned(), value }, &mut Vec::new());
        let found: Vec<String> = untyped(&components).iter().map(|(name, at)| format!("{name}{at}")).collect();
        assert_eq!(found, ["Any", "Thing/properties/a", "Thing/properties/b/items/items"]);
    }
}

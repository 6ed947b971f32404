//! What components lead to.

use super::component::{Components, Shape, referenced};
use serde_json::Value;
use std::collections::BTreeSet;

/// All components that the given ones lead to, themselves included.
pub fn reachable<'a>(roots: impl IntoIterator<Item = &'a str>, components: &Components) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = roots.into_iter().map(str::to_owned).collect();
    while let Some(name) = open.pop() {
        let Some(component) = components.get(&name) else { continue };
        if !found.insert(name) {
            continue;
        }
        component.rest.iter().for_each(|rest| references(&rest.schema, &mut open));
        match &component.shape {
            Shape::Struct(properties) => properties.iter().for_each(|property| references(&property.schema, &mut open)),
            Shape::Union(variants) => variants.iter().for_each(|variant| references(&variant.schema, &mut open)),
            Shape::Wrapper(schema) => references(schema, &mut open),
            Shape::TextEnum(_) | Shape::IntegerEnum(..) | Shape::Number(..) => {}
        }
    }
    found
}

fn references(schema: &Value, found: &mut Vec<String>) {
    found.extend(referenced(schema).map(str::to_owned));
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(keyword) {
            references(inner, found);
        }
    }
}

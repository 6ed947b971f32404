//! Stubs for facts that a document does not have and an overlay could add: the price, which texts are files, missing
//! descriptions.

use super::roots;
use crate::describe::Description;
use crate::describe::components::{Component, Property, Shape, reachable};
use crate::sources::endpoints::EndpointEntry;
use crate::sources::overlay;
use serde_json::{Value, json};

/// Stubs of an overlay's actions, in the order of the description.
pub(super) fn stubs(description: &Description, entry: &EndpointEntry) -> Vec<Value> {
    let mut stubs = Vec::new();
    let facts = description.endpoints.iter().find(|facts| facts.id == entry.id);
    if facts.is_some_and(|facts| facts.price.is_none()) {
        stubs.push(json!({
            "target": format!("$.paths['/{}'].post['x-fal-endpoint']", entry.id),
            "update": {"price": {"amount": "…", "currency": "USD", "unit": "image"}},
            "x-reason": "The list price on the model's page; the document has none.",
        }));
    }
    let Some([input, output]) = roots(description, entry) else { return stubs };
    let sent = reachable([input], &description.components);
    for name in reachable([input, output], &description.components) {
        let Some(component) = description.components.get(&name) else { continue };
        let target = format!("$.components.schemas['{name}']");
        if component.description.is_empty() {
            stubs.push(describe(&target));
        }
        let Shape::Struct(properties) = &component.shape else { continue };
        for property in properties {
            let target = format!("{target}.properties['{}']", property.json.replace('\'', "\\'"));
            if property.description.is_empty() {
                stubs.push(describe(&target));
            }
            stubs.extend(file(&target, property, component, sent.contains(&name)));
        }
    }
    stubs
}

fn describe(target: &str) -> Value {
    json!({
        "target": target,
        "update": {"description": "…"},
        "x-reason": "Upstream does not describe it.",
    })
}

/// The stub for a property that looks like a file and is not said to be one.
fn file(target: &str, property: &Property, owner: &Component, sent: bool) -> Option<Value> {
    if property.file.is_some() {
        return None;
    }
    let schema = &property.schema;
    let one = if schema.get("type")? == "array" { schema.get("items")? } else { schema };
    let name = property.json.strip_suffix('s').unwrap_or(&property.json);
    let is_text = one.get("type").is_some_and(|kind| kind == "string");
    let role = if name.contains("mask") { "mask" } else { "image" };
    (sent && is_text && name.ends_with("_url")).then(|| {
        json!({
            "target": target,
            "update": {"x-fal-file-input": role},
            "x-reason": format!("Upstream types `{}` of `{}` as a text; it takes a URL of a file.", property.json, owner.rust),
        })
    })
}

/// The stubs as comments below the endpoint's entry; nothing where there is none.
pub(super) fn comment(entry: &EndpointEntry, stubs: &[Value]) -> String {
    if stubs.is_empty() {
        return String::new();
    }
    let overlay = json!({
        "overlay": "1.0.0",
        "info": {"title": entry.name, "version": "1.0.0"},
        "actions": stubs,
    });
    let path = format!("{}/{}", overlay::FOLDER, entry.file);
    let text = format!(
        "What the document of `{}` does not say. Move what you know into `{path}`, and delete these lines:\n{overlay:#}",
        entry.verb
    );
    text.lines().map(|line| format!("# {line}\n")).collect()
}

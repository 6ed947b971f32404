//! The entry of an endpoint that is not in the list yet, as its document and the others suggest it.

use super::envelope;
use super::normalise::{Normalised, normalise};
use super::standalone::name_of;
use crate::error::{Error, Result};
use crate::names::type_name;
use crate::pointer::Pointer;
use crate::sources::Sources;
use crate::sources::endpoints::{EndpointEntry, verb_fault};
use serde_json::Value;
use std::collections::BTreeMap;

/// The entry that an endpoint would have. Its summary is the document's own, or names the endpoint.
///
/// # Errors
/// The document is of another endpoint, or its envelope is not the known one.
pub fn draft(sources: &Sources, id: &str, verb: Option<&str>, document: &Value) -> Result<EndpointEntry> {
    let roots = envelope::open(&sources.templates.upstream, document, id)?;
    let name = verb.map_or_else(|| name_of(id), type_name);
    let verb = verb.map_or_else(|| heck::ToKebabCase::to_kebab_case(name.as_str()), str::to_owned);
    let normalised = normalise(document, &roots, &name, &BTreeMap::new());
    let names = names(&taken(sources), &normalised, &name);
    let input = normalised.components.get(&format!("{name}Input")).map(|input| &input.schema);
    let entry = EndpointEntry {
        id: id.to_owned(),
        file: format!("{verb}.json"),
        positional: input.map(positional).unwrap_or_default(),
        summary: summary(document, id),
        names,
        name,
        verb,
    };
    match verb_fault(&entry.verb) {
        Some(fault) => Err(Error::new(format!("{fault}: give it one with `--verb`"))),
        None => Ok(entry),
    }
}

/// The schemas that have a name already, by that name.
fn taken(sources: &Sources) -> BTreeMap<String, Value> {
    let documents = sources.own.iter().map(|document| &document.value);
    let documents = documents.chain([&sources.templates.common, &sources.templates.run, &sources.templates.queue]);
    let schemas = documents.filter_map(|document| document.pointer("/components/schemas")?.as_object()).flatten();
    let mut taken: BTreeMap<String, Value> = schemas.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    for entry in &sources.endpoints {
        taken.insert(entry.name.clone(), Value::Null);
        let Some(upstream) = sources.upstream.get(&entry.id) else { continue };
        let Ok(roots) = envelope::open(&sources.templates.upstream, &upstream.document, &entry.id) else { continue };
        let normalised = normalise(&upstream.document, &roots, &entry.name, &entry.names);
        taken.extend(normalised.components.into_iter().map(|(name, component)| (name, component.schema)));
    }
    taken
}

/// Names for the schemas of which another endpoint has a different one of the same name.
fn names(taken: &BTreeMap<String, Value>, normalised: &Normalised, marker: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (name, component) in &normalised.components {
        if taken.get(name).is_some_and(|known| *known != component.schema)
            && let Some(owner) = component.origin.component()
        {
            names.insert(owner.last(), format!("{marker}{}", type_name(&owner.last())));
        }
    }
    names
}

/// The inputs that a command takes by position: the first file that must be given, then the text.
fn positional(input: &Value) -> Vec<String> {
    let required: Vec<&str> = input
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|name| {
            let at = Pointer::root().join("properties").join(name).join("type");
            input.pointer(at.as_str()).is_some_and(|kind| kind == "string")
        })
        .collect();
    let order = input.get("x-fal-order-properties").and_then(Value::as_array).into_iter().flatten();
    let mut ordered = order.filter_map(Value::as_str).filter(|name| required.contains(name));
    let file = ordered.find(|name| name.ends_with("_url"));
    let text = ["prompt", "text"].into_iter().find(|name| required.contains(name));
    file.into_iter().chain(text).map(str::to_owned).collect()
}

/// One line that says what the endpoint does: the document's own, unless it only repeats the id.
fn summary(document: &Value, id: &str) -> String {
    let said = document.pointer("/info/description").and_then(Value::as_str).unwrap_or_default();
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() || line.contains(id) || line.chars().count() > 120 { format!("Call `{id}`.") } else { line }
}

#[cfg(test)]
mod tests {
    use super::{positional, summary};
    use serde_json::json;

    #[test]
    fn the_first_required_file_and_the_text_are_given_by_position() {
        let input = json!({
            "required": ["prompt", "mask_url", "image_url", "count"],
            "x-fal-order-properties": ["count", "prompt", "image_url", "mask_url", "style_url"],
            "properties": {
                "prompt": {"type": "string"}, "image_url": {"type": "string"}, "mask_url": {"type": "string"},
                "style_url": {"type": "string"}, "count": {"type": "integer"},
            },
        });
        assert_eq!(positional(&input), ["image_url", "prompt"]);
        assert_eq!(positional(&json!({"properties": {"prompt": {"type": "string"}}})), [""; 0]);
    }

    #[test]
    fn a_summary_says_more_than_the_id() {
        let document = |text: &str| json!({"info": {"description": text}});
        assert_eq!(summary(&document("Makes\n songs."), "a/b"), "Makes songs.");
        for nothing in ["", "Queue calls of a/b.", &"long ".repeat(40)] {
            assert_eq!(summary(&document(nothing), "a/b"), "Call `a/b`.");
        }
    }
}

//! What references lead to.

use serde_json::Value;

/// A named part of a document.
pub(super) fn component<'d>(document: &'d Value, section: &str, name: &str) -> Option<&'d Value> {
    document.get("components")?.get(section)?.get(name)
}

/// What a reference leads to, through further references; none when it leads nowhere or in a cycle.
pub(super) fn resolve<'d>(document: &'d Value, reference: &str) -> Option<&'d Value> {
    let mut target = document.pointer(reference.strip_prefix('#')?)?;
    for _ in 0..32 {
        match target.get("$ref").and_then(Value::as_str) {
            None => return Some(target),
            Some(next) => target = document.pointer(next.strip_prefix('#')?)?,
        }
    }
    None
}

/// The value itself, or what it refers to.
pub(super) fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    value.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(document, reference)).unwrap_or(value)
}

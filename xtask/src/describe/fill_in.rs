//! `${name}` in a template's texts.

use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde_json::{Map, Value};

/// Replaces each `${name}` in the texts of a template; a text that is nothing else may become any value.
pub(super) fn fill_in(value: &Value, at: &Pointer, fill: &dyn Fn(&str) -> Option<Value>) -> Result<Value> {
    match value {
        Value::String(text) => {
            let whole =
                text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('$'));
            match whole.and_then(fill) {
                Some(value) => Ok(value),
                None => fill_text(text, at, fill).map(Value::from),
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| fill_in(item, &at.index(index), fill)).collect()
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| Ok((key.clone(), fill_in(value, &at.join(key), fill)?)));
            entries.collect::<Result<Map<_, _>>>().map(Value::from)
        }
        scalar => Ok(scalar.clone()),
    }
}

/// The same for one text.
pub(super) fn fill_text(text: &str, at: &Pointer, fill: &dyn Fn(&str) -> Option<Value>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let Some(Value::String(value)) = fill(name) else {
            return Err(Error::new(format!("`${{{name}}}` is nothing that can be filled in here")).at(at));
        };
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

//! Every `$ref` of a document leads somewhere in it.

use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde_json::Value;

/// Checks all references below a value of the document.
///
/// # Errors
/// The first reference that leads nowhere or out of the document, with its pointer.
pub fn check(document: &Value) -> Result<()> {
    walk(document, document, &Pointer::root())
}

fn walk(document: &Value, value: &Value, at: &Pointer) -> Result<()> {
    match value {
        Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                let found = reference.strip_prefix('#').and_then(|target| document.pointer(target));
                if found.is_none() {
                    return Err(Error::new(format!("`{reference}` leads nowhere in this document")).at(at.join("$ref")));
                }
            }
            object.iter().try_for_each(|(key, value)| walk(document, value, &at.join(key)))
        }
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, value)| walk(document, value, &at.index(index)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::json;

    #[test]
    fn a_reference_that_leads_nowhere_is_named() {
        assert!(check(&json!({"a": {"$ref": "#/b"}, "b": {}})).is_ok());
        let error = check(&json!({"a/c": [{"$ref": "#/b"}]})).unwrap_err();
        assert_eq!(error.to_string(), "#/a~1c/0/$ref: `#/b` leads nowhere in this document");
    }
}

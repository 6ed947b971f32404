//! Every `$ref` of a document leads somewhere in it.

use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde_json::Value;

/// Checks all references below a value of the document.
///
/// # Errors
/// The first reference that leads nowhere or out of the document, with its pointer.
pub fn check(document: &Value) -> Result<()> {
    walk(document, document, &mut Vec::new())
}

/// `steps` lead to the value; they become a pointer only where one is needed.
fn walk<'v>(document: &Value, value: &'v Value, steps: &mut Vec<Step<'v>>) -> Result<()> {
    match value {
        Value::Object(object) => {
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                let found = reference.strip_prefix('#').and_then(|target| document.pointer(target));
                if found.is_none() {
                    let message = format!("`{reference}` leads nowhere in this document");
                    return Err(Error::new(message).at(pointer(steps).join("$ref")));
                }
            }
            object.iter().try_for_each(|(key, value)| below(document, value, steps, Step::Key(key)))
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, value)| below(document, value, steps, Step::Index(index)))
        }
        _ => Ok(()),
    }
}

fn below<'v>(document: &Value, value: &'v Value, steps: &mut Vec<Step<'v>>, step: Step<'v>) -> Result<()> {
    steps.push(step);
    walk(document, value, steps)?;
    steps.pop();
    Ok(())
}

enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

fn pointer(steps: &[Step<'_>]) -> Pointer {
    steps.iter().fold(Pointer::root(), |pointer, step| match step {
        Step::Key(key) => pointer.join(key),
        Step::Index(index) => pointer.index(*index),
    })
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

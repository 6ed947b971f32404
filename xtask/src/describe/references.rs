//! Checks that every `$ref` of a document leads to a place in it.

use crate::error::Error;
use crate::pointer::Pointer;
use serde_json::Value;

/// The references that lead nowhere or out of the document, each with its pointer.
pub(super) fn check(document: &Value) -> Vec<Error> {
    let mut problems = Vec::new();
    walk(document, document, &mut Vec::new(), &mut problems);
    problems
}

/// `steps` lead to the value; they become a pointer only where one is needed.
fn walk<'v>(document: &Value, value: &'v Value, steps: &mut Vec<Step<'v>>, problems: &mut Vec<Error>) {
    let mut below = |value: &'v Value, step: Step<'v>, problems: &mut Vec<Error>| {
        steps.push(step);
        walk(document, value, steps, problems);
        steps.pop();
    };
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                below(value, Step::Key(key), problems);
            }
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                let found = reference.strip_prefix('#').and_then(|target| document.pointer(target));
                if found.is_none() {
                    let message = format!("`{reference}` leads nowhere in this document");
                    problems.push(Error::new(message).at(pointer(steps).join("$ref")));
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                below(value, Step::Index(index), problems);
            }
        }
        _ => {}
    }
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
        assert_eq!(check(&json!({"a": {"$ref": "#/b"}, "b": {}})), []);
        let found = check(&json!({"a/c": [{"$ref": "#/b"}, {"$ref": "#/d"}]}));
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "#/a~1c/0/$ref: `#/b` leads nowhere in this document",
                "#/a~1c/1/$ref: `#/d` leads nowhere in this document"
            ]
        );
    }
}

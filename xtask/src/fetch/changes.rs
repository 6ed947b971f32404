//! What changed between two versions of a document, in a line.

use crate::pointer::Pointer;
use crate::sources::document;
use serde_json::Value;

/// How many changes are named.
const NAMED: usize = 3;

/// The line; `cargo xtask diff` tells more.
pub(super) fn describe(old: &[u8], new: &[u8]) -> String {
    let (Ok(old), Ok(new)) = (document::parse(old), document::parse(new)) else {
        return "replaces a file that was no JSON document".to_owned();
    };
    let mut changes = Vec::new();
    compare(&old, &new, &Pointer::root(), &mut changes);
    let more = changes.len().saturating_sub(NAMED);
    let count = changes.len();
    changes.truncate(NAMED);
    let named = changes.join(", ");
    match (count, more) {
        (0, _) => "the same in another layout".to_owned(),
        (1, _) => format!("1 change: {named}"),
        (_, 0) => format!("{count} changes: {named}"),
        _ => format!("{count} changes: {named} and {more} more"),
    }
}

fn compare(old: &Value, new: &Value, at: &Pointer, changes: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let here = at.join(key);
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => compare(old, new, &here, changes),
                    (None, _) => changes.push(format!("`{here}` is new")),
                    (_, None) => changes.push(format!("`{here}` is gone")),
                }
            }
        }
        (old, new) if old == new => {}
        _ => changes.push(format!("`{at}` differs")),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn a_line_names_the_first_changes_and_counts_the_rest() {
        let old = br#"{"a": {"b": 1, "c": [1, 2]}, "d": 1}"#;
        for (new, line) in [
            (r#"{"d": 1, "a": {"b": 1, "c": [1, 2]}}"#, "the same in another layout"),
            (r#"{"a": {"b": 2, "c": [1, 2]}, "d": 1}"#, "1 change: `/a/b` differs"),
            (r#"{"a": {"b": 1, "c": [1]}, "e/f": 1, "d": 1}"#, "2 changes: `/a/c` differs, `/e~1f` is new"),
            (r#"{"e": 1, "f": 1}"#, "4 changes: `/a` is gone, `/d` is gone, `/e` is new and 1 more"),
        ] {
            assert_eq!(describe(old, new.as_bytes()), line);
        }
        assert_eq!(describe(b"<", b"{}"), "replaces a file that was no JSON document");
    }
}

//! The files in an endpoint's answer, found by the table.

use ideogram_schema::{EndpointInfo, FieldKind, File, FileRole};
use serde_json::Value;

/// The most files of one answer that are saved; no endpoint makes as many, a hostile server might.
const MAX_FILES: usize = 100;

/// A file in an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AnswerFile {
    pub(crate) role: FileRole,
    /// At an `http(s)` URL or a data URI.
    pub(crate) file: File,
}

/// The files in an answer, in the description's order, and those beyond the bound.
pub(crate) fn files_in(info: &EndpointInfo, answer: &Value) -> (Vec<AnswerFile>, Vec<AnswerFile>) {
    let mut found = Vec::new();
    for field in info.outputs {
        if let Some(value) = answer.get(field.name) {
            collect(&field.kind, value, &mut found);
        }
    }
    let more = found.split_off(found.len().min(MAX_FILES));
    (found, more)
}

fn collect(kind: &FieldKind, value: &Value, found: &mut Vec<AnswerFile>) {
    match (kind, value) {
        (FieldKind::File(role), Value::Object(file)) => {
            let Some(url) = file.get("url").and_then(Value::as_str) else { return };
            let size = file.get("file_size").and_then(Value::as_i64);
            let mut file = File::new(url);
            file.file_size = size;
            found.push(AnswerFile { role: *role, file });
        }
        (FieldKind::Array { items, .. }, Value::Array(values)) => {
            for value in values {
                collect(items, value, found);
            }
        }
        (FieldKind::Object(fields), Value::Object(object)) => {
            for field in *fields {
                if let Some(value) = object.get(field.name) {
                    collect(&field.kind, value, found);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::files_in;
    use ideogram_schema::ENDPOINTS;
    use serde_json::json;

    #[test]
    fn the_files_of_every_endpoint_are_found_and_nothing_else_is() {
        for info in ENDPOINTS {
            let answer = json!({
                "images": [{"url": "https://a/1.png"}, {"url": 5}, "https://a/2.png", {"url": "data:,x"}],
                "url": "https://a/3.png",
            });
            let urls: Vec<String> = files_in(info, &answer).0.into_iter().map(|found| found.file.url).collect();
            assert_eq!(urls, ["https://a/1.png", "data:,x"]);
            assert!(files_in(info, &json!("https://a/1.png")).0.is_empty());
            let many: Vec<_> = (0..5_000).map(|_| json!({"url": "x"})).collect();
            let (files, more) = files_in(info, &json!({"images": many}));
            assert_eq!((files.len(), more.len()), (100, 4_900));
        }
    }
}

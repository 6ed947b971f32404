//! The files in an endpoint's answer, found by the table of its outputs.

use ideogram_schema::{EndpointInfo, FieldKind, File, FileRole};
use serde_json::Value;

/// A file in an answer, and what the description says it is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputFile {
    /// What it is to its endpoint: a picture, a mask, something else.
    pub role: FileRole,
    /// Where it is, and what the server said of it.
    pub file: File,
}

/// The files in an answer, in the description's order. Only a `url` is insisted on: an answer that does not fit its type
/// still has its files. The second number counts those beyond the first `limit`.
pub(crate) fn files_in(endpoint: &EndpointInfo, answer: &Value, limit: usize) -> (Vec<OutputFile>, usize) {
    let mut found = Found { files: Vec::new(), limit, more: 0 };
    for field in endpoint.outputs {
        if let Some(value) = answer.get(field.name) {
            found.collect(&field.kind, value);
        }
    }
    (found.files, found.more)
}

struct Found {
    files: Vec<OutputFile>,
    limit: usize,
    more: usize,
}

impl Found {
    fn collect(&mut self, kind: &FieldKind, value: &Value) {
        match (kind, value) {
            (FieldKind::File(role), value) => {
                let Some(file) = read(value) else { return };
                if self.files.len() < self.limit {
                    self.files.push(OutputFile { role: *role, file });
                } else {
                    self.more += 1;
                }
            }
            (FieldKind::Array { items, .. }, Value::Array(values)) => {
                for value in values {
                    self.collect(items, value);
                }
            }
            (FieldKind::Object(fields), Value::Object(object)) => {
                for field in *fields {
                    if let Some(value) = object.get(field.name) {
                        self.collect(&field.kind, value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Reads a file; what else is said of it is taken where it has the right type.
fn read(value: &Value) -> Option<File> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut file = File::new(text("url")?);
    file.content_type = text("content_type");
    file.file_name = text("file_name");
    file.file_size = value.get("file_size").and_then(Value::as_i64);
    Some(file)
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
                "images": [
                    {"url": "https://a/1.png", "file_size": 7.5},
                    {"url": 5},
                    null,
                    "https://a/2.png",
                    {"url": "data:,x"},
                ],
                "url": "https://a/3.png",
            });
            let (files, more) = files_in(info, &answer, 100);
            let urls: Vec<_> = files.iter().map(|found| found.file.url.as_str()).collect();
            assert_eq!((urls, more), (vec!["https://a/1.png", "data:,x"], 0));
            assert!(files_in(info, &json!("https://a/1.png"), 100).0.is_empty());
            let many: Vec<_> = (0..5_000).map(|_| json!({"url": "x"})).collect();
            let (files, more) = files_in(info, &json!({"images": many}), 100);
            assert_eq!((files.len(), more), (100, 4_900));
        }
    }
}

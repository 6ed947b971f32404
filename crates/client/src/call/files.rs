//! Finds the files in an endpoint's answer, by the endpoint's table of outputs.

use ideogram_schema::{EndpointInfo, Field, FieldKind, File, FileRole, Integer};
use serde::Deserialize as _;
use serde_json::Value;

/// A file in an answer, and what the endpoint's description says it is: an item of
/// [`Response::files`](crate::Response::files) and [`Error::files`](crate::Error::files). [`Client::image`](crate::Client::image)
/// downloads its [`file`](Self::file).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputFile {
    /// What kind of file the description says it is: a picture, a mask, something else.
    pub role: FileRole,
    /// The file's URL, and the name, type and size that the server gave.
    pub file: File,
}

impl OutputFile {
    /// Every file in an endpoint's answer, in the description's order. A file is a value with a `url` that
    /// [`EndpointInfo::outputs`] calls a file, or describes with the fields of one. The rest of the answer need not fit
    /// its type.
    ///
    /// There is no bound on their number but the answer's own size: fetch
    /// [`limits::OUTPUT_FILES`](crate::limits::OUTPUT_FILES) of them at most.
    ///
    /// ```
    /// use ideogram_client::{Endpoint, Generate, OutputFile};
    ///
    /// let answer = serde_json::json!({"images": [{"url": "https://v3.fal.media/fox.png"}, null], "seed": "odd"});
    /// let files = OutputFile::all_in(Generate::INFO, &answer);
    /// let urls: Vec<&str> = files.iter().map(|found| found.file.url.as_str()).collect();
    /// assert_eq!(urls, ["https://v3.fal.media/fox.png"]);
    /// ```
    pub fn all_in(endpoint: &EndpointInfo, answer: &Value) -> Vec<Self> {
        let mut files = Vec::new();
        for field in endpoint.outputs {
            if let Some(value) = answer.get(field.name) {
                collect(&field.kind, value, &mut files);
            }
        }
        files
    }
}

fn collect(kind: &FieldKind, value: &Value, files: &mut Vec<OutputFile>) {
    match (kind, value) {
        (FieldKind::File(role), value) => files.extend(read(value).map(|file| OutputFile { role: *role, file })),
        (FieldKind::Array { items, .. }, Value::Array(values)) => {
            for value in values {
                collect(items, value, files);
            }
        }
        (FieldKind::Object(fields), value) if is_file(fields) => {
            let role = if has(fields, "width") { FileRole::Image } else { FileRole::Other };
            files.extend(read(value).map(|file| OutputFile { role, file }));
        }
        (FieldKind::Object(fields), Value::Object(object)) => {
            for field in *fields {
                if let Some(value) = object.get(field.name) {
                    collect(&field.kind, value, files);
                }
            }
        }
        (FieldKind::Map(values), Value::Object(object)) => {
            for value in object.values() {
                collect(values, value, files);
            }
        }
        // A value has one kind: the first kind under which files are found is taken.
        (FieldKind::OneOf(kinds), value) => {
            let before = files.len();
            for kind in *kinds {
                collect(kind, value, files);
                if files.len() > before {
                    break;
                }
            }
        }
        _ => {}
    }
}

/// Whether an object that the description does not call a file has the fields of one: a `url`, and one that describes
/// its content.
fn is_file(fields: &[Field]) -> bool {
    has(fields, "url") && (has(fields, "content_type") || has(fields, "width"))
}

fn has(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name == name)
}

/// Reads a file. Its optional fields are taken where they have the right type.
fn read(value: &Value) -> Option<File> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut file = File::new(text("url")?);
    file.content_type = text("content_type");
    file.file_name = text("file_name");
    file.file_size = value.get("file_size").and_then(|size| Integer::deserialize(size).ok());
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::OutputFile;
    use ideogram_schema::{ENDPOINTS, EndpointInfo};
    use serde_json::json;

    #[test]
    fn the_files_of_every_endpoint_are_found_and_nothing_else_is() {
        let makes_images = |info: &&&EndpointInfo| info.outputs.iter().any(|field| field.name == "images");
        for info in ENDPOINTS.iter().filter(makes_images) {
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
            let urls: Vec<_> = OutputFile::all_in(info, &answer).into_iter().map(|found| found.file.url).collect();
            assert_eq!(urls, ["https://a/1.png", "data:,x"]);
            assert!(OutputFile::all_in(info, &json!("https://a/1.png")).is_empty());
            let many: Vec<_> = (0..5_000).map(|_| json!({"url": "x"})).collect();
            assert_eq!(OutputFile::all_in(info, &json!({"images": many})).len(), 5_000);
        }
    }
}

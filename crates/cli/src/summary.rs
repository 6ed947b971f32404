//! Inputs without the files inside them: data URIs become type, size and hash.

use crate::data_uri;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The input with each data URI replaced by its type, size and SHA-256.
///
/// ```
/// let input = serde_json::json!({"prompt": "a", "image_url": "data:text/plain;base64,aGk="});
/// let shown = ideogram_cli::envelope::summarised(input.as_object().unwrap());
/// assert_eq!(shown.pointer("/image_url/bytes"), Some(&2.into()));
/// ```
pub fn summarised(input: &Map<String, Value>) -> Value {
    Value::Object(input.iter().map(|(name, value)| (name.clone(), summary(value))).collect())
}

fn summary(value: &Value) -> Value {
    match value {
        Value::String(text) => match data_uri::decode(text) {
            Some((content_type, bytes)) => {
                json!({"content_type": content_type, "bytes": bytes.len(), "sha256": sha256(&bytes)})
            }
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(summary).collect(),
        Value::Object(fields) => summarised(fields),
        _ => value.clone(),
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

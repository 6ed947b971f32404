//! Inputs without the files inside them: data URIs become type, size and hash.

use crate::data_uri;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read as _};
use std::path::Path;

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
        Value::String(text) => {
            let (mut count, mut sha256) = (0_usize, Sha256::new());
            let content_type = data_uri::read(text, |piece| {
                count += piece.len();
                sha256.update(piece);
            });
            match content_type {
                Some(content_type) => {
                    json!({"content_type": content_type, "bytes": count, "sha256": hex(&sha256.finalize())})
                }
                None => value.clone(),
            }
        }
        Value::Array(items) => items.iter().map(summary).collect(),
        Value::Object(fields) => summarised(fields),
        _ => value.clone(),
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of a file, in hexadecimal. What is no file is refused: a device may have no end, and a pipe without a writer
/// does not even open.
pub(crate) fn sha256_of(path: &Path) -> std::io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(Error::other("it is a folder, a device or a pipe, and no file"));
    }
    let (mut file, mut sha256, mut piece) = (File::open(path)?, Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hex(&sha256.finalize())),
            Ok(count) => sha256.update(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

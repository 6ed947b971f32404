//! The functions that make file names and show text, for the properties of `tests/fuzz`. Not part of the public API.

use crate::clean;
use crate::save::{Naming, name_by};
use ideogram_schema::ENDPOINTS;
use serde_json::{Map, Value};

/// The name of a file by `--output`'s template, made of the user's words, the input and the service's request id; `None`
/// where it is no template.
pub fn file_name(template: &str, words: &str, input: &Map<String, Value>, request_id: &str) -> Option<String> {
    let info = ENDPOINTS.first()?;
    name_by(template, &Naming { info, input, words: Some(words), seed: Some(7), request_id: Some(request_id) })
}

/// A foreign text on one line of a terminal.
pub fn line(text: &str) -> String {
    clean::line(text)
}

/// A value as one line of JSON on a terminal.
pub fn json(value: &Value) -> Vec<u8> {
    clean::json(value).unwrap_or_default()
}

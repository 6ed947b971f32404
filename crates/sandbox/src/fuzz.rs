//! The readers of bodies and documents, for the properties of `tests/fuzz`. Not part of the public API.

use crate::description::Endpoints;
use crate::validate::{Refusal, validate};

/// The result of checking a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is accepted: its fields as JSON, including defaults.
    Taken(String),
    /// It is refused: the JSON of what is wrong.
    Refused(String),
    /// It cannot be read at all.
    Unreadable,
}

/// Checks a body of JSON as the endpoint of that id does.
pub fn check(id: &str, body: &[u8]) -> Checked {
    let endpoints = Endpoints::with(&[]).ok();
    let Some(endpoint) = endpoints.as_ref().and_then(|endpoints| endpoints.find(id)) else {
        return Checked::Unreadable;
    };
    match validate(endpoint, Some("application/json"), body) {
        Ok(input) => Checked::Taken(input.to_json()),
        Err(Refusal::Invalid(details)) => Checked::Refused(serde_json::to_string(&details).unwrap_or_default()),
        Err(Refusal::Unreadable) => Checked::Unreadable,
    }
}

/// Whether a document of an endpoint can be read.
pub fn reads(document: &str) -> bool {
    Endpoints::with(&[document.to_owned()]).is_ok()
}

//! The readers of the service's answers, for the properties of `tests/fuzz`: functions from bytes to values, without a
//! connection. Not part of the public API.

use crate::call::head::Head;
use crate::call::json;
use crate::error::Error;
use crate::job::{sse, status as statuses};
use crate::picture::format::Format;
use crate::picture::{data_uri as uris, file_name as names};
use http::{HeaderMap, StatusCode};
use ideogram_schema::QueueStatus;
use serde::de::DeserializeOwned;

/// The data of every complete event of a stream that arrives in these pieces, and whether none exceeded the limit.
pub fn events(pieces: &[Vec<u8>], limit: usize) -> (Vec<Vec<u8>>, bool) {
    let (mut reader, mut found) = (sse::Events::new(limit), Vec::new());
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(Some(event)) => found.push(event),
                Ok(None) => break,
                Err(sse::TooLarge) => return (found, false),
            }
        }
    }
    (found, true)
}

/// A status of this request, where it is one, and whether nothing will come after it.
pub fn status(body: &[u8], request_id: &str) -> Option<(QueueStatus, bool)> {
    let status = statuses::read(body, request_id).ok()?;
    let ended = statuses::has_ended(&status);
    Some((status, ended))
}

/// Reads an answer.
///
/// # Errors
/// What does not fit, in the words of the error that a caller gets.
pub fn answer<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    json::from_slice(body).map_err(|error| error.to_string())
}

/// The bytes in a `data:` URI, or what is wrong with them; `None` where it is no such URI.
pub fn data_uri(text: &str, limit: usize) -> Option<Result<Vec<u8>, String>> {
    Some(uris::DataUri::parse(text)?.decode(limit))
}

/// Bytes as a `data:` URI.
pub fn encode(media_type: &str, bytes: &[u8]) -> String {
    uris::encode(media_type, bytes)
}

/// The name under which a file is saved if the server gives it this name.
pub fn file_name(given: &str, format: Option<Format>) -> String {
    names::clean(given, format)
}

/// The error of a call with this answer.
pub fn failed(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    Error::status_of(Head::new(status, headers), body)
}

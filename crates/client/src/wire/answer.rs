//! Reading answers: every answer of every operation is sorted by its status, bounded and read here.

use crate::call::head::Head;
use crate::error::{Error, ErrorKind, Result};
use crate::generated::parameters::RawResult;
use crate::limits;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;

/// A body that has not been read yet.
pub(crate) type BodyStream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// Sorts an answer by its status: a success's body comes back unread, everything else as an error with its body read.
pub(crate) async fn receive(raw: RawResult) -> Result<(Head, BodyStream)> {
    use progenitor_client::Error as Raw;
    match raw {
        Ok(value) => Ok((Head::new(value.status(), value.headers()), value.into_inner_stream())),
        Err(Raw::UnexpectedResponse(response)) => {
            let head = Head::new(response.status(), response.headers());
            // A body that breaks off does not hide the status.
            let body = read_some(Box::pin(response.bytes_stream()), limits::ERROR_BYTES).await;
            Err(Error::status_of(head, &body))
        }
        Err(Raw::CommunicationError(error) | Raw::ResponseBodyError(error) | Raw::InvalidUpgrade(error)) => {
            Err(Error::transport(error))
        }
        Err(Raw::InvalidRequest(message) | Raw::Custom(message)) => Err(Error::input(message)),
        Err(Raw::InvalidResponsePayload(_, error)) => Err(Error::new(ErrorKind::Decode, "").with_source(error)),
        Err(Raw::ErrorResponse(value)) => Err(Error::status_of(Head::new(value.status(), value.headers()), &[])),
    }
}

/// An answer as the generated operations give it: a success as a stream of raw bytes, the rest untouched.
#[allow(clippy::result_large_err, reason = "the generated operations have this type")]
pub(crate) fn raw_result(response: reqwest::Response) -> RawResult {
    if response.status().is_success() {
        Ok(progenitor_client::ResponseValue::stream(response))
    } else {
        Err(progenitor_client::Error::UnexpectedResponse(response))
    }
}

/// Reads a body to its end, but no more than `limit` bytes of it.
pub(crate) async fn read(head: &Head, mut body: BodyStream, limit: usize) -> Result<Bytes> {
    let too_large = || too_large(head, limit);
    let announced = head.content_length.map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(too_large());
    }
    let broken = |error| Error::transport(error).with_head(head.clone());
    let first = match body.next().await {
        Some(chunk) => chunk.map_err(broken)?,
        None => return Ok(Bytes::new()),
    };
    // Nearly every answer is one chunk, which needs no copy.
    let mut whole = match body.next().await {
        None if first.len() <= limit => return Ok(first),
        None => return Err(too_large()),
        Some(second) => {
            let second = second.map_err(broken)?;
            // What is announced is not believed beyond a moderate size.
            let mut whole = BytesMut::with_capacity(announced.clamp(first.len().saturating_add(second.len()), 1 << 20));
            whole.extend_from_slice(&first);
            whole.extend_from_slice(&second);
            whole
        }
    };
    while whole.len() <= limit {
        match body.next().await {
            Some(chunk) => whole.extend_from_slice(&chunk.map_err(broken)?),
            None => return Ok(whole.freeze()),
        }
    }
    Err(too_large())
}

pub(crate) fn too_large(head: &Head, limit: usize) -> Error {
    Error::new(ErrorKind::TooLarge, format!("the answer is larger than {limit} bytes, the bound for it"))
        .with_head(head.clone())
}

/// Reads as much of a body as comes, at most `limit` bytes.
async fn read_some(mut body: BodyStream, limit: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(Ok(chunk)) = body.next().await {
        let room = limit.saturating_sub(whole.len());
        whole.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if whole.len() >= limit {
            break;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::read_some;
    use bytes::Bytes;
    use futures_util::stream;

    #[tokio::test]
    async fn the_body_of_an_error_is_read_to_its_end_or_to_its_bound() {
        for (limit, read) in [(9, "abcdef"), (6, "abcdef"), (5, "abcde"), (4, "abcd"), (2, "ab"), (1, "a")] {
            let parts = ["ab", "cd", "ef"].map(|part| Ok(Bytes::from(part)));
            assert_eq!(read_some(Box::pin(stream::iter(parts)), limit).await, read.as_bytes(), "{limit}");
        }
    }
}

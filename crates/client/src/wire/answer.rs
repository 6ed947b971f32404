//! Reading answers: every answer of every operation is sorted by its status, bounded and read here.

use crate::call::head::Head;
use crate::error::{Error, ErrorKind, Result};
use crate::generated::parameters::RawResult;
use crate::limits;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use reqwest::Response;
use std::pin::Pin;

/// A body as a stream of pieces.
pub(crate) type BodyStream = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>;

/// Sorts an answer by its status: a success comes back with its body unread, everything else as an error with its body read.
pub(crate) async fn receive(raw: RawResult) -> Result<(Head, Response)> {
    use progenitor_client::Error as Raw;
    let mut response = match raw {
        Ok(response) | Err(Raw::UnexpectedResponse(response)) => response,
        Err(Raw::CommunicationError(error) | Raw::ResponseBodyError(error) | Raw::InvalidUpgrade(error)) => {
            return Err(Error::transport(error));
        }
        Err(Raw::InvalidRequest(message) | Raw::Custom(message)) => return Err(Error::input(message)),
        Err(Raw::InvalidResponsePayload(_, error)) => return Err(Error::new(ErrorKind::Decode, "").with_source(error)),
        Err(Raw::ErrorResponse(value)) => {
            return Err(Error::status_of(Head::new(value.status(), value.headers()), &[]));
        }
    };
    let head = Head::new(response.status(), response.headers());
    if head.status.is_success() {
        return Ok((head, response));
    }
    // If the body breaks off, the error still has the status.
    let body = read_some(&mut response, limits::ERROR_BYTES).await;
    Err(Error::status_of(head, &body))
}

/// The body of an answer, piece by piece.
pub(crate) fn stream(response: Response) -> BodyStream {
    Box::pin(response.bytes_stream())
}

/// Reads a body to its end, but no more than `limit` bytes of it.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Bytes> {
    let announced = response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced > limit {
        return Err(too_large(limit));
    }
    let Some(first) = response.chunk().await.map_err(Error::transport)? else { return Ok(Bytes::new()) };
    // Nearly every answer is one chunk, which needs no copy.
    let mut whole = match response.chunk().await.map_err(Error::transport)? {
        None if first.len() <= limit => return Ok(first),
        None => return Err(too_large(limit)),
        Some(second) => {
            // An announced length is trusted only up to a moderate size.
            let capacity = announced.min(1 << 20).max(first.len().saturating_add(second.len()));
            let mut whole = BytesMut::with_capacity(capacity);
            whole.extend_from_slice(&first);
            whole.extend_from_slice(&second);
            whole
        }
    };
    while whole.len() <= limit {
        match response.chunk().await.map_err(Error::transport)? {
            Some(chunk) => whole.extend_from_slice(&chunk),
            None => return Ok(whole.freeze()),
        }
    }
    Err(too_large(limit))
}

pub(crate) fn too_large(limit: usize) -> Error {
    Error::new(ErrorKind::TooLarge, format!("the answer is larger than {limit} bytes, the bound for it"))
}

/// Reads a body until it ends or breaks off, at most `limit` bytes.
async fn read_some(response: &mut Response, limit: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
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
    use futures_util::stream;

    #[tokio::test]
    async fn the_body_of_an_error_is_read_to_its_end_or_to_its_bound() {
        for (limit, read) in [(9, "abcdef"), (6, "abcdef"), (5, "abcde"), (4, "abcd"), (2, "ab"), (1, "a")] {
            let parts = ["ab", "cd", "ef"].map(Ok::<_, std::io::Error>);
            let body = reqwest::Body::wrap_stream(stream::iter(parts));
            let mut response = http::Response::new(body).into();
            assert_eq!(read_some(&mut response, limit).await, read.as_bytes(), "{limit}");
        }
    }
}

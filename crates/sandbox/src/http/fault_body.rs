//! Faulty bodies: cut off, stalled or slow.

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt, once, pending, unfold};
use std::convert::Infallible;
use std::io;
use std::time::Duration;

/// The error that ends a connection.
async fn aborted() -> io::Error {
    // What was sent before must have left, because the error closes the connection at once.
    tokio::time::sleep(Duration::from_millis(2)).await;
    io::ErrorKind::ConnectionAborted.into()
}

/// The first half, then the end of the connection.
pub(crate) fn truncate(bytes: &Bytes) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    Body::from_stream(unfold(Some(half), |half| async {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        Some((Err(aborted().await), None))
    }))
}

/// The first half, then nothing.
pub(crate) fn stall(bytes: &Bytes) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    Body::from_stream(unfold(Some(half), |half| async {
        match half {
            Some(half) => Some((Ok::<_, Infallible>(half), None)),
            None => std::future::pending().await,
        }
    }))
}

/// A few bytes at a time.
pub(crate) fn drip(bytes: Bytes, chunk: usize, interval: Duration) -> Body {
    Body::from_stream(unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(interval).await;
        let drop = rest.split_to(chunk.min(rest.len()));
        Some((Ok::<_, Infallible>(drop), rest))
    }))
}

/// The first half of what comes first.
fn half_of_first(body: Body) -> impl Stream<Item = Result<Bytes, BoxError>> {
    let first = body.into_data_stream().take(1);
    first.map(|chunk| chunk.map(|bytes| bytes.slice(..bytes.len() / 2)).map_err(BoxError::from))
}

/// Half of the first event, then the end of the connection.
pub(crate) fn truncate_stream(body: Body) -> Body {
    Body::from_stream(half_of_first(body).chain(once(async { Err(aborted().await.into()) })))
}

/// Half of the first event, then nothing.
pub(crate) fn stall_stream(body: Body) -> Body {
    Body::from_stream(half_of_first(body).chain(pending()))
}

/// Each event a few bytes at a time.
pub(crate) fn drip_stream(body: Body, chunk: usize, interval: Duration) -> Body {
    Body::from_stream(unfold((body.into_data_stream(), Bytes::new()), move |(mut stream, mut rest)| async move {
        while rest.is_empty() {
            match stream.next().await? {
                Ok(bytes) => rest = bytes,
                Err(error) => return Some((Err(error), (stream, rest))),
            }
        }
        tokio::time::sleep(interval).await;
        let drop = rest.split_to(chunk.min(rest.len()));
        Some((Ok(drop), (stream, rest)))
    }))
}

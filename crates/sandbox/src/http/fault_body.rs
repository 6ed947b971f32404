//! Faulty bodies: cut off, stalled or slow.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::unfold;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

/// The first half, then the end of the connection.
pub(crate) fn truncate(bytes: &Bytes) -> Body {
    let half = bytes.slice(..bytes.len() / 2);
    Body::from_stream(unfold(Some(half), |half| async {
        if let Some(half) = half {
            return Some((Ok(half), None));
        }
        // The first half must be sent before the error closes the connection.
        tokio::time::sleep(Duration::from_millis(2)).await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
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

//! Whether a request has left this machine.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Request;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

const HERE: u8 = 0;
const LEFT: u8 = 1;
const FORBIDDEN: u8 = 2;

/// Set from the moment in which a connection asks for the request's body: until then none was there to send it on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Arc<AtomicU8>);

impl Sent {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) == LEFT
    }

    /// Before the next attempt.
    pub(crate) fn clear(&self) {
        self.0.store(HERE, Ordering::SeqCst);
    }

    /// Keeps the body here, unless it has left: then it says no.
    pub(crate) fn forbid(&self) -> bool {
        self.0.compare_exchange(HERE, FORBIDDEN, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Watches a request that is about to be sent.
    pub(crate) fn watch(&self, request: &mut Request) {
        if let Some(body) = request.body_mut().take() {
            *request.body_mut() = Some(reqwest::Body::wrap(Watched { body, sent: self.clone() }));
        }
    }
}

/// A body that notes when it is asked for. What asks may be another thread, so that it leaves and that it must not are
/// decided in one place.
struct Watched {
    body: reqwest::Body,
    sent: Sent,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.sent.0.compare_exchange(HERE, LEFT, Ordering::SeqCst, Ordering::SeqCst) {
            Err(FORBIDDEN) => Poll::Ready(Some(Err(io::Error::other("the call was given up")))),
            _ => Pin::new(&mut self.body).poll_frame(context).map_err(io::Error::other),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

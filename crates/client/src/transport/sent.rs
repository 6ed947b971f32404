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

/// A flag that is set when a connection asks for the request's body. Before that, nothing can have been sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Arc<AtomicU8>);

impl Sent {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) == LEFT
    }

    /// Resets the flag before the next attempt.
    pub(crate) fn clear(&self) {
        self.0.store(HERE, Ordering::SeqCst);
    }

    /// Forbids the body to be sent. Returns `false` if it was sent already.
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

/// A body that records when it is asked for. That may happen on another thread, so one atomic value decides between
/// "sent" and "must not be sent".
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

#[cfg(test)]
mod tests {
    use super::Sent;
    use http_body::Body as _;
    use std::future::poll_fn;
    use std::pin::Pin;

    /// The body of a watched request.
    fn body(sent: &Sent) -> reqwest::Body {
        let mut request = reqwest::Request::new(reqwest::Method::POST, "http://localhost/".parse().unwrap());
        *request.body_mut() = Some("fox".into());
        sent.watch(&mut request);
        request.body_mut().take().unwrap()
    }

    #[tokio::test]
    async fn a_body_leaves_or_is_kept_here_and_never_both() {
        let sent = Sent::default();
        let mut leaving = body(&sent);
        assert_eq!(leaving.size_hint().exact(), Some(3));
        assert!(!sent.is_set());
        let frame = poll_fn(|context| Pin::new(&mut leaving).poll_frame(context)).await;
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), "fox");
        assert!(sent.is_set() && !sent.forbid(), "it has left");

        sent.clear();
        let mut kept = body(&sent);
        assert!(!sent.is_set() && sent.forbid());
        let frame = poll_fn(|context| Pin::new(&mut kept).poll_frame(context)).await;
        assert!(frame.unwrap().is_err() && !sent.is_set(), "it must not leave");
    }
}

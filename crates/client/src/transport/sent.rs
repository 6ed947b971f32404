//! Whether a request has left this machine.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Request;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

const HERE: u32 = 0;
const LEFT: u32 = 1;
const FORBIDDEN: u32 = 2;
/// How many values one attempt has: the number is that of the attempt times this, plus the state.
const STATES: u32 = 4;

/// A flag that is set when a connection asks for the request's body. Before that, nothing can have been sent. It is about one
/// attempt: a connection that asks for the body of an earlier one, whose answer came early, does not set it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(Arc<AtomicU32>);

impl Sent {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) % STATES == LEFT
    }

    /// Resets the flag before the next attempt.
    pub(crate) fn clear(&self) {
        let next = |value: u32| Some((value - value % STATES).wrapping_add(STATES));
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
    }

    /// Forbids the body to be sent. Returns `false` if it was sent already.
    pub(crate) fn forbid(&self) -> bool {
        let forbidden = |value: u32| (value % STATES == HERE).then_some(value + FORBIDDEN);
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, forbidden).is_ok()
    }

    /// Watches a request that is about to be sent.
    pub(crate) fn watch(&self, request: &mut Request) {
        if let Some(body) = request.body_mut().take() {
            let value = self.0.load(Ordering::SeqCst);
            let attempt = value - value % STATES;
            *request.body_mut() =
                Some(reqwest::Body::wrap(Watched { body, sent: self.clone(), attempt, begun: false }));
        }
    }
}

/// A body that records when it is asked for. That may happen on another thread, so one atomic value decides between
/// "sent" and "must not be sent".
struct Watched {
    body: reqwest::Body,
    sent: Sent,
    /// The value of its attempt while nothing has left.
    attempt: u32,
    begun: bool,
}

impl Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.begun {
            let (here, left) = (self.attempt + HERE, self.attempt + LEFT);
            match self.sent.0.compare_exchange(here, left, Ordering::SeqCst, Ordering::SeqCst) {
                Err(value) if value != left => {
                    return Poll::Ready(Some(Err(io::Error::other("the call was given up"))));
                }
                _ => self.begun = true,
            }
        }
        Pin::new(&mut self.body).poll_frame(context).map_err(io::Error::other)
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

    #[tokio::test]
    async fn a_body_of_an_earlier_attempt_says_nothing_about_the_next() {
        let sent = Sent::default();
        let mut earlier = body(&sent);
        sent.clear();
        let mut later = body(&sent);
        let frame = poll_fn(|context| Pin::new(&mut earlier).poll_frame(context)).await;
        assert!(frame.unwrap().is_err() && !sent.is_set(), "its answer has come: it must not leave");
        assert!(sent.forbid(), "the later one is still here");
        let frame = poll_fn(|context| Pin::new(&mut later).poll_frame(context)).await;
        assert!(frame.unwrap().is_err(), "and stays");
    }
}

//! One span for each call, around the spans of its requests, and an event when the call ends.

use crate::clock;
use crate::error::{RequestState, Result};
use crate::text::Secrets;
use crate::transport::span::inside;
use std::future::Future;
use std::pin::pin;
use tracing::Span;
use tracing::field::Empty;

/// Runs a call in its own span, and emits an event when it ends. The event has no error text, because that may repeat
/// an input.
///
/// `work` makes the future here, because it is large: passed as an argument, it would be stored twice.
pub(crate) async fn call<F, Fut, T>(
    name: &'static str,
    endpoint: &'static str,
    request_id: Option<&str>,
    work: F,
) -> Result<T>
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<T>>,
{
    let span = tracing::debug_span!(
        "call",
        otel.name = name,
        fal.endpoint = endpoint,
        fal.request_id = request_id,
        fal.attempts = Empty,
        error.type = Empty,
    );
    let begun = clock::now();
    let outcome = inside(&span, pin!(work())).await;
    let elapsed_ms = u64::try_from(clock::since(begun).as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| match &outcome {
        Ok(_) => tracing::debug!(elapsed_ms, "done"),
        Err(error) => {
            let kind = tracing::field::debug(error.kind());
            span.record("error.type", &kind);
            let status = error.status().map(|status| status.as_u16());
            let state = error.state().map(RequestState::as_str);
            tracing::debug!(elapsed_ms, error.kind = kind, state, status, "ended in an error");
        }
    });
    outcome
}

/// Notes in the span of the call how often its paid request was sent.
pub(crate) fn attempts(attempts: u32) {
    Span::current().record("fal.attempts", attempts);
}

/// Notes in the span of the call which request it is.
pub(crate) fn request_id(request_id: &str, secrets: &Secrets) {
    let span = Span::current();
    if !span.is_disabled() {
        span.record("fal.request_id", &*secrets.hide(request_id));
    }
}

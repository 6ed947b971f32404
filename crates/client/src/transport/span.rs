//! Spans of requests, with the names of OpenTelemetry's HTTP conventions. No header, query or body is in them: those may
//! hold the key, a webhook's secret or a prompt.

use crate::text::{Secrets, cut};
use reqwest::{Request, Response};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use tracing::Span;
use tracing::field::{Empty, display};

/// The span of one request.
pub(crate) fn of(request: &Request, secrets: &Secrets) -> Span {
    let url = request.url();
    tracing::debug_span!(
        "HTTP",
        otel.kind = "client",
        otel.name = request.method().as_str(),
        http.request.method = request.method().as_str(),
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        url.scheme = url.scheme(),
        url.path = &*secrets.hide(url.path()),
        http.response.status_code = Empty,
        network.protocol.version = Empty,
        fal.request_id = Empty,
        error.type = Empty,
    )
}

/// Runs the future in the span without moving it: `Instrument` would move it into a wrapper, and the futures of a call
/// are large.
pub(crate) async fn inside<T>(span: &Span, mut work: Pin<&mut impl Future<Output = T>>) -> T {
    poll_fn(|context| span.in_scope(|| work.as_mut().poll(context))).await
}

/// Records the outcome in the span.
pub(crate) fn record(span: &Span, outcome: &reqwest::Result<Response>, secrets: &Secrets) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            let version = format!("{:?}", response.version());
            span.record("network.protocol.version", version.trim_start_matches("HTTP/"));
            if let Some(id) = response.headers().get("x-fal-request-id").and_then(|id| id.to_str().ok()) {
                span.record("fal.request_id", cut(&secrets.hide(id), 100));
            }
            if status.is_client_error() || status.is_server_error() {
                span.record("error.type", display(status.as_u16()));
            }
        }
        Err(error) => {
            let kind = if error.is_connect() {
                "connect"
            } else if error.is_timeout() {
                "timeout"
            } else {
                "transport"
            };
            span.record("error.type", kind);
        }
    }
}

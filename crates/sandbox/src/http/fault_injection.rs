//! Applies faults to a call: before its work, after it, or to its answer.

use super::fault_body::{drip, drip_stream, stall, stall_stream, truncate, truncate_stream};
use crate::chance;
use crate::faults::{Call, Fault, Injection, Rule};
use crate::http::connection::ConnectionControl;
use crate::http::reply;
use crate::http::status_stream::StreamFault;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::time::Duration;

/// No answer that a fault changes is longer.
const MAX_BODY: usize = 256 << 20;
/// How many bytes of a reply's head are sent before the connection ends.
const HEAD_BYTES: usize = 24;

/// Does the call's work with `work`, and applies the fault that was decided.
pub(crate) async fn apply<F>(
    call: Call,
    injection: Injection,
    control: &ConnectionControl,
    mut request: Request,
    work: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    if injection.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(injection.latency_ms)).await;
    }
    let Some((fault, rule)) = injection.fault else { return work(request).await };
    let rule = &rule;
    let status = |default: StatusCode| rule.status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(default);
    match fault {
        Fault::RateLimit => {
            let mut response = reply::detail(status(StatusCode::TOO_MANY_REQUESTS), "Too many requests");
            reply::set(&mut response, header::RETRY_AFTER, &rule.retry_after);
            return response;
        }
        Fault::IngressError => return reply::ingress(status(StatusCode::SERVICE_UNAVAILABLE)),
        Fault::AppError => return app_error(status(StatusCode::SERVICE_UNAVAILABLE)),
        Fault::ResetBefore => return broken(control, ConnectionControl::reset).await,
        Fault::DuplicateEvents => {
            request.extensions_mut().insert(StreamFault::Duplicate);
        }
        Fault::MissingEvents => {
            request.extensions_mut().insert(StreamFault::Missing);
        }
        _ => {}
    }
    let response = work(request).await;
    match fault {
        Fault::AppErrorAfter => app_error(status(StatusCode::SERVICE_UNAVAILABLE)),
        Fault::GatewayErrorAfter => reply::ingress(status(StatusCode::GATEWAY_TIMEOUT)),
        Fault::ResetAfter => broken(control, ConnectionControl::reset).await,
        Fault::LostReply => broken(control, ConnectionControl::close).await,
        Fault::CutHead => {
            control.close_after(HEAD_BYTES);
            response
        }
        // The queue has an answer of its own for what it does not have.
        Fault::Expired if matches!(call, Call::Status | Call::Stream | Call::Result | Call::Cancel) => {
            reply::unknown_request()
        }
        Fault::Expired => reply::not_found(),
        Fault::WrongJson => with_body(&response, "application/json", WRONG_JSON.into()),
        Fault::Html => with_body(&response, "text/html; charset=utf-8", HTML.into()),
        Fault::ForeignUrls => foreign_urls(response, rule).await,
        // A status stream is not read to its end first: it may have none.
        Fault::Truncate if call == Call::Stream => response.map(truncate_stream),
        Fault::Stall if call == Call::Stream => response.map(stall_stream),
        Fault::Drip if call == Call::Stream => {
            response.map(|body| drip_stream(body, rule.chunk.get(), Duration::from_millis(rule.interval_ms)))
        }
        Fault::Truncate | Fault::Drip | Fault::Stall => {
            let (parts, body) = response.into_parts();
            let Ok(bytes) = to_bytes(body, MAX_BODY).await else { return reply::ingress(StatusCode::BAD_GATEWAY) };
            let length = bytes.len();
            let body = match fault {
                Fault::Truncate => truncate(&bytes),
                Fault::Stall => stall(&bytes),
                _ => drip(bytes, rule.chunk.get(), Duration::from_millis(rule.interval_ms)),
            };
            let mut response = Response::from_parts(parts, body);
            // With the length of the whole body in the header, a client can see that the body is cut.
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
            response
        }
        _ => response,
    }
}

const WRONG_JSON: &str = r#"{"status":7,"images":"none","seed":[],"request_id":null,"token":3,"items":{}}"#;
const HTML: &str = "<!doctype html><title>Login</title><p>Please log in to use this network.";

/// Breaks the connection. The answer is never sent: the connection is gone before.
async fn broken(control: &ConnectionControl, how: impl Fn(&ConnectionControl)) -> Response {
    how(control);
    std::future::pending().await
}

fn app_error(status: StatusCode) -> Response {
    let mut response = reply::failure(status, "The request could not be handled", "runner_connection_error");
    reply::set(&mut response, reply::REQUEST_ID, &chance::uuid());
    reply::set(&mut response, reply::NEEDS_RETRY, "1");
    response
}

/// The answer with another body. The request id stays, as it does when a proxy replaces a body.
fn with_body(response: &Response, content_type: &'static str, body: Body) -> Response {
    let id = response.headers().get(reply::REQUEST_ID).cloned();
    let mut changed =
        (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response();
    if let Some(id) = id {
        changed.headers_mut().insert(reply::REQUEST_ID, id);
    }
    changed
}

async fn foreign_urls(response: Response, rule: &Rule) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else { return reply::ingress(StatusCode::BAD_GATEWAY) };
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, bytes.into());
    };
    for key in ["status_url", "response_url", "cancel_url"] {
        let path = value.get(key).and_then(Value::as_str).and_then(|url| url::Url::parse(url).ok());
        if let (Some(path), Some(slot)) = (path, value.get_mut(key)) {
            *slot = json!(format!("{}{}", rule.url.trim_end_matches('/'), path.path()));
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, value.to_string().into())
}

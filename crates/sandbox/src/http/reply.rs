//! Answers in the shapes that fal's services use.

use crate::world::addresses::Links;
use crate::world::job::Job;
use crate::world::outcome::Outcome;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;
use std::convert::Infallible;

/// The id under which a call can be found again.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
/// What a call was charged for, in the units of its price.
pub(crate) const BILLABLE_UNITS: HeaderName = HeaderName::from_static("x-fal-billable-units");
/// The kind of a failure around the model.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fal-error-type");
/// Whose timeout has passed.
pub(crate) const TIMEOUT_TYPE: HeaderName = HeaderName::from_static("x-fal-request-timeout-type");
/// Whether fal itself would try again.
pub(crate) const NEEDS_RETRY: HeaderName = HeaderName::from_static("x-fal-needs-retry");

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes).into_response()
}

/// `{"detail": "…"}`, the shape of most refusals.
pub(crate) fn detail(status: StatusCode, text: &str) -> Response {
    json(status, &json!({ "detail": text }))
}

/// `{"detail": "…", "error_type": "…"}` with the header that repeats the type.
pub(crate) fn failure(status: StatusCode, text: &str, error_type: &'static str) -> Response {
    let mut response = json(status, &json!({ "detail": text, "error_type": error_type }));
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error_type));
    response
}

/// Server-sent events, as they come.
pub(crate) fn events(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut response = Body::from_stream(chunks.map(Ok::<_, Infallible>)).into_response();
    set(&mut response, header::CONTENT_TYPE, "text/event-stream");
    set(&mut response, header::CACHE_CONTROL, "no-cache");
    response
}

/// The queue's answer about a request that it does not know.
pub(crate) fn unknown_request() -> Response {
    json(StatusCode::NOT_FOUND, &json!({ "status": "NOT_FOUND" }))
}

/// A known path, called by a method that it does not have.
pub(crate) fn method_not_allowed() -> Response {
    detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}

/// The answer for an unknown path.
pub(crate) fn not_found() -> Response {
    detail(StatusCode::NOT_FOUND, "Not Found")
}

/// The page with which fal's ingress answers when the server behind it does not.
pub(crate) fn ingress(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let title = format!("{} {reason}", status.as_u16());
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))], page).into_response()
}

/// The outcome of a job: status, headers and body as the model gave them.
pub(crate) fn outcome(links: &Links, job: &Job, outcome: &Outcome) -> Response {
    let json = HeaderValue::from_static("application/json");
    let mut response = (outcome.status, [(header::CONTENT_TYPE, json)], outcome.body_for(links)).into_response();
    set(&mut response, REQUEST_ID, &job.id);
    if let Some(units) = outcome.units {
        set(&mut response, BILLABLE_UNITS, &units.to_string());
    }
    if let Some(error_type) = outcome.error_type() {
        set(&mut response, ERROR_TYPE, error_type);
    }
    if outcome.user_timeout {
        set(&mut response, TIMEOUT_TYPE, "user");
    }
    if outcome.status.is_server_error() {
        // Only temporary failures around the model are worth a retry.
        let again =
            matches!(outcome.status.as_u16(), 503 | 504) && !outcome.user_timeout && outcome.error_type().is_some();
        set(&mut response, NEEDS_RETRY, if again { "1" } else { "0" });
    } else {
        set(&mut response, header::VARY, "Origin");
    }
    response
}

/// Sets a header to any text; a value that HTTP does not allow is left out.
pub(crate) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

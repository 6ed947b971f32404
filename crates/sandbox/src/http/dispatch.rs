//! From a request as it came to the handler that answers it: where it was meant to go, what is written down of it, and
//! what goes wrong with it.

use crate::faults::Call;
use crate::http::connection::ConnectionControl;
use crate::http::reply;
use crate::http::route;
use crate::http::{cdn, fault_injection, inspect, openapi, platform, queue, redact, rest, run};
use crate::services::{self, Service};
use crate::world::State;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::sync::Arc;
use tower::ServiceExt;

/// Where a program in a browser sends its calls, so that the key stays on a server.
const PROXY: &str = "/api/fal/proxy";
const TARGET: &str = "x-fal-target-url";

/// All routes.
pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/run/{*path}", any(run::run))
        .route("/queue/{*path}", any(queue::queue))
        .merge(rest::router())
        .merge(cdn::router())
        .merge(platform::router())
        .merge(openapi::router())
        .merge(inspect::router())
        .fallback(|| async { reply::not_found() })
        .method_not_allowed_fallback(|| async { reply::method_not_allowed() })
        // Bodies are bounded before they come here, each kind by its own setting.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

/// Answers one request, to programs in browsers too.
pub(crate) async fn serve(
    state: Arc<State>,
    router: Router,
    control: Arc<ConnectionControl>,
    service: Option<Service>,
    request: hyper::Request<Incoming>,
) -> Response {
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        let mut response = StatusCode::NO_CONTENT.into_response();
        reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS");
        // A star would not cover `Authorization`.
        let wanted =
            request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
        reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.unwrap_or("authorization"));
        response
    } else {
        call(state, router, control, service, request).await
    };
    reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    reply::set(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, "*");
    response
}

async fn call(
    state: Arc<State>,
    router: Router,
    control: Arc<ConnectionControl>,
    service: Option<Service>,
    request: hyper::Request<Incoming>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(refusal) = find_service(&state, &mut parts, service) {
        return *refusal;
    }
    if parts.uri.path().starts_with("/_sandbox") {
        return inspection(&state, router, parts, body).await;
    }
    let (call, request_id) = route::classify(&parts.method, parts.uri.path());
    let request_id = request_id.map(str::to_owned);
    let limit = if matches!(call, Call::Upload | Call::Part) {
        state.config.max_upload_bytes
    } else {
        state.config.max_body_bytes
    };
    let body = match collect(&parts, body, limit).await {
        Ok(body) => body,
        Err(refusal) => return *refusal,
    };
    let injection = state.faults.decide(call);
    let note = injection.name().map(str::to_owned);
    let record = state.recorder.record(redact::head(&parts), &body, call, note);
    if let Some(id) = &request_id {
        record.about(id);
    }
    let request = Request::from_parts(parts, Body::from(body));
    let work = |request: Request| {
        let (state, record) = (Arc::clone(&state), Arc::clone(&record));
        async move {
            let response = answer(router, request).await;
            // Counted as soon as it is done: a lost reply was a call all the same.
            let id = request_id.as_deref().or_else(|| response.headers().get(reply::REQUEST_ID)?.to_str().ok());
            if let Some(job) = id.and_then(|id| state.jobs.get(id)) {
                job.count(call);
                record.about(&job.id);
            }
            response
        }
    };
    let response = fault_injection::apply(injection, &control, request, work).await;
    record.answered(response.status().as_u16());
    if let Some(id) = response.headers().get(reply::REQUEST_ID).and_then(|id| id.to_str().ok()) {
        record.about(id);
    }
    response
}

/// The sandbox's own calls: no fault strikes them, and they are not written down, or they would push out what they ask for.
async fn inspection(state: &State, router: Router, mut parts: Parts, body: Incoming) -> Response {
    if let Some(file) = shown_file(&parts) {
        parts.uri = file;
    }
    match collect(&parts, body, state.config.max_body_bytes).await {
        Ok(body) => answer(router, Request::from_parts(parts, Body::from(body))).await,
        Err(refusal) => *refusal,
    }
}

/// The CDN's file that the page shows: `/_sandbox` before its path.
fn shown_file(parts: &Parts) -> Option<Uri> {
    let file = parts.uri.path().strip_prefix("/_sandbox").filter(|path| path.starts_with("/cdn/"))?;
    if parts.method == Method::GET || parts.method == Method::HEAD { file.parse().ok() } else { None }
}

async fn answer(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Finds the service that a request is meant for: by its path, else by the port, the host or the proxy's target.
fn find_service(state: &State, parts: &mut Parts, service: Option<Service>) -> Result<(), Box<Response>> {
    if parts.uri.path() == PROXY {
        return through_proxy(state, parts);
    }
    if services::has_prefix(parts.uri.path()) {
        return Ok(());
    }
    let host = parts.uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(|| parts.headers.get(header::HOST)?.to_str().ok());
    let by_host = |host: &str| Some(Service::of_host(without_port(host))?.0);
    if let Some(uri) = service.or_else(|| by_host(host?)).and_then(|service| route::with_prefix(&parts.uri, service)) {
        parts.uri = uri;
    }
    Ok(())
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Turns a call to the proxy into the call that it stands for, with a key of the sandbox's own.
fn through_proxy(state: &State, parts: &mut Parts) -> Result<(), Box<Response>> {
    let refuse = |status, text| Box::new(reply::json(status, &text));
    let Some(target) = parts.headers.get(TARGET).and_then(|value| value.to_str().ok()) else {
        return Err(refuse(StatusCode::BAD_REQUEST, "Missing the x-fal-target-url header"));
    };
    let uri = url::Url::parse(target).ok().and_then(|url| {
        let path = match Service::of_host(url.host_str()?) {
            Some((service, _)) => format!("{}{}", service.prefix(), url.path()),
            None => state.addresses.own_path(&url)?,
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{path}{query}").parse::<Uri>().ok()
    });
    let Some(uri) = uri.filter(|uri| services::has_prefix(uri.path()) && !uri.path().starts_with("/_sandbox")) else {
        return Err(refuse(StatusCode::PRECONDITION_FAILED, "Invalid x-fal-target-url header"));
    };
    parts.uri = uri;
    if let Ok(key) = HeaderValue::from_str(&format!("Key {}", state.config.keys.first())) {
        parts.headers.insert(header::AUTHORIZATION, key);
    }
    Ok(())
}

async fn collect(parts: &Parts, body: Incoming, limit: usize) -> Result<Bytes, Box<Response>> {
    let too_large = || {
        let mut response = reply::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large");
        // What is left of the body is not worth reading.
        reply::set(&mut response, header::CONNECTION, "close");
        Box::new(response)
    };
    let declared =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Box::new(reply::detail(StatusCode::BAD_REQUEST, "The body ended too early"))),
    }
}

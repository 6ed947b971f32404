//! Passes a request to its handler: finds the service that it is meant for, records it, and applies faults.

use crate::faults::Call;
use crate::http::caller::{self, Caller};
use crate::http::connection::ConnectionControl;
use crate::http::redact::Redactor;
use crate::http::reply;
use crate::http::route;
use crate::http::{cdn, fault_injection, inspect, openapi, platform, proxy, queue, rest, run};
use crate::services::{self, Service};
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::budget::Held;
use crate::world::outcome::OUT_OF_MEMORY;
use crate::world::recorder::{BODY_BYTES, Record};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{Method, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::borrow::Cow;
use std::sync::Arc;
use tower::ServiceExt;

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
        // Bodies are limited before this, each kind by its own setting.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

/// Answers one request; web pages may call the services, and nothing else.
pub(crate) async fn serve(
    state: Arc<State>,
    router: Router,
    control: Arc<ConnectionControl>,
    service: Option<Service>,
    request: hyper::Request<Incoming>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match find_service(&state, &mut parts, service) {
        Ok(caller) => caller,
        Err(refusal) => return with_cors(*refusal),
    };
    if caller::is_inspection(parts.uri.path()) {
        return if caller::may_inspect(&state.addresses, &parts) {
            inspection(&state, router, parts, body).await
        } else {
            let text = "Only pages of this origin, under this machine's names, fal's or those of --allow-host";
            reply::detail(StatusCode::FORBIDDEN, text)
        };
    }
    let is_preflight =
        parts.method == Method::OPTIONS && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    with_cors(if is_preflight { preflight(&parts) } else { call(state, router, control, caller, parts, body).await })
}

fn preflight(parts: &Parts) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS");
    // `*` would not include `Authorization`.
    let wanted = parts.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.unwrap_or("authorization"));
    response
}

fn with_cors(mut response: Response) -> Response {
    reply::set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    reply::set(&mut response, header::ACCESS_CONTROL_EXPOSE_HEADERS, "*");
    response
}

async fn call(
    state: Arc<State>,
    router: Router,
    control: Arc<ConnectionControl>,
    caller: Caller,
    mut parts: Parts,
    body: Incoming,
) -> Response {
    parts.extensions.insert(caller);
    let (call, request_id) = route::classify(&parts.method, parts.uri.path());
    let request_id = request_id.map(str::to_owned);
    let limit = if matches!(call, Call::Upload | Call::Part) {
        state.config.max_upload_bytes
    } else {
        state.config.max_body_bytes
    };
    if let Some(upload) = route::upload_id(parts.uri.path()) {
        state.uploads.touch(upload);
    }
    let (body, held) = match collect(&state, &parts, body, limit).await {
        Ok(collected) => collected,
        Err(refusal) => return *refusal,
    };
    let injection = state.faults.decide(call);
    let note = injection.fault();
    let redactor = Redactor::new(&state.config.keys, &parts);
    let record = state.recorder.record(redactor.head(&parts), shown(&redactor, &body), body.len(), call, note);
    if let Some(id) = &request_id {
        record.about(id);
    }
    state.changed();
    // The job itself counts the bytes of its input while it keeps them.
    let held = Some(held).filter(|_| !matches!(call, Call::Run | Call::Submit));
    let request = Request::from_parts(parts, Body::from(body));
    let work = |request: Request| {
        let (state, record, redactor) = (Arc::clone(&state), Arc::clone(&record), redactor);
        async move {
            let response = noted(&state, &record, &redactor, answer(router, request).await).await;
            // A call is counted when its work is done, even if its reply is then lost.
            let id = request_id.as_deref().or_else(|| response.headers().get(reply::REQUEST_ID)?.to_str().ok());
            if let Some(job) = id.and_then(|id| state.jobs.get(id)) {
                job.count(call);
                record.about(&job.id);
            }
            response
        }
    };
    let response = fault_injection::apply(call, injection, &control, request, work).await;
    drop(held);
    record.answered(response.status().as_u16());
    state.changed();
    if let Some(id) = response.headers().get(reply::REQUEST_ID).and_then(|id| id.to_str().ok()) {
        record.about(id);
    }
    response
}

/// Records the answer if it is JSON, and returns it. Other answers are files and streams.
async fn noted(state: &State, record: &Arc<Record>, redactor: &Redactor, response: Response) -> Response {
    let content_type = response.headers().get(header::CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    if content_type != Some(b"application/json") {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return reply::ingress(StatusCode::BAD_GATEWAY);
    };
    let kept = shown(redactor, &body);
    state.recorder.said(record, parts.status.as_u16(), kept, body.len());
    Response::from_parts(parts, body.into())
}

/// The beginning of a body, as the record keeps it.
fn shown(redactor: &Redactor, body: &Bytes) -> Bytes {
    let kept = body.get(..BODY_BYTES).unwrap_or(body);
    match redactor.text(&String::from_utf8_lossy(kept)) {
        Cow::Owned(text) => text.into(),
        // A slice would keep the whole body in memory.
        Cow::Borrowed(_) if kept.len() < body.len() => Bytes::copy_from_slice(kept),
        Cow::Borrowed(_) => body.clone(),
    }
}

/// Answers a call to `/_sandbox`. Such calls get no faults and are not recorded, since they would push the recorded
/// requests out.
async fn inspection(state: &Arc<State>, router: Router, mut parts: Parts, body: Incoming) -> Response {
    if let Some(file) = shown_file(&parts) {
        parts.uri = file;
    }
    match collect(state, &parts, body, state.config.max_body_bytes).await {
        Ok((body, _held)) => answer(router, Request::from_parts(parts, Body::from(body))).await,
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

/// Finds the service that a request is meant for, by its path, else by the port, the host or the proxy's target, and how
/// the URLs of its answer lead back.
fn find_service(state: &State, parts: &mut Parts, port_of: Option<Service>) -> Result<Caller, Box<Response>> {
    let has_prefix = services::has_prefix(parts.uri.path());
    let base = state.addresses.base(caller::authority(parts), port_of.filter(|_| !has_prefix));
    let is_foreign_page = caller::is_foreign_page(&state.addresses, parts);
    let mut caller = Caller { links: Links::new(base), is_foreign_page };
    if parts.uri.path() == proxy::PATH {
        proxy::forward(state, parts, &mut caller)?;
    } else if !has_prefix {
        let by_host = || state.addresses.service_of_host(caller::authority(parts)?);
        if let Some(uri) = port_of.or_else(by_host).and_then(|service| route::with_prefix(&parts.uri, service)) {
            parts.uri = uri;
        }
    }
    Ok(caller)
}

/// How much room is made for a body before anything of it has come.
const MOST_RESERVED: usize = 64 * 1024;

/// The bytes without room for more.
fn exact(bytes: BytesMut) -> Bytes {
    if bytes.capacity() > bytes.len() + bytes.len() / 8 { Bytes::copy_from_slice(&bytes) } else { bytes.freeze() }
}

async fn collect(
    state: &Arc<State>,
    parts: &Parts,
    body: Incoming,
    limit: usize,
) -> Result<(Bytes, Held), Box<Response>> {
    let mut held = Held::new(state);
    let too_large = || {
        let mut response = reply::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large");
        // The rest of the body is not read.
        reply::set(&mut response, header::CONNECTION, "close");
        Box::new(response)
    };
    let declared =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut body = Limited::new(body, limit);
    let mut collected = BytesMut::with_capacity(declared.unwrap_or_default().min(MOST_RESERVED));
    loop {
        // A body may take long, but the client must keep sending, because the bytes received so far are held in memory.
        match tokio::time::timeout(state.config.read_timeout, body.frame()).await {
            Ok(None) => return Ok((exact(collected), held)),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    if held.grow(data.len()).is_err() {
                        let mut response = reply::detail(StatusCode::INSUFFICIENT_STORAGE, OUT_OF_MEMORY);
                        reply::set(&mut response, header::CONNECTION, "close");
                        return Err(Box::new(response));
                    }
                    collected.extend_from_slice(&data);
                }
            }
            Ok(Some(Err(error))) if error.is::<http_body_util::LengthLimitError>() => return Err(too_large()),
            Ok(Some(Err(_))) => {
                return Err(Box::new(reply::detail(StatusCode::BAD_REQUEST, "The body ended too early")));
            }
            Err(_) => {
                let mut response = reply::detail(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time");
                reply::set(&mut response, header::CONNECTION, "close");
                return Err(Box::new(response));
            }
        }
    }
}

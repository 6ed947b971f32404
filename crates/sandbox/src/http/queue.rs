//! The queue: submit, status, result and cancel.

use crate::http::auth;
use crate::http::caller::Caller;
use crate::http::reply;
use crate::http::route::QueuePath;
use crate::http::status_report::{COMPLETED, StatusReport};
use crate::http::status_stream;
use crate::http::status_stream::StreamFault;
use crate::http::submit_options;
use crate::query;
use crate::services::Service;
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::engine::{self, Cancel};
use crate::world::job::Job;
use axum::Extension;
use axum::extract::State as Shared;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::json;
use std::sync::Arc;

/// Everything below `/queue`. A request is asked about below owner and app; below a full endpoint id there is only the
/// submit, so anything but POST is not allowed there.
pub(crate) async fn queue(
    Shared(state): Shared<Arc<State>>,
    method: Method,
    uri: Uri,
    fault: Option<Extension<StreamFault>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = uri.query().unwrap_or_default();
    if let Err(refusal) = auth::check(&state, &headers, Some(query)) {
        return *refusal;
    }
    let path = QueuePath::of(uri.path().strip_prefix("/queue").unwrap_or_default());
    let Some(id) = path.request else {
        if method != Method::POST {
            return reply::method_not_allowed();
        }
        return submit(&state, caller, &path, query, &headers, body);
    };
    let found = state
        .jobs
        .get(id)
        .filter(|job| (job.owner.as_str(), job.app.as_str(), job.service) == (path.owner, path.app, Service::Queue));
    let Some(job) = found else { return reply::unknown_request() };
    let logs = query::parameter(query, "logs").is_some_and(|value| matches!(value.as_str(), "1" | "true" | "True"));
    let mut response = match (path.action, &method) {
        ("status", &Method::GET) => status(&state, &caller.links, &job, logs),
        ("status/stream", &Method::GET) => {
            status_stream::stream(&state, &caller.links, &job, logs, fault.map(|Extension(fault)| fault))
        }
        ("", &Method::GET) => return result(&state, &caller.links, &job),
        ("cancel", &Method::PUT) => cancel(&state, &job),
        ("" | "status" | "status/stream" | "cancel", _) => reply::method_not_allowed(),
        _ => reply::not_found(),
    };
    reply::set(&mut response, reply::REQUEST_ID, &job.id);
    response
}

fn submit(
    state: &Arc<State>,
    caller: Caller,
    path: &QueuePath<'_>,
    query: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = auth::check_balance(state) {
        return *refusal;
    }
    // fal refuses an unknown application at once; a path within an application is checked by the application, when the
    // job runs.
    if let Err(refusal) = submit_options::check_application(&state.endpoints, path.owner, path.app) {
        return *refusal;
    }
    let options = match submit_options::read(headers, Some(query)) {
        Ok(options) => options,
        Err(text) => return reply::failure(StatusCode::BAD_REQUEST, text, "bad_request"),
    };
    let most = query::parameter(query, "fal_max_queue_length").and_then(|text| text.parse::<usize>().ok());
    if most.is_some_and(|most| state.scheduler.waiting() > most) {
        let mut response = reply::detail(StatusCode::TOO_MANY_REQUESTS, "The queue is longer than the request allows");
        reply::set(&mut response, reply::NEEDS_RETRY, "1");
        return response;
    }
    let content_type = submit_options::content_type(headers);
    let links = caller.links.clone();
    let id = path.full.trim_end_matches('/');
    let job = Job::new(Service::Queue, id, state.endpoints.find(id), content_type, options, body);
    let job = Arc::new(job.called_by(caller.links, caller.is_foreign_page));
    if !engine::accept(state, &job) {
        return reply::failure(StatusCode::SERVICE_UNAVAILABLE, "Too many jobs", "runner_scheduling_failure");
    }
    let mut response = reply::json(StatusCode::OK, &StatusReport::of_submit(&links, &job));
    reply::set(&mut response, reply::REQUEST_ID, &job.id);
    response
}

fn status(state: &State, links: &Links, job: &Job, logs: bool) -> Response {
    let report = StatusReport::of_status(state, links, job, logs.then_some(0));
    let code = if report.status == COMPLETED { StatusCode::OK } else { StatusCode::ACCEPTED };
    reply::json(code, &report)
}

fn result(state: &State, links: &Links, job: &Job) -> Response {
    match job.outcome() {
        None => {
            let mut response = reply::detail(StatusCode::BAD_REQUEST, "Request is still in progress");
            reply::set(&mut response, reply::REQUEST_ID, &job.id);
            response
        }
        Some(outcome) if state.result_is_kept(job, &outcome) => reply::outcome(links, job, &outcome),
        Some(_) => reply::unknown_request(),
    }
}

fn cancel(state: &Arc<State>, job: &Arc<Job>) -> Response {
    let (code, status) = match engine::cancel(state, job) {
        Cancel::TooLate => (StatusCode::BAD_REQUEST, "ALREADY_COMPLETED"),
        Cancel::Done => (StatusCode::OK, "OK"),
        Cancel::Requested => (StatusCode::ACCEPTED, "CANCELLATION_REQUESTED"),
    };
    reply::json(code, &json!({ "status": status }))
}

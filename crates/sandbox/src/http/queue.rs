//! The queue: submit, status, result and cancel.

use crate::clock;
use crate::faults::StreamFault;
use crate::http::auth;
use crate::http::reply;
use crate::http::route::QueuePath;
use crate::http::status_stream;
use crate::world::State;
use crate::world::job::{Job, LogLine, Origin, Phase, Wishes};
use crate::world::outcome::Outcome;
use axum::Extension;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use ideogram_schema::ENDPOINTS;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const IN_QUEUE: &str = "IN_QUEUE";
pub(crate) const IN_PROGRESS: &str = "IN_PROGRESS";
pub(crate) const COMPLETED: &str = "COMPLETED";

/// Everything below `/queue`. A request is asked about below owner and app; below a full endpoint id there is only the
/// submit, so anything but POST is not allowed there.
pub(crate) async fn queue(
    Shared(state): Shared<Arc<State>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    fault: Option<Extension<StreamFault>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    if let Err(refusal) = auth::check(&state, &headers, Some(&query)) {
        return *refusal;
    }
    let path = QueuePath::of(uri.path().strip_prefix("/queue").unwrap_or_default());
    let Some(id) = path.request else {
        if method != Method::POST {
            return reply::method_not_allowed();
        }
        return submit(&state, &path, &query, &headers, body);
    };
    let found = state
        .jobs
        .get(id)
        .filter(|job| (job.owner.as_str(), job.app.as_str(), job.origin) == (path.owner, path.app, Origin::Queue));
    let Some(job) = found else { return reply::unknown_request() };
    let logs = auth::parameter(&query, "logs").is_some_and(|value| matches!(value.as_str(), "1" | "true" | "True"));
    let mut response = match (path.action, &method) {
        ("status", &Method::GET) => status(&state, &job, logs),
        ("status/stream", &Method::GET) => {
            status_stream::stream(&state, &job, logs, fault.map(|Extension(fault)| fault))
        }
        ("", &Method::GET) => return result(&state, &job),
        ("cancel", &Method::PUT) => cancel(&state, &job),
        ("" | "status" | "status/stream" | "cancel", _) => reply::method_not_allowed(),
        _ => reply::not_found(),
    };
    reply::set(&mut response, reply::REQUEST_ID, &job.id);
    response
}

fn submit(state: &Arc<State>, path: &QueuePath<'_>, query: &str, headers: &HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = auth::check_balance(state) {
        return *refusal;
    }
    // Paths within an application are the application's business, at run time; an unknown application is the queue's.
    if !ENDPOINTS.iter().any(|info| (info.owner, info.app) == (path.owner, path.app)) {
        return reply::detail(StatusCode::NOT_FOUND, &format!("Application '{}' not found", path.app));
    }
    let wishes = match Wishes::of(headers) {
        Ok(wishes) => Wishes { webhook: auth::parameter(query, "fal_webhook"), ..wishes },
        Err(text) => return reply::failure(StatusCode::BAD_REQUEST, text, "bad_request"),
    };
    let most = auth::parameter(query, "fal_max_queue_length").and_then(|text| text.parse::<usize>().ok());
    if most.is_some_and(|most| state.scheduler.waiting() > most) {
        let mut response = reply::detail(StatusCode::TOO_MANY_REQUESTS, "The queue is longer than the request allows");
        reply::set(&mut response, reply::NEEDS_RETRY, "1");
        return response;
    }
    let job = Arc::new(Job::new(Origin::Queue, path.full.trim_end_matches('/'), headers, wishes, body));
    if !state.accept(&job) {
        return reply::failure(StatusCode::SERVICE_UNAVAILABLE, "Too many jobs", "runner_scheduling_failure");
    }
    let mut response = reply::json(StatusCode::OK, &Report::of_submit(state, &job));
    reply::set(&mut response, reply::REQUEST_ID, &job.id);
    response
}

/// A status report; also the answer to a submit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) status: &'static str,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_request_id: Option<String>,
    response_url: String,
    status_url: String,
    cancel_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue_position: Option<usize>,
    /// Absent while the job is queued, null unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Logs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<&'static str>,
}

/// Log lines: null unless they were asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Logs {
    Unasked,
    Lines(Vec<LogLine>),
}

impl Report {
    fn new(state: &State, job: &Job) -> Self {
        let base = state.url(&format!("/queue/{}/{}/requests/{}", job.owner, job.app, job.id));
        Self {
            status: IN_QUEUE,
            request_id: job.id.clone(),
            gateway_request_id: None,
            status_url: format!("{base}/status"),
            cancel_url: format!("{base}/cancel"),
            response_url: base,
            queue_position: None,
            logs: None,
            metrics: None,
            error: None,
            error_type: None,
        }
    }

    /// However soon the job starts, the answer to its submit says that it is queued.
    fn of_submit(state: &State, job: &Job) -> Self {
        Self {
            gateway_request_id: Some(job.gateway_id.clone()),
            queue_position: Some(job.position()),
            logs: Some(Logs::Unasked),
            metrics: Some(json!({})),
            ..Self::new(state, job)
        }
    }

    /// Where the job stands; with the log lines from the given one on, when they are asked for.
    pub(crate) fn of_status(state: &State, job: &Job, logs: Option<usize>) -> Self {
        let mut report = Self::new(state, job);
        let phase = job.phase();
        if matches!(phase, Phase::Queued) {
            report.queue_position = Some(state.scheduler.position(job));
            return report;
        }
        report.logs = Some(logs.map_or(Logs::Unasked, |from| Logs::Lines(job.logs(from))));
        let Phase::Completed(outcome) = phase else {
            report.status = IN_PROGRESS;
            report.metrics = Some(json!({}));
            return report;
        };
        let time = match job.times() {
            (Some(started), Some(ended)) => Some(clock::seconds(started, ended)),
            _ => None,
        };
        report.status = COMPLETED;
        report.metrics = Some(json!({ "inference_time": time }));
        if let Some((error, error_type)) = outcome.error.clone() {
            (report.error, report.error_type) = (Some(error), error_type);
        }
        report
    }

    /// How many log lines it tells.
    pub(crate) fn lines(&self) -> usize {
        match &self.logs {
            Some(Logs::Lines(lines)) => lines.len(),
            _ => 0,
        }
    }
}

fn status(state: &State, job: &Job, logs: bool) -> Response {
    let report = Report::of_status(state, job, logs.then_some(0));
    let code = if report.status == COMPLETED { StatusCode::OK } else { StatusCode::ACCEPTED };
    reply::json(code, &report)
}

fn result(state: &State, job: &Job) -> Response {
    match job.outcome() {
        None => {
            let mut response = reply::detail(StatusCode::BAD_REQUEST, "Request is still in progress");
            reply::set(&mut response, reply::REQUEST_ID, &job.id);
            response
        }
        Some(outcome) if state.result_is_kept(job, &outcome) => outcome.respond(job),
        Some(_) => reply::unknown_request(),
    }
}

fn cancel(state: &Arc<State>, job: &Arc<Job>) -> Response {
    if matches!(job.phase(), Phase::Completed(_)) {
        return reply::json(StatusCode::BAD_REQUEST, &json!({ "status": "ALREADY_COMPLETED" }));
    }
    if state.scheduler.withdraw(job) {
        state.finish(job, Outcome::cancelled());
        return reply::json(StatusCode::OK, &json!({ "status": "OK" }));
    }
    job.cancelled.cancel();
    reply::json(StatusCode::ACCEPTED, &json!({ "status": "CANCELLATION_REQUESTED" }))
}

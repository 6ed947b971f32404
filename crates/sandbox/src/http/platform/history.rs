//! The history of requests: the one place where a request whose reply was lost can be found again.

use super::pagination::{Parameters, Refusal};
use crate::clock;
use crate::http::auth::Keyed;
use crate::http::caller::Caller;
use crate::http::reply;
use crate::json::{self, Json};
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::engine;
use crate::world::job::Job;
use axum::Extension;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How far back a list goes by default, and how far if one request is asked for.
const DAY: Duration = Duration::from_secs(24 * 3600);
const QUARTER: Duration = Duration::from_secs(90 * 24 * 3600);

/// `GET /models/requests/by-endpoint`.
pub(super) async fn by_endpoint(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    answer(&state, &caller.links, &parameters, &parameters.endpoints()?, Order::Ended)
}

/// `GET /models/requests/search`: the newest first, of all endpoints, with no bound on their age.
pub(super) async fn search(
    _: Keyed,
    Shared(state): Shared<Arc<State>>,
    Extension(caller): Extension<Caller>,
    parameters: Parameters,
) -> Result<Response, Refusal> {
    answer(&state, &caller.links, &parameters, &parameters.all("endpoint_id"), Order::Sent)
}

/// Which come first.
enum Order {
    /// Those sent last.
    Sent,
    /// Those that are not over, then those that ended last.
    Ended,
    /// Those that took longest.
    Duration,
}

fn answer(
    state: &State,
    links: &Links,
    parameters: &Parameters,
    endpoints: &[&str],
    default: Order,
) -> Result<Response, Refusal> {
    let ((start, end), now) = (parameters.span()?, clock::now());
    let request_id = parameters.get("request_id");
    let back = if request_id.is_some() { QUARTER } else { DAY };
    let start = start.or_else(|| now.checked_sub(back)).unwrap_or(SystemTime::UNIX_EPOCH);
    let status = parameters.get("status");
    if status.is_some_and(|status| !matches!(status, "success" | "error" | "user_error")) {
        return Err(Refusal("`status` must be `success`, `error` or `user_error`"));
    }
    let order = match parameters.get("sort_by") {
        None => default,
        Some("ended_at") => Order::Ended,
        Some("duration") => Order::Duration,
        Some(_) => return Err(Refusal("`sort_by` must be `ended_at` or `duration`")),
    };
    let lag = state.config.history_lag;
    let indexed = |job: &Job| now.duration_since(job.sent_at).is_ok_and(|age| age >= lag);
    let mut jobs = state.jobs.newest_first();
    jobs.retain(|job| {
        indexed(job)
            && (endpoints.is_empty() || endpoints.contains(&job.endpoint_id().as_str()))
            && request_id.is_none_or(|id| job.id == id)
            && job.sent_at >= start
            && end.is_none_or(|end| job.sent_at < end)
            && status.is_none_or(|status| class(job) == Some(status))
    });
    match order {
        Order::Sent => {}
        Order::Ended => jobs.sort_by_cached_key(|job| {
            let ended = job.times().1;
            (ended.is_some(), Reverse(ended))
        }),
        Order::Duration => jobs.sort_by(|a, b| duration(b).total_cmp(&duration(a))),
    }
    let payloads = parameters.all("expand").contains(&"payloads");
    parameters.list("items", &jobs, 100, |job| describe(state, links, job, payloads))
}

fn class(job: &Job) -> Option<&'static str> {
    let status = job.outcome()?.status;
    Some(if status.is_success() {
        "success"
    } else if status.is_server_error() {
        "error"
    } else {
        "user_error"
    })
}

fn duration(job: &Job) -> f64 {
    match job.times() {
        (Some(started), Some(ended)) => clock::seconds(started, ended),
        _ => 0.0,
    }
}

#[derive(Serialize)]
struct Item {
    request_id: String,
    endpoint_id: String,
    sent_at: String,
    started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_input: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_output: Option<Json>,
}

fn describe(state: &State, links: &Links, job: &Job, payloads: bool) -> Item {
    let (started, ended) = job.times();
    let outcome = job.outcome();
    let kept = payloads && state.stores_io(job);
    let output = outcome.as_ref().filter(|outcome| kept && !outcome.private && !outcome.forgotten);
    Item {
        request_id: job.id.clone(),
        endpoint_id: job.endpoint_id(),
        sent_at: clock::rfc3339(job.sent_at),
        // This field is required, so a job that has not started yet has the time when it was sent.
        started_at: clock::rfc3339(started.unwrap_or(job.sent_at)),
        ended_at: ended.map(clock::rfc3339),
        status_code: outcome.as_ref().map(|outcome| outcome.status.as_u16()),
        duration: outcome.as_ref().map(|_| duration(job)),
        json_input: job.payload().filter(|_| kept).and_then(|body| json::parse(&body).ok()),
        json_output: output.and_then(|outcome| json::parse(&outcome.body_for(links)).ok()),
    }
}

/// `DELETE /models/requests/{request_id}/payloads`.
pub(super) async fn forget(_: Keyed, Shared(state): Shared<Arc<State>>, Path(id): Path<String>) -> Response {
    match state.jobs.get(&id) {
        Some(job) if engine::forget(&state, &job) => StatusCode::NO_CONTENT.into_response(),
        Some(_) => reply::detail(StatusCode::CONFLICT, "The request has not completed"),
        None => reply::not_found(),
    }
}

//! Synchronous runs: a job whose caller waits for the result.

use crate::http::auth;
use crate::http::caller::Caller;
use crate::http::reply;
use crate::http::submit_options;
use crate::services::Service;
use crate::world::State;
use crate::world::engine;
use crate::world::job::Job;
use axum::Extension;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// `POST /run/<endpoint id>`.
pub(crate) async fn run(
    Shared(state): Shared<Arc<State>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = auth::check(&state, &headers, query.as_deref()).and_then(|()| auth::check_balance(&state)) {
        return *refusal;
    }
    if method != Method::POST {
        return reply::method_not_allowed();
    }
    let path = uri.path().trim_start_matches("/run/").trim_end_matches('/');
    let (owner, app) = path.split_once('/').unwrap_or((path, ""));
    if let Err(refusal) =
        submit_options::check_application(&state.endpoints, owner, app.split('/').next().unwrap_or_default())
    {
        return *refusal;
    }
    let options = match submit_options::read(&headers, None) {
        Ok(options) => options,
        Err(text) => return reply::failure(StatusCode::BAD_REQUEST, text, "bad_request"),
    };
    let Some(_under_way) = SyncRun::take(&state) else {
        let text = "Too many requests are under way for this account";
        let mut response = reply::failure(StatusCode::TOO_MANY_REQUESTS, text, "concurrent_requests_limit");
        reply::set(&mut response, reply::NEEDS_RETRY, "1");
        return response;
    };
    let job =
        Job::new(Service::Run, path, state.endpoints.find(path), submit_options::content_type(&headers), options, body);
    let job = Arc::new(job.called_by(caller.links.clone(), caller.is_foreign_page));
    if !engine::accept(&state, &job) {
        return reply::failure(StatusCode::SERVICE_UNAVAILABLE, "Too many jobs", "runner_scheduling_failure");
    }
    // If the caller disconnects, the job goes on and is charged, because this future does not run it. Only a job that
    // would never end is stopped then.
    let waiting = Waiting(Arc::clone(&job));
    let outcome = job.completed().await;
    drop(waiting);
    reply::outcome(&caller.links, &job, &outcome)
}

/// A caller that waits for the result.
struct Waiting(Arc<Job>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.caller_left.cancel();
    }
}

/// One of the synchronous runs under way.
struct SyncRun(Arc<State>);

impl SyncRun {
    fn take(state: &Arc<State>) -> Option<Self> {
        let before = state.sync_runs.fetch_add(1, Ordering::Relaxed);
        let run = Self(Arc::clone(state));
        state.config.concurrency.is_none_or(|limit| before < limit).then_some(run)
    }
}

impl Drop for SyncRun {
    fn drop(&mut self) {
        self.0.sync_runs.fetch_sub(1, Ordering::Relaxed);
    }
}

//! A look inside: the page, the requests as they really came, the faults, and what a test may want to know.

use crate::clock;
use crate::faults::{Call, Faults};
use crate::http::auth;
use crate::http::reply;
use crate::world::State;
use crate::world::files::digest;
use crate::world::job::{Job, Phase, lock};
use crate::world::trigger;
use axum::Router;
use axum::extract::{RawQuery, State as Shared};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

/// How much of a body is kept to be looked at.
const BODY_BYTES: usize = 16 * 1024;
/// Headers whose values are not written down.
const SECRET: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];
/// How many jobs an answer lists unless told.
const DEFAULT_LIMIT: usize = 200;

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Record {
    number: u64,
    at: SystemTime,
    since: Instant,
    method: Method,
    uri: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    length: usize,
    call: Call,
    faults: Option<String>,
    job: OnceLock<String>,
    answer: OnceLock<(StatusCode, Duration)>,
}

impl Record {
    /// Notes the answer, and the job that it speaks of.
    pub(crate) fn answered(&self, response: &Response) {
        let _ = self.answer.set((response.status(), self.since.elapsed()));
        if let Some(id) = response.headers().get(reply::REQUEST_ID).and_then(|id| id.to_str().ok()) {
            self.about(id);
        }
    }

    /// Notes the job that the call is about.
    pub(crate) fn about(&self, id: &str) {
        let _ = self.job.set(id.to_owned());
    }

    fn as_json(&self) -> Value {
        let answer = self.answer.get();
        json!({
            "number": self.number,
            "at": clock::rfc3339(self.at),
            "method": self.method.as_str(),
            "uri": self.uri,
            "call": self.call,
            "headers": self.headers,
            "body": String::from_utf8_lossy(&self.body),
            "body_bytes": self.length,
            "body_kept": self.body.len(),
            "request_id": self.job.get(),
            "fault": self.faults,
            "status": answer.map(|(status, _)| status.as_u16()),
            "duration": answer.map(|(_, duration)| duration.as_secs_f64()),
        })
    }
}

/// The latest requests, and how many there were in all.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Mutex<(VecDeque<Arc<Record>>, u64)>,
    most: usize,
}

impl Recorder {
    pub(crate) fn new(most: usize) -> Self {
        Self { inner: Mutex::new((VecDeque::new(), 0)), most }
    }

    /// Takes a request down. Keys and tokens are not: they would end up in a bug report.
    pub(crate) fn record(
        &self,
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
        body: &Bytes,
        call: Call,
        faults: Option<String>,
    ) -> Arc<Record> {
        let secret = |name: &HeaderName| SECRET.contains(name);
        let headers = headers.iter().map(|(name, value)| {
            let value = if secret(name) { "redacted".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            (name.as_str().to_owned(), value.into_owned())
        });
        // A slice would keep all of a long body alive.
        let kept = if body.len() > BODY_BYTES {
            Bytes::copy_from_slice(body.get(..BODY_BYTES).unwrap_or_default())
        } else {
            body.clone()
        };
        let mut inner = lock(&self.inner);
        inner.1 += 1;
        let record = Arc::new(Record {
            number: inner.1,
            at: SystemTime::now(),
            since: Instant::now(),
            method: method.clone(),
            uri: without_secrets(uri),
            headers: headers.collect(),
            body: kept,
            length: body.len(),
            call,
            faults,
            job: OnceLock::new(),
            answer: OnceLock::new(),
        });
        while inner.0.len() >= self.most.max(1) {
            inner.0.pop_front();
        }
        inner.0.push_back(Arc::clone(&record));
        record
    }

    fn newest_first(&self) -> (Vec<Arc<Record>>, u64) {
        let inner = lock(&self.inner);
        (inner.0.iter().rev().cloned().collect(), inner.1)
    }

    fn clear(&self) {
        *lock(&self.inner) = (VecDeque::new(), 0);
    }
}

/// The path and query, tokens and signatures replaced.
fn without_secrets(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let secret = |name: &str| matches!(name, "fal_jwt_token" | "signature");
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if secret(name) => format!("{name}=redacted"),
        _ => pair.to_owned(),
    });
    format!("{}?{}", uri.path(), pairs.collect::<Vec<_>>().join("&"))
}

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/_sandbox", get(page))
        .route("/_sandbox/", get(page))
        .route("/_sandbox/requests", get(requests).delete(forget))
        .route("/_sandbox/faults", get(faults).put(set_faults).delete(no_faults))
        .route("/_sandbox/triggers", get(|| async { reply::json(StatusCode::OK, &trigger::as_json()) }))
}

const PAGE: &str = include_str!("inspect.html");

/// The page's own script and style and no other: all that it shows came from outside.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |tag: &str| {
        let inner = PAGE.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split_once(&format!("</{tag}>")));
        STANDARD.encode(digest(inner.map_or("", |(inner, _)| inner).as_bytes()))
    };
    format!(
        "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'sha256-{}'; style-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash("script"),
        hash("style"),
    )
});

async fn page() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, POLICY.as_str())], Html(PAGE)).into_response()
}

/// `?request_id=` for one job, `?call=submit` for one kind of call, `?limit=` for more or fewer.
async fn requests(Shared(state): Shared<Arc<State>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let limit = auth::parameter(&query, "limit").and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_LIMIT);
    let (id, call) = (auth::parameter(&query, "request_id"), auth::parameter(&query, "call"));
    let (records, total) = state.recorder.newest_first();
    let wanted = |record: &&Arc<Record>| {
        let by_id = id.as_ref().is_none_or(|id| record.job.get() == Some(id));
        let by_call = call.as_ref().is_none_or(|call| record.call.name() == call);
        by_id && by_call
    };
    let records: Vec<Value> = records.iter().filter(wanted).take(limit).map(|record| record.as_json()).collect();
    let jobs = state.jobs.newest_first();
    let shown = jobs.iter().filter(|job| id.as_ref().is_none_or(|id| job.id == *id)).take(limit);
    let body = json!({
        "total": total,
        "requests": records,
        "job_count": jobs.len(),
        "jobs": shown.map(|job| describe(&state, job)).collect::<Vec<_>>(),
        "queue": { "waiting": state.scheduler.waiting(), "running": state.scheduler.running() },
        "runners": state.config.runners,
        "spent_micros": state.spent(),
        "origin": state.origin,
    });
    reply::json(StatusCode::OK, &body)
}

fn describe(state: &State, job: &Job) -> Value {
    let (phase, outcome) = match job.phase() {
        Phase::Queued => ("IN_QUEUE", None),
        Phase::Running => ("IN_PROGRESS", None),
        Phase::Completed(outcome) => ("COMPLETED", Some(outcome)),
    };
    let (started, ended) = job.times();
    let small =
        |bytes: &Bytes| (bytes.len() <= BODY_BYTES).then(|| serde_json::from_slice::<Value>(bytes).ok()).flatten();
    json!({
        "request_id": job.id,
        "endpoint_id": job.endpoint_id(),
        "origin": if job.origin == crate::world::job::Origin::Run { "run" } else { "queue" },
        "status": phase,
        "queue_position": matches!(job.phase(), Phase::Queued).then(|| state.scheduler.position(job)),
        "sent_at": clock::rfc3339(job.sent_at),
        "started_at": started.map(clock::rfc3339),
        "ended_at": ended.map(clock::rfc3339),
        "status_code": outcome.as_ref().map(|outcome| outcome.status.as_u16()),
        "error": outcome.as_ref().and_then(|outcome| outcome.error.as_ref().map(|(error, _)| error.clone())),
        "input": job.payload().as_ref().and_then(small),
        "output": outcome.as_ref().and_then(|outcome| small(&outcome.body)),
        "calls": job.counts(),
        "webhook_deliveries": job.deliveries(),
    })
}

async fn forget(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.recorder.clear();
    StatusCode::NO_CONTENT
}

async fn faults(Shared(state): Shared<Arc<State>>) -> Response {
    reply::json(StatusCode::OK, &state.faults.as_json())
}

/// Takes the same as a faults file, as JSON or as TOML.
async fn set_faults(Shared(state): Shared<Arc<State>>, body: Bytes) -> Response {
    let parsed = match serde_json::from_slice::<Faults>(&body) {
        Ok(faults) => faults.check().map(|()| faults).map_err(|error| error.to_string()),
        Err(json) if body.trim_ascii_start().starts_with(b"{") => Err(json.to_string()),
        Err(_) => String::from_utf8_lossy(&body).parse::<Faults>().map_err(|error| error.to_string()),
    };
    match parsed {
        Ok(faults) => {
            state.faults.replace(faults);
            reply::json(StatusCode::OK, &state.faults.as_json())
        }
        Err(error) => reply::detail(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

async fn no_faults(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.faults.replace(Faults::default());
    StatusCode::NO_CONTENT
}

//! `/_sandbox`: the page, the requests as they were received, the faults, and data for tests.

use crate::faults::Faults;
use crate::hash::digest;
use crate::http::inspect_events;
use crate::http::inspect_report;
use crate::http::reply;
use crate::query;
use crate::world::State;
use crate::world::recorder::Record;
use crate::world::trigger;
use axum::Router;
use axum::extract::{RawQuery, State as Shared};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::Value;
use std::sync::{Arc, LazyLock};

/// How many jobs an answer lists by default.
const DEFAULT_LIMIT: usize = 200;

pub(crate) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/_sandbox") }))
        .route("/_sandbox", get(page))
        .route("/_sandbox/", get(page))
        .route("/_sandbox/events", get(inspect_events::events))
        .route("/_sandbox/fault-names", get(|| async { reply::json(StatusCode::OK, &inspect_events::fault_names()) }))
        .route("/_sandbox/requests", get(requests).delete(forget))
        .route("/_sandbox/faults", get(faults).put(set_faults).delete(no_faults))
        .route("/_sandbox/triggers", get(|| async { reply::json(StatusCode::OK, &trigger::as_json()) }))
}

const PAGE: &str = include_str!("inspect.html");

/// The page may run only its own script and style, because everything that it shows comes from outside.
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
    let limit = query::parameter(&query, "limit").and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_LIMIT);
    let (id, call) = (query::parameter(&query, "request_id"), query::parameter(&query, "call"));
    let (records, _) = state.recorder.newest_first();
    let wanted = |record: &&Arc<Record>| {
        let by_id = id.as_ref().is_none_or(|id| record.job() == Some(id));
        let by_call = call.as_ref().is_none_or(|call| record.call.name() == call);
        by_id && by_call
    };
    let records: Vec<Value> = records.iter().filter(wanted).take(limit).map(|record| record.as_json()).collect();
    let jobs = state.jobs.newest_first();
    let shown = jobs.iter().filter(|job| id.as_ref().is_none_or(|id| job.id == *id)).take(limit);
    let mut body = inspect_report::head(&state);
    if let Some(body) = body.as_object_mut() {
        body.insert("requests".to_owned(), records.into());
        body.insert("jobs".to_owned(), shown.map(|job| inspect_report::job(&state, job)).collect());
    }
    reply::json(StatusCode::OK, &body)
}

async fn forget(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.recorder.clear();
    state.changed();
    StatusCode::NO_CONTENT
}

async fn faults(Shared(state): Shared<Arc<State>>) -> Response {
    reply::json(StatusCode::OK, &state.faults.as_json())
}

/// Takes the same as a faults file, as JSON or as TOML.
async fn set_faults(Shared(state): Shared<Arc<State>>, body: Bytes) -> Response {
    let is_json = body.trim_ascii_start().starts_with(b"{");
    let parsed = if is_json { Faults::from_json(&body) } else { String::from_utf8_lossy(&body).parse() };
    match parsed {
        Ok(faults) => {
            state.faults.replace(faults);
            state.changed();
            reply::json(StatusCode::OK, &state.faults.as_json())
        }
        Err(error) => reply::detail(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn no_faults(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.faults.replace(Faults::default());
    state.changed();
    StatusCode::NO_CONTENT
}

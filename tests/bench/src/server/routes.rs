//! What is answered to what.

use crate::State;
use crate::jobs::{Completed, now};
use bytes::Bytes;
use futures_util::stream::unfold;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::Ordering;

pub(crate) type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

pub(crate) async fn answer(state: &State, scheme: &str, request: Request<Incoming>) -> Result<Answer, hyper::Error> {
    let (head, mut body) = request.into_parts();
    // Nothing is answered before all of the request is there, as the service does.
    while let Some(frame) = body.frame().await {
        frame?;
    }
    let authority = head.uri.authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| head.headers.get(HOST)?.to_str().ok()).unwrap_or_default();
    let origin = format!("{scheme}://{host}");
    let path = head.uri.path();

    if let Some(rest) = path.strip_prefix("/queue/") {
        return Ok(queue(state, &origin, &head.method, rest));
    }
    Ok(match (&head.method, path) {
        (&Method::POST, path) if path.starts_with("/run/") => {
            json_answer(StatusCode::OK, &output(state, &origin, now()))
        }
        (&Method::POST, "/rest/storage/auth/token") => json_answer(
            StatusCode::OK,
            &json!({"token": "token", "token_type": "Bearer", "base_url": format!("{origin}/cdn"),
                "expires_at": "2100-01-01T00:00:00Z"}),
        ),
        (&Method::POST, "/rest/storage/upload/initiate") => {
            let url = picture_url(&origin);
            json_answer(StatusCode::OK, &json!({"upload_url": url, "file_url": url}))
        }
        (&Method::POST, "/cdn/files/upload") => {
            json_answer(StatusCode::OK, &json!({"access_url": picture_url(&origin)}))
        }
        (&Method::GET, path) if path.starts_with("/cdn/files/") => {
            full(StatusCode::OK, "image/png", state.picture.clone())
        }
        (&Method::PUT, path) if path.starts_with("/cdn/files/") => full(StatusCode::OK, "text/plain", Bytes::new()),
        _ => json_answer(StatusCode::NOT_FOUND, &json!({"detail": "Not Found"})),
    })
}

fn queue(state: &State, origin: &str, method: &Method, path: &str) -> Answer {
    let not_found = || json_answer(StatusCode::NOT_FOUND, &json!({"status": "NOT_FOUND"}));
    let Some((app, request)) = path.split_once("/requests/") else {
        if method != Method::POST {
            return not_found();
        }
        let id = state.jobs.accept(&state.settings);
        state.counts.jobs.fetch_add(1, Ordering::Relaxed);
        return json_answer(StatusCode::OK, &status(origin, &app_of(path), &id, "IN_QUEUE"));
    };
    let (id, call) = request.split_once('/').unwrap_or((request, ""));
    let Some(job) = state.jobs.get(id) else { return not_found() };
    let completed = *job.borrow();
    match (call, completed) {
        ("status", None) => json_answer(StatusCode::ACCEPTED, &status(origin, app, id, "IN_PROGRESS")),
        ("status", Some(_)) => json_answer(StatusCode::OK, &status(origin, app, id, "COMPLETED")),
        ("status/stream", _) => stream((*job).clone(), origin, app, id),
        ("", Some(at)) => json_answer(StatusCode::OK, &output(state, origin, at)),
        ("", None) => json_answer(StatusCode::BAD_REQUEST, &json!({"detail": "Request is still in progress"})),
        _ => not_found(),
    }
}

/// Owner and alias: what all calls after the submit are made on.
fn app_of(path: &str) -> String {
    path.split('/').take(2).collect::<Vec<_>>().join("/")
}

fn status(origin: &str, app: &str, id: &str, status: &str) -> Value {
    let url = format!("{origin}/queue/{app}/requests/{id}");
    let mut value = json!({
        "status": status,
        "request_id": id,
        "response_url": url,
        "status_url": format!("{url}/status"),
        "cancel_url": format!("{url}/cancel"),
        "logs": null,
        "metrics": {},
    });
    if status == "IN_QUEUE" {
        value["queue_position"] = 0.into();
    }
    value
}

/// The status stream: what is now, and the completion the moment it happens.
fn stream(job: Completed, origin: &str, app: &str, id: &str) -> Answer {
    let event = |word: &str| Bytes::from(format!("data: {}\n\n", status(origin, app, id, word)));
    let (running, completed) = (event("IN_PROGRESS"), event("COMPLETED"));
    let events = unfold((job, Some(running), Some(completed)), |(mut job, running, completed)| async move {
        // The last event has been sent, when there is none left.
        let last = completed?;
        if job.borrow().is_none() {
            if let Some(running) = running {
                return Some((Ok(Frame::data(running)), (job, None, Some(last))));
            }
            drop(job.changed().await);
        }
        Some((Ok(Frame::data(last)), (job, None, None)))
    });
    let mut answer = Response::new(StreamBody::new(events).boxed_unsync());
    answer.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/event-stream"));
    answer
}

/// The model's answer. Its seed is the moment of completion, so that every client can tell how late it is.
fn output(state: &State, origin: &str, completed: u64) -> Value {
    json!({
        "images": [{
            "url": picture_url(origin),
            "content_type": "image/png",
            "file_name": "image.png",
            "file_size": state.picture.len(),
        }],
        "seed": completed,
    })
}

fn picture_url(origin: &str) -> String {
    format!("{origin}/cdn/files/b/bench/image.png")
}

fn json_answer(code: StatusCode, value: &Value) -> Answer {
    full(code, "application/json", Bytes::from(value.to_string()))
}

fn full(code: StatusCode, content_type: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body).boxed_unsync());
    *answer.status_mut() = code;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    headers.insert("x-fal-request-id", http::HeaderValue::from_static("00000000-0000-4000-8000-000000000000"));
    answer
}

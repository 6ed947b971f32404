//! The history of requests.

use super::Window;
use crate::error::{Body, Error, Kind, Result};
use crate::head::Head;
use crate::operation::Operation;
use crate::{Callable, Client, Response};
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// One remembered request. Only its ids and times are sure to be there.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    pub(super) request_id: String,
    #[serde(default)]
    pub(super) sent_at: Option<String>,
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    pub(super) json_input: Option<Value>,
    #[serde(default)]
    json_output: Option<Value>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// Inputs and outputs may be megabytes, so a page has few.
const PER_PAGE: &str = "25";

/// Every request of the endpoint that was sent within the window; whether there were too many to see them all.
pub(super) async fn within<E: Callable>(client: &Client, window: Window) -> Result<(Vec<Item>, bool)> {
    // Which time the bounds of a question select on is not documented, so it asks for more, and the time of sending is
    // looked at here. The end is left open, by the server's own clock.
    let begin = window.begin().checked_sub(Duration::from_secs(600)).unwrap_or(SystemTime::UNIX_EPOCH);
    let start = humantime::format_rfc3339_seconds(begin).to_string();
    let query = [("endpoint_id", E::ID), ("start", &start), ("expand", "payloads"), ("limit", PER_PAGE)];
    let mut found = Vec::new();
    let sent = |item: &Item| item.sent_at.as_deref().and_then(|text| humantime::parse_rfc3339_weak(text).ok());
    let all = read(client, &query, |item| {
        // A time that cannot be read proves nothing.
        if sent(&item).is_none_or(|sent| window.contains(sent)) {
            found.push(item);
        }
        true
    })
    .await?;
    Ok((found, all))
}

async fn read(client: &Client, query: &[(&str, &str)], each: impl FnMut(Item) -> bool) -> Result<bool> {
    let items = |page: Page| (page.items, page.next_cursor.filter(|cursor| !cursor.is_empty()));
    client.list(Operation::History, "/models/requests/by-endpoint", query, items, each).await
}

/// The output of one request.
pub(super) async fn result<E: Callable>(client: &Client, request_id: &str) -> Result<Option<Response<E::Output>>> {
    let query = [("endpoint_id", E::ID), ("request_id", request_id), ("expand", "payloads"), ("limit", PER_PAGE)];
    let mut found = None;
    read(client, &query, |item| {
        if item.request_id == request_id {
            found = Some(item);
        }
        found.is_none()
    })
    .await?;
    let Some(Item { json_output: Some(output), status_code, duration, .. }) = found else { return Ok(None) };
    let status = status_code.and_then(|code| reqwest::StatusCode::from_u16(code).ok()).unwrap_or_default();
    let head = Head { status, request_id: Some(request_id.to_owned()), ..Head::default() };
    if !status.is_success() {
        let mut error = Error::new(Kind::Failed, "").with_head(head).at(Operation::History, Some(E::ID));
        error.repr_mut().body = Some(Body::parse(output.to_string().as_bytes()));
        return Err(error);
    }
    let took = duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default();
    match serde_json::from_value(output) {
        Ok(output) => Ok(Some(Response::new(output, head, took))),
        Err(error) => Err(Error::unreadable(head, error).at(Operation::History, Some(E::ID))),
    }
}

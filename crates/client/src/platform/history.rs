//! The history of requests.

use super::pages::list;
use crate::call::head::Head;
use crate::call::json;
use crate::call::operation::Operation;
use crate::call::window::Window;
use crate::error::{Error, Result};
use crate::generated::platform;
use crate::wire::Wire;
use crate::wire::input::CallOutput;
use bytes::Bytes;
use ideogram_schema::{EndpointInfo, HistoryExpansion, HistoryItem, HistoryPage};
use std::time::{Duration, SystemTime};

/// Inputs and outputs may be megabytes, so a page has few.
const PER_PAGE: i64 = 25;

/// What `keep` takes of the endpoint's requests that were sent within the window, and whether all of them were read. It is called
/// with one after the other, because together they may have gigabytes of inputs and outputs.
pub(super) async fn within<T>(
    wire: &Wire,
    endpoint: &EndpointInfo,
    window: Window,
    keep: impl Fn(HistoryItem) -> Option<T>,
) -> Result<(Vec<T>, bool)> {
    // The API's documentation does not say which time of a request `start` and `end` are compared with. So this asks
    // for a longer time, and compares the time of sending itself. The end is left open, by the server's own clock.
    let begin = window.begin().checked_sub(Duration::from_secs(600)).unwrap_or(SystemTime::UNIX_EPOCH);
    // The API takes years of four digits only, and nothing was sent in any other year.
    let begin = begin.clamp(SystemTime::UNIX_EPOCH, wire.clock.now());
    let start = humantime::format_rfc3339_seconds(begin).to_string();
    let mut found = Vec::new();
    let sent = |item: &HistoryItem| item.sent_at.as_deref().and_then(|text| humantime::parse_rfc3339_weak(text).ok());
    let all = read(wire, endpoint.id, None, Some(&start), |item| {
        // A request whose time cannot be read is kept.
        if sent(&item).is_none_or(|sent| window.contains(sent)) {
            found.extend(keep(item));
        }
        true
    })
    .await?;
    Ok((found, all))
}

async fn read(
    wire: &Wire,
    endpoint: &str,
    request_id: Option<&str>,
    start: Option<&str>,
    each: impl FnMut(HistoryItem) -> bool,
) -> Result<bool> {
    let ask = |platform: platform::Client, cursor: Option<String>| async move {
        let (cursor, expand, limit) = (cursor.as_deref(), Some(&HistoryExpansion::Payloads), Some(PER_PAGE));
        platform.requests_by_endpoint(cursor, None, endpoint, expand, limit, request_id, None, start, None).await
    };
    let items = |page: HistoryPage| (page.items, page.next_cursor.filter(|cursor| !cursor.is_empty()));
    list(wire, Operation::History, ask, items, each).await
}

/// The output of one request, the JSON that it was read from, and how long the request took.
pub(crate) async fn result<O: CallOutput>(
    wire: &Wire,
    endpoint: &'static EndpointInfo,
    request_id: &str,
) -> Result<Option<(Head, (O, Bytes), Duration)>> {
    let mut found = None;
    read(wire, endpoint.id, Some(request_id), None, |item| {
        if item.request_id == request_id {
            found = Some(item);
        }
        found.is_none()
    })
    .await?;
    let Some(HistoryItem { json_output: Some(output), status_code, duration, .. }) = found else { return Ok(None) };
    let code = status_code.and_then(|code| u16::try_from(code).ok());
    let status = code.and_then(|code| http::StatusCode::from_u16(code).ok()).unwrap_or_default();
    let head = Head { status, request_id: Some(request_id.to_owned()), ..Head::default() };
    if !status.is_success() {
        let error = Error::status_of(head, output.to_string().as_bytes()).at(Operation::History, Some(endpoint.id));
        return Err(error.hiding(&wire.secrets).into_verdict());
    }
    let took = duration.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default();
    // An output that did not fit its type when it was fetched does not fit here either.
    match json::from_value(&output) {
        Ok(read) => Ok(Some((head, (read, Bytes::from(output.to_string())), took))),
        Err(error) => {
            let error = Error::misfit(&output, error, endpoint).hiding(&wire.secrets);
            Err(error.with_head(head).at(Operation::History, Some(endpoint.id)))
        }
    }
}

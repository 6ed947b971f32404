//! A history of several pages: a lost request is looked for on all of them, and what was not seen to the end proves nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use crate::support;

use ideogram_client::{Found, GenerateInput, Output, Window};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};
use support::{Request, Stub, json as answer};

const HISTORY: &str = "GET /platform/v1/models/requests/by-endpoint";

fn item(id: &str, seed: i64) -> Value {
    let sent = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    json!({
        "request_id": id,
        "endpoint_id": "fal-ai/ideogram/v2/turbo",
        "sent_at": sent,
        "started_at": sent,
        "json_input": {"prompt": "A fox", "seed": seed},
    })
}

/// The number of the page that is asked for: its cursor, and 0 for the first one.
fn page(request: &Request) -> u32 {
    let cursor = request.target.split(['?', '&']).find_map(|pair| pair.strip_prefix("cursor="));
    cursor.map_or(0, |cursor| cursor.parse().unwrap())
}

/// A service whose history has these items and this next cursor on the page of that number.
async fn service(page_of: impl Fn(u32) -> (Vec<Value>, Value) + Send + Sync + 'static) -> Stub {
    Stub::start(move |request| {
        assert_eq!(request.line(), HISTORY);
        let (items, next) = page_of(page(request));
        answer(200, json!({"items": items, "next_cursor": next, "has_more": !next.is_null()}))
    })
    .await
}

async fn find(service: &Stub) -> Found<Output> {
    let input = GenerateInput::new("A fox").with_seed(7);
    service.client().find_submitted(&input, Window::last(Duration::from_secs(60))).await.unwrap()
}

#[tokio::test]
async fn a_request_on_the_second_page_is_found() {
    let service = service(|page| match page {
        0 => (vec![item("other", 8)], json!("1")),
        1 => (vec![item("lost", 7)], json!(null)),
        page => panic!("{page}"),
    });
    let service = service.await;
    let found = find(&service).await;
    assert!(matches!(&found, Found::Once(job) if job.request_id() == "lost"), "{found:?}");
    assert_eq!(service.count(HISTORY), 2);
}

#[tokio::test]
async fn a_twin_on_a_later_page_leaves_it_undecided() {
    let service = service(|page| match page {
        0 => (vec![item("one", 7)], json!("1")),
        _ => (vec![item("two", 7)], json!("")),
    });
    let service = service.await;
    let found = find(&service).await;
    assert!(matches!(&found, Found::Undecided(ids) if ids == &["one", "two"]), "{found:?}");
    assert_eq!(service.count(HISTORY), 2, "a cursor without a character is none");
}

#[tokio::test]
async fn a_cursor_that_comes_again_is_the_end() {
    let service = service(|_| (Vec::new(), json!("1"))).await;
    let found = find(&service).await;
    assert!(matches!(found, Found::Nowhere), "{found:?}");
    assert_eq!(service.count(HISTORY), 2);
}

#[tokio::test]
async fn a_history_without_end_proves_nothing() {
    for ids in [0, 1] {
        let service = service(move |page| {
            let items = if page < ids { vec![item("lost", 7)] } else { Vec::new() };
            (items, json!((page + 1).to_string()))
        });
        let service = service.await;
        let found = find(&service).await;
        assert!(matches!(&found, Found::Undecided(seen) if seen.len() == ids as usize), "{found:?}");
        assert_eq!(service.count(HISTORY), 200);
    }
}

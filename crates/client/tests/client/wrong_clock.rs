//! A machine whose clock is wrong finds its lost requests all the same: the `Date` of the API's answers says how wrong it is.
//! Here it is the server whose clock is another, which comes to the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use crate::support;

use ideogram_client::{Found, GenerateInput, LostReply, Window};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use support::queue::{ID, SUBMIT};
use support::{Act, Reply, Stub, answer};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const HISTORY: &str = "GET /platform/v1/models/requests/by-endpoint";

/// A service whose clock is ahead that many milliseconds. It turns the first `refused` submits away, accepts the next one,
/// and loses its reply; its history has the requests since the time that is asked for, as fal's has.
async fn service(ahead: i64, refused: usize) -> Stub {
    let submits = AtomicUsize::new(0);
    let now = move || {
        let by = Duration::from_millis(ahead.unsigned_abs());
        if ahead < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
    };
    let accepted = now();
    let dated = move |status: u16, body: String| -> Reply {
        let date = httpdate::fmt_http_date(now());
        answer(status, &[("content-type", "application/json"), ("date", &date), ("retry-after", "0")], body)
    };
    Stub::start(move |request| match request.line().as_str() {
        SUBMIT if submits.fetch_add(1, Ordering::SeqCst) < refused => dated(429, "{}".to_owned()),
        SUBMIT => vec![Act::Close],
        HISTORY => {
            let start = request.target.split(['?', '&']).find_map(|pair| pair.strip_prefix("start=")).unwrap();
            let start = humantime::parse_rfc3339(&start.replace("%3A", ":")).unwrap();
            let sent = humantime::format_rfc3339_millis(accepted);
            let item = format!(
                r#"{{"request_id":"{ID}","endpoint_id":"fal-ai/ideogram/v2/turbo","sent_at":"{sent}","started_at":"{sent}",
                "json_input":{{"prompt":"A fox","seed":7}}}}"#
            );
            let items = if accepted >= start { item } else { String::new() };
            dated(200, format!(r#"{{"items":[{items}],"next_cursor":null,"has_more":false}}"#))
        }
        line => panic!("{line}"),
    })
    .await
}

fn input() -> GenerateInput {
    GenerateInput::new("A fox").with_seed(7)
}

#[tokio::test]
async fn a_lost_request_is_found_whatever_the_clock_says() {
    for ahead in [0, 150_000, -150_000, HOUR, -HOUR, 40 * DAY, -40 * DAY] {
        // Whether an answer has told of the clock before the reply was lost, or the history's own is the first one.
        for refused in [0, 1] {
            let what = format!("{ahead} ms ahead, {refused} answers before");
            let service = service(ahead, refused).await;
            let client = service.client();
            assert_eq!(client.clock_offset_ms(), None);

            let error = client.submit(&input()).await.unwrap_err();
            let window = error.sent_within().unwrap();
            assert_eq!(window.clock_offset_ms().is_some(), refused > 0, "{what}");
            let found = client.find_submitted(&input(), window).await.unwrap();

            let Found::Once(job) = found else { panic!("{what}: {found:?}") };
            assert_eq!(job.request_id(), ID, "{what}");
            let told = client.clock_offset_ms().unwrap();
            assert!(told.abs_diff(ahead) <= 60_000, "{what}: {told}");
            // Where the clock is right, or known to be wrong, one look is enough.
            let looks = if ahead == 0 || refused > 0 { 1 } else { 2 };
            assert_eq!(service.count(HISTORY), looks, "{what}");
        }
    }
}

#[tokio::test]
async fn reconciling_finds_it_under_a_wrong_clock_too() {
    for (ahead, refused) in [(HOUR, 0), (-HOUR, 1)] {
        let service = service(ahead, refused).await;
        let patience = LostReply::look_up(Duration::from_secs(20));
        let job = service.client().submit(&input()).on_lost_reply(patience).await.unwrap();
        assert_eq!(job.request_id(), ID);
    }
}

#[tokio::test]
async fn a_window_that_was_written_down_keeps_the_offset_of_its_day() {
    let service = service(0, 0).await;
    let client = service.client();
    client.submit(&input()).await.unwrap_err();
    // The clock was an hour behind when the request was sent, and is right today.
    let then = SystemTime::now() - Duration::from_millis(HOUR.unsigned_abs());
    let window = Window::new(then, then);
    assert!(matches!(client.find_submitted(&input(), window).await.unwrap(), Found::Nowhere));
    let found = client.find_submitted(&input(), window.with_clock_offset_ms(HOUR)).await.unwrap();
    assert!(matches!(found, Found::Once(job) if job.request_id() == ID));
}

//! Following a job whose stream is not to be trusted.

#![allow(clippy::unwrap_used, reason = "a test may")]

use crate::support;

use futures_util::TryStreamExt;
use ideogram_client::{Generate, GenerateInput, PollPolicy, Update};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::queue::{ID, RESULT, STATUS, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Act, Stub, chunk, end, event, json, stream};

fn line(time: u32) -> serde_json::Value {
    json!({"message": "m", "timestamp": format!("2026-01-01T00:00:{time:02}.000001")})
}

#[tokio::test]
async fn a_stream_that_only_pings_is_overtaken_by_a_poll() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => {
            let pings = (0..1000).flat_map(|_| [chunk(": ping\n\n"), Act::Pause(Duration::from_millis(5))]);
            stream([event(in_progress())].into_iter().chain(pings))
        }
        STATUS => json(200, completed()),
        RESULT => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let client = stub.builder().with_stream_check(Duration::from_millis(40)).build().unwrap();
    assert_eq!(client.subscribe(&GenerateInput::new("A fox")).await.unwrap().seed, 7);
    assert_eq!(stub.lines(), [SUBMIT, STREAM, STATUS, RESULT]);
}

#[tokio::test]
async fn a_stream_that_ends_before_the_job_does_is_opened_again_and_each_line_is_given_once() {
    let opened = AtomicUsize::new(0);
    let stub = Stub::start(move |request| match request.line().as_str() {
        STREAM if opened.fetch_add(1, Ordering::SeqCst) == 0 => stream([
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [line(1)]})),
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [line(1)]})),
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [line(2)]})),
            end(),
        ]),
        STREAM => stream([
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [line(1), line(2), line(3)]})),
            event(json!({"status": "COMPLETED", "request_id": ID, "logs": [line(4)]})),
            end(),
        ]),
        STATUS => json(202, json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [line(1), line(2)]})),
        _ => json(404, json!({})),
    })
    .await;
    let job = stub.client().job::<Generate>(ID).unwrap();
    let updates: Vec<Update> = job.updates().try_collect().await.unwrap();
    let lines: Vec<_> = updates
        .iter()
        .filter_map(|update| if let Update::Log(entry) = update { entry.timestamp.as_deref() } else { None })
        .map(|time| time.get(17..19).unwrap())
        .collect();
    assert_eq!(lines, ["01", "02", "03", "04"]);
    assert_eq!(updates.iter().filter(|update| matches!(update, Update::Started)).count(), 1);
    assert!(matches!(updates.last(), Some(Update::Completed(_))));
}

#[tokio::test]
async fn a_stream_that_is_not_one_or_makes_no_sense_leaves_polling() {
    for body in ["<html>", "data: no JSON\n\n", "data: {}\n\n", "data: 7\n\n"] {
        let polls = AtomicUsize::new(0);
        let stub = Stub::start(move |request| match request.line().as_str() {
            STREAM if body == "<html>" => support::answer(200, &[("content-type", "text/html")], body),
            STREAM => stream([chunk(body), end()]),
            STATUS if polls.fetch_add(1, Ordering::SeqCst) < 2 => json(202, in_progress()),
            STATUS => json(200, completed()),
            RESULT => json(200, output()),
            _ => json(404, json!({})),
        })
        .await;
        let job = stub.client().job::<Generate>(ID).unwrap();
        assert_eq!(job.wait().await.unwrap().seed, 7, "{body}");
        assert!(stub.count(STREAM) <= 3, "{body}: {:?}", stub.lines());
    }
}

#[tokio::test]
async fn a_polled_job_is_asked_after_as_the_policy_says() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STATUS => json(202, in_progress()),
        _ => json(405, json!({})),
    })
    .await;
    let input = GenerateInput::new("A fox");
    let client = stub.client();
    let call = client.subscribe(&input).with_poll_policy(PollPolicy::fixed(Duration::from_millis(20)));
    let begun = Instant::now();
    let error = call.with_deadline(Duration::from_millis(200)).await.unwrap_err();
    assert!(error.is_timeout() && begun.elapsed() < Duration::from_secs(2));
    assert!((3..=11).contains(&stub.count(STATUS)), "{:?}", stub.lines());
}

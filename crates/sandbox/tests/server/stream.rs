use crate::{APP, Bench, endpoint, quick, slow};
use ideogram_sandbox::{Call, Fault, Rule};
use serde_json::{Value, json};
use std::time::Duration;

/// The events of a whole stream, and whether there was a ping.
async fn events(bench: &Bench, id: &str, query: &str) -> (Vec<Value>, bool) {
    let answer = bench.get(&format!("{APP}/requests/{id}/status/stream{query}")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("text/event-stream")));
    parse(&answer.text)
}

fn parse(text: &str) -> (Vec<Value>, bool) {
    let events = text.split("\n\n").filter_map(|block| block.strip_prefix("data: "));
    (events.map(|data| serde_json::from_str(data).unwrap()).collect(), text.contains(": ping\n\n"))
}

fn statuses(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_stream_tells_each_change_once_and_ends() {
    let bench = Bench::new(quick().service_time(Duration::from_millis(20))).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    let (events, _) = events(&bench, &id, "?logs=true").await;
    assert_eq!(statuses(&events).last(), Some(&"COMPLETED"));
    assert!(statuses(&events)[..events.len() - 1].iter().all(|status| *status == "IN_PROGRESS"));
    let lines: Vec<&Value> = events.iter().flat_map(|event| event["logs"].as_array().unwrap()).collect();
    assert_eq!(lines.len(), 3, "every log line comes once: {events:#?}");
}

#[tokio::test]
async fn a_stream_of_a_completed_job_has_one_event() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&id, "COMPLETED").await;
    let (events, _) = events(&bench, &id, "").await;
    assert_eq!(statuses(&events), ["COMPLETED"]);
    assert_eq!(events[0]["logs"], Value::Null, "nobody asked for log lines");
}

#[tokio::test]
async fn positions_fall_and_pings_fill_the_silence() {
    let bench =
        Bench::new(slow().ping_interval(Duration::from_millis(15)).position_interval(Duration::from_millis(2))).await;
    let mut blockers = Vec::new();
    for _ in 0..2 {
        blockers.push(bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await);
    }
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    let url = bench.url(&format!("{APP}/requests/{id}/status/stream"));
    let mut response = bench.client.get(url).header("authorization", crate::KEY).send().await.unwrap();
    let mut text = String::new();
    let mut cancelled = 0;
    while let Some(chunk) = response.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        let (events, pinged) = parse(&text);
        let position = events.last().and_then(|event| event["queue_position"].as_u64());
        // The first blocker goes when the silence was filled, the second when the position has fallen.
        if (cancelled == 0 && pinged) || (cancelled == 1 && position == Some(0)) {
            bench.cancel(&blockers[cancelled]).await;
            cancelled += 1;
        }
    }
    let (events, _) = parse(&text);
    assert_eq!(events[0]["queue_position"], 1);
    assert_eq!(statuses(&events)[..2], ["IN_QUEUE", "IN_QUEUE"]);
    assert_eq!(statuses(&events).last(), Some(&"COMPLETED"));
}

#[tokio::test]
async fn streams_can_be_made_to_lie() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&id, "COMPLETED").await;
    bench.sandbox.set_faults(Rule::new([Call::Stream], Fault::DuplicateEvents));
    assert_eq!(statuses(&events(&bench, &id, "").await.0), ["COMPLETED", "COMPLETED"]);
    bench.sandbox.set_faults(Rule::new([Call::Stream], Fault::MissingEvents));
    assert!(events(&bench, &id, "").await.0.is_empty());
}

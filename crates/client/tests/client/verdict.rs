//! What ends a job, and what does not: a verdict is the model's or the queue's, never the network's.

#![allow(clippy::type_complexity, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use crate::support;

use ideogram_client::{
    Error, ErrorKind, Generate, GenerateInput, Output, PollPolicy, RequestState, Response, RetryPolicy,
};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::queue::{ID, RESULT, STATUS, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Act, Reply, Stub, answer, json};

const HISTORY: &str = "GET /platform/v1/models/requests/by-endpoint";

/// A queue without streams whose status and result are answered by these, told how often they were asked before.
async fn queue(
    status: impl Fn(usize) -> Reply + Send + Sync + 'static,
    result: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> Stub {
    let (statuses, results) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STATUS => status(statuses.fetch_add(1, Ordering::SeqCst)),
        RESULT => result(results.fetch_add(1, Ordering::SeqCst)),
        HISTORY => json(200, json!({"items": [], "next_cursor": null, "has_more": false})),
        // No stream.
        _ => json(405, json!({})),
    })
    .await
}

async fn subscribe(stub: &Stub) -> Result<Response<Output>, Error> {
    let input = GenerateInput::new("A fox");
    // What should have ended by then has not been taken for a verdict.
    let client = stub.builder().with_deadline(Duration::from_secs(20)).build().unwrap();
    client.subscribe(&input).with_poll_policy(PollPolicy::fixed(Duration::from_millis(2))).await
}

/// An answer with the job's own id.
fn own(status: u16, body: &Value) -> Reply {
    answer(status, &[("x-fal-request-id", ID)], body.to_string())
}

fn html(status: u16) -> Reply {
    answer(status, &[("content-type", "text/html")], "<html><center>nginx</center></html>")
}

fn failed(error: &str) -> Value {
    json!({"status": "COMPLETED", "request_id": ID, "error": error})
}

/// Everything that a network, a proxy or a gateway may say in the place of a queue.
fn network_trouble() -> Vec<(&'static str, fn() -> Reply)> {
    vec![
        ("500", || json(500, json!({"detail": "Internal Server Error"}))),
        ("500, ours", || own(500, &json!({"detail": "Internal Server Error"}))),
        ("502", || html(502)),
        ("502, ours", || answer(502, &[("x-fal-request-id", ID)], "<html></html>")),
        ("503", || html(503)),
        ("504", || json(504, json!({"message": "upstream request timeout"}))),
        ("400, in progress", || own(400, &json!({"detail": "Request is still in progress"}))),
        ("202", || json(202, in_progress())),
        ("408", || json(408, json!({"detail": "Request Timeout"}))),
        ("429", || answer(429, &[("retry-after", "0")], "{}")),
        ("302", || answer(302, &[("location", "http://10.0.0.1/")], "")),
        ("200, HTML", || html(200)),
        ("200, other JSON", || json(200, json!([1, 2]))),
        ("200, empty", || answer(200, &[], "")),
        ("reset", || vec![Act::Reset]),
        ("cut", || vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"images\"".into()), Act::Close]),
    ]
}

#[tokio::test]
async fn no_trouble_of_the_network_ends_a_job_that_has_completed() {
    for (name, trouble) in network_trouble() {
        let stub =
            queue(|_| json(200, completed()), move |asked| if asked < 4 { trouble() } else { json(200, output()) });
        let stub = stub.await;
        let response = subscribe(&stub).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((response.seed.get(), stub.count(SUBMIT), stub.count(RESULT)), (Some(7), 1, 5), "{name}");
    }
}

#[tokio::test]
async fn no_trouble_of_the_network_ends_a_job_that_is_on_its_way() {
    for (name, trouble) in network_trouble().into_iter().filter(|(name, _)| *name != "202") {
        let status = move |asked| if asked < 4 { trouble() } else { json(200, completed()) };
        let stub = queue(status, |_| json(200, output())).await;
        let response = subscribe(&stub).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((response.seed.get(), stub.count(SUBMIT), stub.count(STATUS)), (Some(7), 1, 5), "{name}");
    }
}

#[tokio::test]
async fn past_the_deadline_a_job_in_an_outage_is_open_and_can_be_taken_up() {
    for (name, trouble) in network_trouble() {
        // A failure with the job's own id counts after a while, however it came.
        if name == "500, ours" {
            continue;
        }
        let stub = queue(|_| json(200, completed()), move |_| trouble()).await;
        let client = stub.builder().with_deadline(Duration::from_millis(80)).build().unwrap();
        let job = client.submit(&GenerateInput::new("A fox")).await.unwrap();
        for error in [job.wait().await.unwrap_err(), job.follow(|_| {}).await.unwrap_err()] {
            assert_eq!(error.state(), Some(RequestState::Accepted), "{name}: {error:?}");
            assert!(!error.is_job_failure() && error.may_have_been_accepted(), "{name}: {error:?}");
            assert_eq!(error.request_id(), Some(ID), "{name}");
        }
    }
}

#[tokio::test]
async fn the_models_own_answer_is_a_verdict_at_once() {
    let cases: Vec<(&str, fn() -> Reply, ErrorKind, RequestState)> = vec![
        (
            "422",
            || json(422, json!({"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": "missing"}]})),
            ErrorKind::Validation,
            RequestState::Failed,
        ),
        (
            "documented type",
            || json(503, json!({"detail": "x", "error_type": "runner_disconnected"})),
            ErrorKind::Server,
            RequestState::Failed,
        ),
        ("400, ours", || own(400, &json!({"detail": "No faces"})), ErrorKind::UnexpectedStatus, RequestState::Failed),
        ("499", || html(499), ErrorKind::Cancelled, RequestState::Cancelled),
        (
            "client_cancelled",
            || json(400, json!({"detail": "x", "error_type": "client_cancelled"})),
            ErrorKind::Cancelled,
            RequestState::Cancelled,
        ),
    ];
    for (name, verdict, kind, state) in cases {
        let stub = queue(|_| json(200, completed()), move |_| verdict()).await;
        let error = subscribe(&stub).await.unwrap_err();
        assert_eq!((error.kind(), error.state()), (kind, Some(state)), "{name}: {error:?}");
        assert_eq!(stub.count(RESULT), 1, "{name}");
        let error = stub.client().job::<Generate>(ID).unwrap().result().await.unwrap_err();
        assert_eq!((error.state(), stub.count(RESULT)), (Some(state), 2), "{name}");
    }
}

#[tokio::test]
async fn a_server_error_of_the_model_counts_only_when_it_is_still_said_after_a_while() {
    let stub = queue(|_| json(200, completed()), |_| own(500, &json!({"detail": "Internal Server Error"}))).await;
    let begun = Instant::now();
    let error = subscribe(&stub).await.unwrap_err();
    // Fifty base delays of two milliseconds; ten seconds by default.
    assert!(begun.elapsed() >= Duration::from_millis(100), "{:?}", begun.elapsed());
    assert!(error.is_job_failure() && stub.count(RESULT) >= 5, "{error:?} after {:?}", stub.lines());
}

#[tokio::test]
async fn a_status_with_an_error_ends_at_once_and_asks_for_the_details_once() {
    let validation = json!({"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": "missing"}]});
    let cases: Vec<(Value, Reply, ErrorKind)> = vec![
        (failed("Invalid status code: 422"), json(422, validation), ErrorKind::Validation),
        (failed("boom"), own(500, &json!({"detail": "Internal Server Error"})), ErrorKind::Server),
        // What does not tell of the job adds nothing.
        (failed("boom"), html(502), ErrorKind::Failed),
        (failed("boom"), json(401, json!({"detail": "no key"})), ErrorKind::Failed),
        (failed("boom"), json(404, json!({"status": "NOT_FOUND"})), ErrorKind::Failed),
        (failed("boom"), vec![Act::Reset], ErrorKind::Failed),
        (
            json!({"status": "COMPLETED", "request_id": ID, "error_type": "runner_disconnected"}),
            html(502),
            ErrorKind::Server,
        ),
        (
            json!({"status": "COMPLETED", "request_id": ID, "error": "x", "error_type": "client_cancelled"}),
            html(502),
            ErrorKind::Cancelled,
        ),
        (json!({"status": "FAILED", "request_id": ID, "error": "boom"}), html(502), ErrorKind::Failed),
    ];
    for (status, result, kind) in cases {
        let case = format!("{status} {result:?}");
        let stub = queue(move |_| json(200, status.clone()), move |_| result.clone()).await;
        let error = subscribe(&stub).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{case}: {error:?}");
        assert!(!error.may_have_been_accepted() && error.state().is_some_and(RequestState::is_over), "{case}");
        assert_eq!((stub.count(STATUS), stub.count(RESULT)), (1, 1), "{case}");
        assert_eq!(error.request_id(), Some(ID), "{case}");
    }
}

#[tokio::test]
async fn an_error_that_says_nothing_is_no_failure() {
    for empty in [json!(""), json!(null), json!({}), json!(false)] {
        let status = json!({"status": "COMPLETED", "request_id": ID, "error": empty, "error_type": ""});
        let stub = queue(move |_| json(200, status.clone()), |_| json(200, output())).await;
        assert_eq!(subscribe(&stub).await.unwrap().seed, 7, "{empty}");
    }
}

#[tokio::test]
async fn the_end_of_another_request_is_not_believed() {
    let other = json!({"status": "COMPLETED", "request_id": "another", "error": "boom"});
    let stub =
        queue(move |asked| json(200, if asked < 2 { other.clone() } else { completed() }), |_| json(200, output()));
    let stub = stub.await;
    assert_eq!(subscribe(&stub).await.unwrap().seed, 7);
    assert_eq!((stub.count(STATUS), stub.count(RESULT)), (3, 1));
}

#[tokio::test]
async fn a_refused_key_ends_the_call_and_leaves_the_job_open() {
    for status in [401, 403] {
        let stub = queue(move |_| json(status, json!({"detail": "no key"})), |_| json(200, output())).await;
        let error = subscribe(&stub).await.unwrap_err();
        assert!(error.is_auth() && error.is_job_open() && !error.is_job_failure(), "{error:?}");
        assert_eq!(stub.count(STATUS), 1);
        let stub = queue(|_| json(200, completed()), move |_| json(status, json!({"detail": "no key"}))).await;
        let error = subscribe(&stub).await.unwrap_err();
        assert!(error.is_auth() && error.is_job_open(), "{error:?}");
        assert_eq!(stub.count(RESULT), 1);
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_even_where_a_single_call_would_give_up() {
    let limited = |_: usize| answer(429, &[("x-fal-needs-retry", "0")], "{}");
    let stub = queue(
        move |asked| if asked < 8 { limited(asked) } else { json(200, completed()) },
        move |asked| {
            if asked < 8 { limited(asked) } else { json(200, output()) }
        },
    )
    .await;
    assert_eq!(subscribe(&stub).await.unwrap().seed, 7);
}

#[tokio::test]
async fn a_new_job_that_is_not_found_is_looked_at_again() {
    let unknown = || json(404, json!({"status": "NOT_FOUND"}));
    let stub = queue(
        move |asked| if asked < 3 { unknown() } else { json(200, completed()) },
        move |asked| {
            if asked < 3 { unknown() } else { json(200, output()) }
        },
    )
    .await;
    // Its first seconds are fifty base delays.
    let policy =
        RetryPolicy::default().with_base_delay(Duration::from_millis(40)).with_max_delay(Duration::from_millis(2));
    let client = stub.builder().with_retry_policy(policy).build().unwrap();
    let input = GenerateInput::new("A fox");
    let call = client.subscribe(&input).with_poll_policy(PollPolicy::fixed(Duration::from_millis(2)));
    assert_eq!(call.await.unwrap().seed, 7);
    assert_eq!((stub.count(STATUS), stub.count(RESULT), stub.count(HISTORY)), (4, 4, 0));
}

#[tokio::test]
async fn an_old_job_that_is_not_found_goes_to_the_history_and_is_then_said_to_be_unknown() {
    let unknown = |_| json(404, json!({"status": "NOT_FOUND"}));
    for status in [unknown as fn(usize) -> Reply, |_| json(200, completed())] {
        let stub = queue(status, unknown).await;
        let job = stub.client().job::<Generate>(ID).unwrap();
        for error in [job.wait().await.unwrap_err(), job.result().await.unwrap_err()] {
            assert!(error.is_not_found() && !error.may_have_been_accepted() && !error.is_job_failure(), "{error:?}");
            let expected =
                "the service does not know this request, or its result has expired (404 Not Found): NOT_FOUND";
            assert_eq!(error.to_string(), format!("{expected} (request id `{ID}`)"));
        }
        assert_eq!((stub.count(RESULT), stub.count(HISTORY)), (2, 2));
    }
    // The history keeps it.
    let stub = Stub::start(|request| match request.line().as_str() {
        HISTORY => json(
            200,
            json!({"items": [{"request_id": ID, "endpoint_id": "fal-ai/ideogram/v2/turbo", "started_at": "2026-01-01T00:00:00Z",
                "sent_at": "2026-01-01T00:00:00Z", "status_code": 200, "json_output": output()}], "has_more": false}),
        ),
        _ => json(404, json!({"status": "NOT_FOUND"})),
    })
    .await;
    assert_eq!(stub.client().job::<Generate>(ID).unwrap().wait().await.unwrap().seed, 7);
}

#[tokio::test]
async fn the_urls_of_another_host_are_not_followed_and_the_job_goes_on() {
    // A gateway passes the answer on as it came; a server knows itself by another name.
    for elsewhere in ["https://queue.fal.run/fal-ai/ideogram", "http://localhost:1/queue/fal-ai/ideogram", "//x", "?"] {
        let base = format!("{elsewhere}/requests/{ID}");
        let stub = Stub::start(move |request| match request.line().as_str() {
            SUBMIT => json(
                200,
                json!({"request_id": ID, "status_url": format!("{base}/status"), "response_url": base,
                    "cancel_url": format!("{base}/cancel")}),
            ),
            STATUS => json(200, completed()),
            RESULT => json(200, output()),
            support::queue::CANCEL => json(400, json!({"status": "ALREADY_COMPLETED"})),
            _ => json(405, json!({})),
        })
        .await;
        let job = stub.client().submit(&GenerateInput::new("A fox")).await.unwrap();
        assert_eq!(job.wait().await.unwrap().seed, 7, "{elsewhere}");
        job.cancel().await.unwrap();
        assert_eq!(stub.lines(), [SUBMIT, STREAM, STATUS, RESULT, support::queue::CANCEL], "{elsewhere}");
    }
}

#[tokio::test]
async fn a_run_is_judged_by_its_own_answer() {
    for (status, body, state) in [
        (422, json!({"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": "missing"}]}), RequestState::Failed),
        (504, json!({"detail": "x", "error_type": "request_timeout"}), RequestState::Failed),
        (500, json!({"detail": "Internal Server Error"}), RequestState::Unknown),
        (404, json!({"detail": "Application \"x\" not found"}), RequestState::Refused),
    ] {
        let stub = Stub::start(move |_| json(status, body.clone())).await;
        let error = stub.client().run(&GenerateInput::new("A fox")).await.unwrap_err();
        assert_eq!(error.state(), Some(state), "{error:?}");
        assert_eq!(stub.requests().len(), 1);
    }
}

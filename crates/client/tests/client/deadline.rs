//! Calls that end early: at their deadline, when their caller cancels them, when they are dropped. Nothing is bought after it, what is under way is
//! wound up in a bounded time, and the error says what may be billed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may")]

use crate::support;

use futures_util::FutureExt;
use ideogram_client::{
    CallOptions, Client, ClientBuilder, Error, ErrorKind, GenerateInput, LostReply, RequestState, RetryPolicy,
};
use serde_json::json;
use std::future::{Future, IntoFuture};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::queue::{CANCEL, ID, RESULT, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Act, Reply, Request, Stub, answer, event, json, stream};

const RUN: &str = "POST /run/fal-ai/ideogram/v2/turbo";

/// Nobody who is to be seen stopping stops in less.
const SHORT: Duration = Duration::from_millis(150);
/// What a call may take after its end has come.
const WIND_UP: Duration = Duration::from_millis(500);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(2);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn input() -> GenerateInput {
    GenerateInput::new("A fox")
}

/// A client whose calls wind up soon.
fn quick(builder: ClientBuilder) -> Client {
    builder.with_wind_up(WIND_UP).build().unwrap()
}

/// The paid calls, each with a deadline and a future that gives it up.
fn paid_calls(client: &Client, deadline: Duration, cancel_after: Duration) -> Vec<(&'static str, BoxedCall<'_>)> {
    let cancel = move || async move {
        if !cancel_after.is_zero() {
            tokio::time::sleep(cancel_after).await;
        }
    };
    let submit = {
        let input = input();
        async move { client.submit(&input).with_deadline(deadline).cancel_when(cancel()).await.map(drop) }.boxed()
    };
    let subscribe = {
        let input = input();
        async move { client.subscribe(&input).with_deadline(deadline).cancel_when(cancel()).await.map(drop) }.boxed()
    };
    let beside = {
        let input = input();
        async move {
            let call = client.subscribe(&input).with_deadline(deadline).cancel_when(cancel());
            call.with_cancel_on_drop().await.map(drop)
        }
        .boxed()
    };
    let run = {
        let input = input();
        async move { client.run(&input).with_deadline(deadline).cancel_when(cancel()).await.map(drop) }.boxed()
    };
    vec![("submit", submit), ("subscribe", subscribe), ("subscribe beside", beside), ("run", run)]
}

type BoxedCall<'a> = futures_util::future::BoxFuture<'a, Result<(), Error>>;

/// The error of a call, which must come within that time.
async fn error_within<T>(bound: Duration, call: impl Future<Output = Result<T, Error>>) -> Error {
    let begun = Instant::now();
    let Err(error) = call.await else { panic!("it went well") };
    assert!(begun.elapsed() < bound + SLACK, "{:?}: {error:?}", begun.elapsed());
    error
}

fn busy() -> Reply {
    answer(429, &[("retry-after", "1"), ("content-type", "application/json")], "{}")
}

fn paid(request: &Request) -> bool {
    request.method == "POST"
}

#[tokio::test]
async fn a_call_that_is_given_up_while_a_rate_limit_is_waited_out_sends_nothing_more() {
    let stub = Stub::start(|_| busy()).await;
    let client = quick(stub.builder());
    for (what, call) in paid_calls(&client, Duration::from_secs(60), SHORT) {
        let before = stub.requests().len();
        let error = error_within(SHORT, call).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::NotSent)), "{what}");
        assert!(!error.may_have_been_accepted() && error.sent_within().is_none(), "{what}: {error:?}");
        assert!(error.to_string().contains("nothing was sent"), "{what}: {error}");
        assert_eq!(stub.requests().len(), before + 1, "{what}");
    }
    // Longer than the server asked to wait.
    tokio::time::sleep(millis(1200)).await;
    assert_eq!(stub.requests().iter().filter(|request| paid(request)).count(), 4);
}

#[tokio::test]
async fn a_deadline_between_attempts_ends_in_the_last_attempts_error() {
    let stub = Stub::start(|_| busy()).await;
    let client = quick(stub.builder());
    for (what, call) in paid_calls(&client, SHORT, Duration::from_secs(60)) {
        let error = error_within(SHORT, call).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::RateLimited, Some(RequestState::Refused)), "{what}");
        assert!(!error.may_have_been_accepted() && error.attempts() == 1, "{what}: {error:?}");
    }
    tokio::time::sleep(millis(1200)).await;
    assert_eq!(stub.requests().len(), 4);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let policy =
        RetryPolicy::default().with_base_delay(Duration::from_secs(30)).with_max_delay(Duration::from_secs(30));
    let client = quick(Client::builder().with_key("id:hush").with_base_url(url).with_retry_policy(policy));
    for (what, call) in paid_calls(&client, SHORT, Duration::from_secs(60)) {
        let error = error_within(SHORT, call).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Connect, Some(RequestState::NotSent)), "{what}");
    }
    for (what, call) in paid_calls(&client, Duration::from_secs(60), SHORT) {
        let error = error_within(SHORT, call).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::NotSent)), "{what}");
    }
}

#[tokio::test]
async fn a_connection_that_never_comes_about_has_sent_nothing() {
    // Connections are taken, and the TLS handshake is never answered.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let client = quick(Client::builder().with_key("id:hush").with_base_url(url));
    for (deadline, cancel_after, kind) in
        [(SHORT, millis(60_000), ErrorKind::Deadline), (millis(60_000), SHORT, ErrorKind::Cancelled)]
    {
        for (what, call) in paid_calls(&client, deadline, cancel_after) {
            let error = error_within(SHORT, call).await;
            assert_eq!((error.kind(), error.state()), (kind, Some(RequestState::NotSent)), "{what}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_call_whose_end_has_come_already_opens_no_connection() {
    let stub = Stub::start(|_| json(200, output())).await;
    let client = quick(stub.builder());
    for (deadline, cancel_after) in [(Duration::ZERO, millis(60_000)), (millis(60_000), Duration::ZERO)] {
        for (what, call) in paid_calls(&client, deadline, cancel_after) {
            let error = error_within(SHORT, call).await;
            assert_eq!(error.state(), Some(RequestState::NotSent), "{what}: {error:?}");
        }
    }
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn a_turn_is_waited_for_no_longer_than_the_call_may_take() {
    let stub = Stub::start(|_| vec![Act::Stall]).await;
    let client = quick(stub.builder());
    // The first request has the connection to itself for half a second, and its own call ends long after the second one.
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.submit(&input()).with_deadline(SLACK).await.map(drop) }
    });
    while stub.requests().is_empty() {
        tokio::time::sleep(millis(2)).await;
    }
    let begun = Instant::now();
    let input = input();
    let error = client.submit(&input).with_deadline(SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::NotSent)), "{error:?}");
    assert!(begun.elapsed() < SLACK, "{:?}", begun.elapsed());
    assert_eq!(stub.requests().len(), 1);
    first.abort();
}

#[tokio::test]
async fn a_submit_that_is_given_up_on_its_way_is_waited_for_and_cancelled_by_its_id() {
    for (said, state) in [("OK", RequestState::Cancelled), ("CANCELLATION_REQUESTED", RequestState::Accepted)] {
        let stub = Stub::start(move |request| match request.line().as_str() {
            SUBMIT => [vec![Act::Pause(SHORT * 2)], json(200, accepted())].concat(),
            CANCEL => json(200, json!({"status": said})),
            _ => json(404, json!({})),
        })
        .await;
        let client = quick(stub.builder());
        for (deadline, cancel_after, kind) in
            [(SHORT, millis(60_000), ErrorKind::Deadline), (millis(60_000), SHORT, ErrorKind::Cancelled)]
        {
            for (what, call) in
                paid_calls(&client, deadline, cancel_after).into_iter().filter(|(what, _)| *what != "run")
            {
                let cancelled = stub.count(CANCEL);
                let error = error_within(SHORT + WIND_UP, call).await;
                assert_eq!((error.kind(), error.state()), (kind, Some(state)), "{what}: {error:?}");
                assert_eq!(error.request_id(), Some(ID), "{what}");
                assert_eq!(stub.count(CANCEL), cancelled + 1, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_submit_that_is_given_up_unsent_sends_nothing_more_and_one_on_its_way_goes_on() {
    // Refused at once, on its way when the word comes, and to be sent again in half a minute.
    let later = answer(429, &[("retry-after", "30"), ("content-type", "application/json")], "{}");
    for refusal in [busy(), [vec![Act::Pause(SHORT * 2)], busy()].concat(), later] {
        let stub = Stub::start(move |_| refusal.clone()).await;
        let client = quick(stub.builder());
        let (input, given_up) = (input(), tokio::time::sleep(SHORT));
        let error = error_within(SHORT * 2, client.submit(&input).give_up_unsent_when(given_up).into_future()).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::NotSent)), "{error:?}");
        assert!(error.to_string().contains("nothing was sent"), "{error}");
        tokio::time::sleep(millis(1200)).await;
        assert_eq!(stub.requests().len(), 1);
    }

    // Longer than the time to wind up, which is for what is cancelled.
    let stub = Stub::start(|_| [vec![Act::Pause(SHORT + WIND_UP * 2)], json(200, accepted())].concat()).await;
    let (client, input) = (quick(stub.builder()), input());
    let job = client.submit(&input).give_up_unsent_when(tokio::time::sleep(SHORT)).await.unwrap();
    assert_eq!((job.request_id(), stub.count(SUBMIT), stub.requests().len()), (ID, 1, 1), "it is not cancelled");

    let error = client.submit(&input).give_up_unsent_when(std::future::ready(())).await.unwrap_err();
    assert_eq!((error.state(), stub.requests().len()), (Some(RequestState::NotSent), 1), "{error:?}");
}

#[tokio::test]
async fn a_submit_that_is_never_answered_is_unknown_and_has_its_window() {
    let stub = Stub::start(|_| vec![Act::Stall]).await;
    let client = quick(stub.builder());
    for (deadline, cancel_after, kind) in
        [(SHORT, millis(60_000), ErrorKind::Deadline), (millis(60_000), SHORT, ErrorKind::Cancelled)]
    {
        for (what, call) in paid_calls(&client, deadline, cancel_after).into_iter().filter(|(what, _)| *what != "run") {
            let before = stub.requests().len();
            let error = error_within(SHORT + WIND_UP, call).await;
            assert_eq!((error.kind(), error.state()), (kind, Some(RequestState::Unknown)), "{what}: {error:?}");
            assert!(error.sent_within().is_some(), "{what}");
            assert_eq!(stub.requests().len(), before + 1, "{what}");
        }
    }
}

#[tokio::test]
async fn a_submit_whose_head_came_is_cancelled_by_the_id_in_it() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => vec![
            Act::Send(format!("HTTP/1.1 200 OK\r\ncontent-length: 90\r\nx-fal-request-id: {ID}\r\n\r\n").into()),
            Act::Stall,
        ],
        CANCEL => json(200, json!({"status": "OK"})),
        _ => json(404, json!({})),
    })
    .await;
    let client = quick(stub.builder());
    let input = input();
    let error = error_within(SHORT + WIND_UP, client.subscribe(&input).with_deadline(SHORT).into_future()).await;
    assert_eq!((error.state(), error.request_id()), (Some(RequestState::Cancelled), Some(ID)), "{error:?}");
    assert_eq!(stub.lines(), [SUBMIT, CANCEL]);
}

#[tokio::test]
async fn a_lost_reply_is_looked_up_within_what_is_left_of_the_deadline() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => vec![Act::Reset],
        _ => json(200, json!({"items": [], "has_more": false, "next_cursor": null})),
    })
    .await;
    let client = quick(stub.builder());
    let input = input();
    let call = client.subscribe(&input).on_lost_reply(LostReply::look_up(Duration::from_secs(60)));
    let error = error_within(SHORT, call.with_deadline(SHORT).into_future()).await;
    assert_eq!((error.kind(), error.state()), (ErrorKind::Transport, Some(RequestState::Unknown)), "{error:?}");
    assert!(error.sent_within().is_some());
    assert!(stub.requests().len() > 1 && stub.count(SUBMIT) == 1, "{:?}", stub.lines());
}

#[tokio::test]
async fn a_submit_that_hangs_is_looked_up_in_the_time_to_wind_up_and_cancelled() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => vec![Act::Stall],
        CANCEL => json(200, json!({"status": "OK"})),
        _ => json(200, json!({"items": [{"request_id": ID, "json_input": {"prompt": "A fox"}}]})),
    })
    .await;
    let client = quick(stub.builder());
    let input = input();
    let call = client.subscribe(&input).on_lost_reply(LostReply::look_up(Duration::from_secs(60)));
    let error = error_within(SHORT + WIND_UP, call.with_deadline(SHORT).into_future()).await;
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Cancelled)), "{error:?}");
    assert_eq!(error.request_id(), Some(ID));
    assert_eq!((stub.count(SUBMIT), stub.count(CANCEL)), (1, 1), "{:?}", stub.lines());
}

/// A queue with a job that is never done, which does that about a cancel.
async fn endless(cancel: impl Fn() -> Reply + Send + Sync + 'static, result: fn() -> Reply) -> Stub {
    Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), Act::Stall]),
        CANCEL => cancel(),
        RESULT => result(),
        _ => json(404, json!({})),
    })
    .await
}

#[tokio::test]
async fn past_its_deadline_a_job_gets_one_cancel_whatever_comes_of_that() {
    let cancels: [fn() -> Reply; 4] = [
        || vec![Act::Stall],
        || json(503, json!({})),
        || vec![Act::Reset],
        || answer(429, &[("retry-after", "50")], ""),
    ];
    for (case, cancel) in cancels.into_iter().enumerate() {
        let stub = endless(cancel, || json(404, json!({}))).await;
        let input = input();
        let client = quick(stub.builder());
        let call = client.subscribe(&input).with_deadline(SHORT);
        let error = error_within(SHORT + WIND_UP, call.into_future()).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Accepted)), "{case}");
        assert_eq!(error.request_id(), Some(ID));
        assert_eq!(stub.lines(), [SUBMIT, STREAM, CANCEL], "{case}");
    }
}

#[tokio::test]
async fn a_job_that_has_completed_by_its_deadline_is_fetched_within_the_time_to_wind_up() {
    let already = || json(400, json!({"status": "ALREADY_COMPLETED"}));
    let stub = endless(already, || json(200, output())).await;
    let input = input();
    let client = quick(stub.builder());
    let response = client.subscribe(&input).with_deadline(SHORT).await.unwrap();
    assert_eq!(response.seed, 7);
    assert_eq!(stub.lines(), [SUBMIT, STREAM, CANCEL, RESULT]);

    let stub = endless(already, || vec![Act::Stall]).await;
    let client = quick(stub.builder());
    let error = error_within(SHORT + WIND_UP, client.subscribe(&input).with_deadline(SHORT).into_future()).await;
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Accepted)), "{error:?}");
    assert!(error.to_string().contains("has completed"), "{error}");
    assert_eq!(stub.lines(), [SUBMIT, STREAM, CANCEL, RESULT]);

    // A key that may not read the result says nothing of the job.
    let stub = endless(already, || json(403, json!({"detail": "no"}))).await;
    let client = quick(stub.builder());
    let error = client.subscribe(&input).with_deadline(SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Accepted)), "{error:?}");
    assert!(error.to_string().contains("could not be fetched"), "{error}");

    // What the model says of it is the last word.
    let failed = || json(422, json!({"detail": [{"loc": ["body"], "msg": "no", "type": "value_error"}]}));
    let stub = endless(already, failed).await;
    let client = quick(stub.builder());
    let error = client.subscribe(&input).with_deadline(SHORT).await.unwrap_err();
    assert_eq!((error.kind(), error.state()), (ErrorKind::Validation, Some(RequestState::Failed)), "{error:?}");
}

#[tokio::test]
async fn a_job_that_is_known_to_have_completed_is_not_cancelled() {
    for (pause, goes_well) in [(SHORT * 2, true), ((SHORT + WIND_UP) * 3, false)] {
        let stub = Stub::start(move |request| match request.line().as_str() {
            SUBMIT => json(200, accepted()),
            STREAM => stream([event(completed())]),
            RESULT => [vec![Act::Pause(pause)], json(200, output())].concat(),
            _ => json(404, json!({})),
        })
        .await;
        let input = input();
        let client = quick(stub.builder());
        let outcome = client.subscribe(&input).with_deadline(SHORT).await;
        assert_eq!(outcome.is_ok(), goes_well, "{outcome:?}");
        if let Err(error) = outcome {
            assert_eq!((error.kind(), error.is_job_open()), (ErrorKind::Deadline, true), "{error:?}");
        }
        assert_eq!(stub.lines(), [SUBMIT, STREAM, RESULT]);
    }
}

#[tokio::test]
async fn a_runs_deadline_goes_out_as_its_start_timeout_unless_another_is_set() {
    let stub = Stub::start(|_| json(200, output())).await;
    let (client, input) = (stub.client(), input());
    client.run(&input).with_deadline(Duration::from_secs(9)).await.unwrap();
    let options = CallOptions::new().with_start_timeout(Duration::from_secs(2));
    client.run(&input).with_deadline(Duration::from_secs(9)).with_options(options).await.unwrap();
    client.run(&input).with_deadline(Duration::MAX).await.unwrap();
    let requests = stub.requests();
    let sent = |n: usize| requests[n].header("x-fal-request-start-timeout").map(|text| text.parse::<f64>().unwrap());
    assert!(sent(0).is_some_and(|seconds| seconds > 7.0 && seconds <= 9.0), "{:?}", sent(0));
    assert_eq!((sent(1), sent(2)), (Some(2.0), None));
}

#[tokio::test]
async fn a_run_that_its_deadline_meets_on_its_way_is_unknown_with_its_window_and_its_id() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: 900\r\nx-fal-request-id: {ID}\r\n\r\n");
    for (reply, id) in [(vec![Act::Stall], None), (vec![Act::Send(head.into()), Act::Stall], Some(ID))] {
        let stub = Stub::start(move |_| reply.clone()).await;
        let (client, input) = (quick(stub.builder()), input());
        let error = error_within(SHORT, client.run(&input).with_deadline(SHORT).into_future()).await;
        assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Unknown)), "{error:?}");
        assert!(error.sent_within().is_some());
        assert_eq!(error.request_id(), id);
        assert_eq!(stub.lines(), [RUN]);
    }
}

#[tokio::test]
async fn a_run_that_is_given_up_on_its_way_is_waited_for() {
    // Longer than the time to wind up, which is for what can be cancelled.
    let stub = Stub::start(|_| [vec![Act::Pause(SHORT + WIND_UP * 2)], json(200, output())].concat()).await;
    let (client, input) = (quick(stub.builder()), input());
    let response = client.run(&input).cancel_when(tokio::time::sleep(SHORT)).await.unwrap();
    assert_eq!(response.seed, 7);
}

#[tokio::test]
async fn a_run_that_is_given_up_and_never_answered_ends_at_its_deadline() {
    let stub = Stub::start(|_| vec![Act::Stall]).await;
    let (client, input) = (quick(stub.builder()), input());
    let call = client.run(&input).with_deadline(SHORT * 3).cancel_when(tokio::time::sleep(SHORT));
    let error = error_within(SHORT * 3, call.into_future()).await;
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Unknown)), "{error:?}");
}

#[tokio::test]
async fn the_attempt_that_a_deadline_meets_on_its_way_counts() {
    let met = AtomicUsize::new(0);
    let stub = Stub::start(move |_| match met.fetch_add(1, Ordering::SeqCst) {
        0 => answer(429, &[("retry-after", "0"), ("content-type", "application/json")], "{}"),
        _ => vec![Act::Stall],
    });
    let stub = stub.await;
    let policy = RetryPolicy::default().with_base_delay(millis(1));
    let (client, input) = (quick(stub.builder().with_retry_policy(policy)), input());
    let error = client.submit(&input).with_deadline(SLACK).await.unwrap_err();
    assert_eq!((error.state(), error.attempts()), (Some(RequestState::Unknown), 2), "{error:?}");
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn a_submit_whose_task_dies_is_unknown_and_has_its_window() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (of_server, of_call) = (runtime(), runtime());
    let stub = of_server.block_on(Stub::start(|_| vec![Act::Stall]));
    let (client, input) = (stub.client(), input());
    let mut call = client.subscribe(&input).with_deadline(Duration::MAX).with_cancel_on_drop().into_future();
    // It is begun on a runtime that ends while the submit is on its way.
    of_call.block_on(async {
        while stub.requests().is_empty() {
            assert!((&mut call).now_or_never().is_none());
            tokio::time::sleep(millis(2)).await;
        }
    });
    of_call.shutdown_background();
    let error = of_server.block_on(call).unwrap_err();
    assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::Unknown)), "{error:?}");
    assert!(error.sent_within().is_some(), "{error:?}");
}

/// Waits until the server has seen that many cancels.
async fn cancels(stub: &Stub, count: usize) {
    for _ in 0..400 {
        if stub.count(CANCEL) == count {
            return;
        }
        tokio::time::sleep(millis(5)).await;
    }
    panic!("{count} cancels were expected: {:?}", stub.lines());
}

#[tokio::test]
async fn a_call_that_is_dropped_during_its_submit_is_cancelled_by_its_id() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => [vec![Act::Pause(SHORT * 2)], json(200, accepted())].concat(),
        CANCEL => json(200, json!({"status": "OK"})),
        _ => json(404, json!({})),
    })
    .await;
    let client = stub.client();
    let input = input();
    let call = client.subscribe(&input).with_cancel_on_drop().into_future();
    assert!(tokio::time::timeout(SHORT, call).await.is_err());
    cancels(&stub, 1).await;

    // Not asked for: the job is left to itself.
    let call = client.subscribe(&input).into_future();
    assert!(tokio::time::timeout(SHORT, call).await.is_err());
    tokio::time::sleep(SHORT * 4).await;
    assert_eq!((stub.count(SUBMIT), stub.count(CANCEL)), (2, 1));
}

#[tokio::test]
async fn a_call_that_is_dropped_between_attempts_sends_nothing_more() {
    let stub = Stub::start(|_| answer(429, &[("retry-after", "1")], "")).await;
    let (client, input) = (stub.client(), input());
    for call in [client.subscribe(&input), client.subscribe(&input).with_cancel_on_drop()] {
        assert!(tokio::time::timeout(SHORT, call.into_future()).await.is_err());
    }
    tokio::time::sleep(millis(1300)).await;
    assert_eq!(stub.lines(), [SUBMIT, SUBMIT]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_dropped_outside_the_runtime_is_cancelled_all_the_same() {
    let stub = endless(|| json(200, json!({"status": "OK"})), || json(404, json!({}))).await;
    let client: &'static Client = Box::leak(Box::new(stub.client()));
    let input: &'static GenerateInput = Box::leak(Box::new(input()));
    let mut call = client.subscribe(input).with_cancel_on_drop().into_future();
    assert!(tokio::time::timeout(SHORT, &mut call).await.is_err());
    assert_eq!(stub.lines(), [SUBMIT, STREAM]);
    std::thread::spawn(move || drop(call)).join().unwrap();
    cancels(&stub, 1).await;
}

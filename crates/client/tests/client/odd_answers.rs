//! What was paid for is delivered, also when the answer is odd.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use crate::support;

use ideogram_client::{Error, Generate, GenerateInput, JsonInput, RequestState};
use serde_json::{Value, json};
use std::time::Duration;
use support::queue::{ID, RESULT, STATUS, SUBMIT, accepted, completed, output};
use support::{Act, Reply, Stub, answer, json};

const RUN: &str = "POST /run/fal-ai/ideogram/v2/turbo";
const HISTORY: &str = "GET /platform/v1/models/requests/by-endpoint";
const URL: &str = "https://v3.fal.media/files/a/b.png";

/// Answers that no strict type takes, each with one good picture.
fn odd() -> Vec<Value> {
    let image = json!({"url": URL});
    vec![
        json!({"images": [image]}),
        json!({"images": [image], "seed": null}),
        json!({"images": [image], "seed": "7"}),
        json!({"images": [{"url": URL, "file_size": "1234"}], "seed": 7}),
        json!({"images": [null, image], "seed": 7}),
        json!({"images": [{"url": 7}, image], "seed": 7}),
        json!({"images": [image, {"url": 7}, "more"], "seed": {}, "prompt": "x".repeat(100_000)}),
    ]
}

async fn service(body: impl Fn() -> Reply + Send + Sync + 'static) -> Stub {
    Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STATUS => json(200, completed()),
        RESULT | RUN => body(),
        _ => json(405, json!({})),
    })
    .await
}

fn is_kept(error: &Error, body: &Value) {
    assert_eq!(error.state(), Some(RequestState::Answered), "{error:?}");
    assert!(error.is_decode() && error.may_have_been_accepted() && !error.is_retryable(), "{error:?}");
    let kept: Value = serde_json::from_str(error.body().unwrap()).unwrap();
    assert_eq!(&kept, body, "the whole answer");
    let urls: Vec<_> = error.files().iter().map(|found| found.file.url.as_str()).collect();
    assert_eq!((urls, error.more_files()), (vec![URL], 0), "{body}");
    let sentence = error.to_string();
    assert!(sentence.contains(URL) && sentence.contains("billed") && sentence.len() < 1_000, "{sentence}");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_once_and_kept_whole_with_its_files() {
    for body in odd() {
        let stub = service({
            let body = body.clone();
            move || json(200, body.clone())
        })
        .await;
        let client = stub.client();
        let error = client.subscribe(&GenerateInput::new("A fox")).await.unwrap_err();
        is_kept(&error, &body);
        assert_eq!((error.request_id(), stub.count(RESULT)), (Some(ID), 1));
        is_kept(&client.job::<Generate>(ID).unwrap().result().await.unwrap_err(), &body);
        assert_eq!(stub.count(RESULT), 2);
        is_kept(&client.run(&GenerateInput::new("A fox")).await.unwrap_err(), &body);
        assert_eq!(stub.count(RUN), 1);
        // An untyped call takes what comes.
        let input = JsonInput::new("generate", json!({"prompt": "A fox"})).unwrap();
        assert_eq!(client.run(&input).await.unwrap().output(), &body);
    }
}

#[tokio::test]
async fn a_number_that_no_integer_type_holds_is_an_answer_and_its_file_is_saved() {
    const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let folder = tempfile::tempdir().unwrap();
    for (number, (seed, exact)) in
        [(json!(u64::MAX), None), (json!(1e30), None), (json!(1234.5), None), (json!(7.0), Some(7))]
            .into_iter()
            .enumerate()
    {
        let body = json!({"images": [{"url": PNG, "file_size": seed}], "seed": seed});
        let sent = body.clone();
        let stub = service(move || json(200, sent.clone())).await;
        let client = stub.client();
        let path = folder.path().join(format!("{number}.png"));
        for response in [
            client.subscribe(&GenerateInput::new("A fox")).await.unwrap(),
            client.run(&GenerateInput::new("A fox")).await.unwrap(),
        ] {
            assert_eq!(response.seed.get(), exact, "{seed}");
            assert_eq!(serde_json::to_value(response.output()).unwrap(), body);
            assert_eq!(response.save_to(&path).await.unwrap()[0].path(), path);
            assert!(std::fs::read(&path).unwrap().starts_with(b"\x89PNG"));
        }
        assert_eq!(stub.count(SUBMIT), 1);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let stub = service(|| answer(200, &[], [b"\xef\xbb\xbf", output().to_string().as_bytes()].concat())).await;
    let client = stub.client();
    assert_eq!(client.subscribe(&GenerateInput::new("A fox")).await.unwrap().seed, 7);
    assert_eq!(client.run(&GenerateInput::new("A fox")).await.unwrap().seed, 7);
}

#[tokio::test]
async fn what_the_history_keeps_and_does_not_fit_is_kept_as_well() {
    let body = json!({"images": [{"url": URL}], "seed": null});
    let kept = body.clone();
    let stub = Stub::start(move |request| match request.line().as_str() {
        HISTORY => json(
            200,
            json!({"items": [{"request_id": ID, "endpoint_id": "fal-ai/ideogram/v2/turbo", "started_at": "2026-01-01T00:00:00Z",
                "sent_at": "2026-01-01T00:00:00Z", "status_code": 200, "json_output": kept}], "has_more": false}),
        ),
        _ => json(404, json!({"status": "NOT_FOUND"})),
    })
    .await;
    let job = stub.client().job::<Generate>(ID).unwrap();
    is_kept(&job.recorded_result().await.unwrap_err(), &body);
    is_kept(&job.wait().await.unwrap_err(), &body);
}

#[tokio::test]
async fn an_output_beside_an_error_stays_within_reach() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STATUS => json(200, json!({"status": "COMPLETED", "request_id": ID, "error": "boom"})),
        RESULT => json(200, output()),
        _ => json(405, json!({})),
    })
    .await;
    let error = stub.client().subscribe(&GenerateInput::new("A fox")).await.unwrap_err();
    assert!(error.is_job_failure(), "{error:?}");
    assert_eq!((error.files().len(), error.files()[0].file.url.as_str()), (1, URL));
}

#[tokio::test]
async fn more_files_than_the_bound_are_counted() {
    let images: Vec<_> = (0..130).map(|n| json!({"url": format!("https://v3.fal.media/{n}.png")})).collect();
    let stub = service(move || json(200, json!({"images": images}))).await;
    let error = stub.client().run(&GenerateInput::new("A fox")).await.unwrap_err();
    assert_eq!((error.files().len(), error.more_files()), (100, 30));
    assert!(error.to_string().contains("the first of 130"), "{error}");
}

#[tokio::test]
async fn an_answer_without_a_file_says_so_with_its_id() {
    let stub = service(|| answer(200, &[("x-fal-request-id", "r-1")], r#"{"images":[],"seed":null}"#)).await;
    let error = stub.client().run(&GenerateInput::new("A fox")).await.unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.contains("is billed") && sentence.contains("no file") && sentence.contains("`r-1`"), "{sentence}");
}

#[tokio::test]
async fn a_compressed_answer_is_named_as_one() {
    let gzip = || answer(200, &[("content-encoding", "gzip")], b"\x1f\x8b\x08\x00\x00");
    let stub = service(gzip).await;
    let client = stub.client();
    for error in [
        client.subscribe(&GenerateInput::new("A fox")).await.unwrap_err(),
        client.run(&GenerateInput::new("A fox")).await.unwrap_err(),
    ] {
        assert!(error.to_string().contains("it is compressed (`gzip`), which nobody asked for"), "{error}");
        assert_eq!(error.state(), Some(RequestState::Answered));
    }
    assert_eq!(stub.count(RESULT), 1);
}

#[tokio::test]
async fn an_answer_larger_than_the_bound_is_paid_for_and_not_asked_for_again() {
    let head = || {
        let length = ideogram_client::limits::OUTPUT_BYTES + 1;
        vec![Act::Send(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into()), Act::Close]
    };
    let stub = service(head).await;
    let error = stub.client().subscribe(&GenerateInput::new("A fox")).await.unwrap_err();
    assert!(error.is_too_large() && error.state() == Some(RequestState::Answered), "{error:?}");
    assert_eq!(stub.count(RESULT), 1);
}

#[tokio::test]
async fn a_submit_whose_reply_is_cut_or_garbled_is_followed_by_the_id_in_its_head() {
    let head = format!("HTTP/1.1 200 OK\r\nx-fal-request-id: {ID}\r\ncontent-length: 100\r\n\r\n{{\"status");
    let replies: Vec<(&str, Reply)> = vec![
        ("cut", vec![Act::Send(head.clone().into()), Act::Close]),
        ("reset", vec![Act::Send(head.clone().into()), Act::Pause(Duration::from_millis(20)), Act::Reset]),
        ("stall", vec![Act::Send(head.into()), Act::Stall]),
        ("HTML", answer(200, &[("x-fal-request-id", ID), ("content-type", "text/html")], "<html>")),
        ("other JSON", answer(200, &[("x-fal-request-id", ID)], "[]")),
        ("empty", answer(200, &[("x-fal-request-id", ID)], "")),
        ("no id in it", answer(200, &[("x-fal-request-id", ID)], r#"{"request_id":"../x"}"#)),
    ];
    for (name, reply) in replies {
        let stub = Stub::start(move |request| match request.line().as_str() {
            SUBMIT => reply.clone(),
            STATUS => json(200, completed()),
            RESULT => json(200, output()),
            _ => json(405, json!({})),
        })
        .await;
        let client = stub.builder().with_answer_timeout(Duration::from_millis(300)).build().unwrap();
        let response = client.subscribe(&GenerateInput::new("A fox")).await;
        let response = response.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((response.seed.get(), response.request_id(), stub.count(SUBMIT)), (Some(7), Some(ID), 1), "{name}");
    }
}

#[tokio::test]
async fn a_submit_whose_head_names_no_request_stays_in_doubt() {
    for headers in [&[][..], &[("x-fal-request-id", "../x")][..]] {
        let stub = Stub::start(move |_| answer(200, headers, "<html>")).await;
        let error = stub.client().submit(&GenerateInput::new("A fox")).await.unwrap_err();
        assert_eq!(error.state(), Some(RequestState::Unknown), "{error:?}");
        assert!(error.sent_within().is_some());
    }
}

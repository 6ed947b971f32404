//! The three ways to call, on real sockets.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use crate::support;

use ideogram_client::{
    CallOptions, CancelState, Client, EditInput, ErrorKind, Generate, GenerateInput, QueuePriority, Remix, RemixInput,
    RequestState, SavedJob,
};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::queue::{CANCEL, ID, RESULT, STATUS, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Act, Stub, answer, chunk, end, event, json, stream};

const RUN: &str = "POST /run/fal-ai/ideogram/v2/turbo";

#[tokio::test]
async fn a_run_sends_what_the_api_describes_and_keeps_what_the_answer_says() {
    let stub = Stub::start(|_| {
        let headers = [("x-fal-request-id", "r-1"), ("x-fal-billable-units", "1.5"), ("x-fal-served-from", "here")];
        answer(200, &headers, output().to_string())
    })
    .await;
    let options = CallOptions::new().with_start_timeout(Duration::from_secs(30)).with_header("x-app", "posters");
    let input = GenerateInput::new("A fox");
    let response = stub.client().run(&input).with_options(options).await.unwrap();
    assert_eq!((response.seed.get(), response.request_id()), (Some(7), Some("r-1")));
    assert_eq!((response.billable_units(), response.served_from()), (Some(1.5), Some("here")));

    let request = &stub.requests()[0];
    assert_eq!(request.line(), RUN);
    assert_eq!(request.json(), json!({"prompt": "A fox"}));
    assert_eq!(request.header("authorization"), Some("Key id:hush"));
    assert_eq!(request.header("x-fal-request-start-timeout"), Some("30"));
    assert_eq!(request.header("x-app"), Some("posters"));
    assert_eq!(request.header("api-version"), None);
    assert!(request.header("user-agent").unwrap().starts_with("ideogram-client/"));
}

#[tokio::test]
async fn a_subscribed_job_takes_three_requests_and_shows_its_way() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([
            event(accepted()),
            chunk(": ping\n\n"),
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [{"message": "one"}]})),
            event(json!({"status": "IN_PROGRESS", "request_id": ID, "logs": [{"message": "two"}]})),
            event(completed()),
            end(),
        ]),
        RESULT => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let mut seen = Vec::new();
    let input = GenerateInput::new("A fox");
    let response = stub
        .client()
        .subscribe(&input)
        .with_options(CallOptions::new().with_priority(QueuePriority::Low))
        .with_webhook("https://app.example/hook?x=1&y=2")
        .on_status(|status| {
            let lines = status.logs.iter().flatten().map(|entry| entry.message.clone());
            seen.push(format!("{} {}", status.status, lines.collect::<Vec<_>>().join(",")));
        })
        .await
        .unwrap();
    assert_eq!((response.request_id(), response.inference_time()), (Some(ID), Some(1.5)));
    assert_eq!(seen, ["IN_QUEUE ", "IN_PROGRESS one", "IN_PROGRESS two", "COMPLETED "]);
    assert_eq!(stub.lines(), [SUBMIT, STREAM, RESULT]);
    let requests = stub.requests();
    assert_eq!(requests[0].header("x-fal-queue-priority"), Some("low"));
    assert!(requests[0].target.ends_with("fal_webhook=https%3A%2F%2Fapp.example%2Fhook%3Fx%3D1%26y%3D2"));
    assert!(requests[1].target.ends_with("?logs=1"));
}

#[tokio::test]
async fn a_refused_stream_falls_back_to_polling() {
    let polls = AtomicUsize::new(0);
    let stub = Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => json(405, json!({"detail": "Method Not Allowed"})),
        STATUS if polls.fetch_add(1, Ordering::SeqCst) < 1 => json(202, in_progress()),
        STATUS => json(200, completed()),
        RESULT => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let input = GenerateInput::new("A fox");
    let response = stub.client().subscribe(&input).await.unwrap();
    assert_eq!(response.seed, 7);
    assert_eq!(stub.lines(), [SUBMIT, STREAM, STATUS, STATUS, RESULT]);
}

#[tokio::test]
async fn a_stream_that_breaks_is_made_up_for() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), Act::Reset]),
        STATUS => json(200, completed()),
        RESULT => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let input = GenerateInput::new("A fox");
    assert_eq!(stub.client().subscribe(&input).await.unwrap().seed, 7);
    assert_eq!(stub.count(SUBMIT), 1);
    assert_eq!(stub.count(RESULT), 1);
}

#[tokio::test]
async fn a_job_that_failed_is_an_error_with_the_models_own_details() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([
            event(json!({"status": "COMPLETED", "request_id": ID, "error": "Invalid status code: 422"})),
            end(),
        ]),
        RESULT => json(
            422,
            json!({"detail": [{"loc": ["body", "prompt"], "msg": "The content was flagged.", "type": "content_policy_violation"}]}),
        ),
        _ => json(404, json!({})),
    })
    .await;
    let input = GenerateInput::new("A fox");
    let error = stub.client().subscribe(&input).await.unwrap_err();
    assert!(error.is_job_failure() && error.is_content_policy() && error.is_validation(), "{error:?}");
    assert!(!error.may_have_been_accepted() && !error.is_retryable() && !error.is_job_open());
    assert_eq!((error.kind(), error.state()), (ErrorKind::ContentPolicy, Some(RequestState::Failed)));
    assert_eq!(error.request_id(), Some(ID));
    assert_eq!(
        error.to_string(),
        format!("refused by moderation: `prompt`: The content was flagged. (request id `{ID}`)")
    );
}

#[tokio::test]
async fn a_job_that_somebody_else_cancelled_is_cancelled_and_not_failed() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([
            event(json!({"status": "COMPLETED", "request_id": ID, "error": "cancelled", "error_type": "client_cancelled"})),
            end(),
        ]),
        RESULT => json(499, json!({"detail": "cancelled"})),
        _ => json(404, json!({})),
    })
    .await;
    let error = stub.client().subscribe(&GenerateInput::new("A fox")).await.unwrap_err();
    assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::Cancelled)), "{error:?}");
    assert!(error.is_cancelled() && !error.is_job_failure() && !error.may_have_been_accepted());
    assert_eq!(error.to_string(), format!("the job was cancelled (499): cancelled (request id `{ID}`)"));
}

#[tokio::test]
async fn past_its_deadline_a_subscribed_job_is_cancelled_and_the_error_says_what_came_of_it() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), Act::Stall]),
        CANCEL => json(202, json!({"status": "CANCELLATION_REQUESTED"})),
        _ => json(404, json!({})),
    })
    .await;
    let input = GenerateInput::new("A fox");
    let error = stub.client().subscribe(&input).with_deadline(Duration::from_millis(100)).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_been_accepted() && error.is_job_open(), "{error:?}");
    assert_eq!((error.kind(), error.state()), (ErrorKind::Deadline, Some(RequestState::Accepted)));
    assert_eq!(error.request_id(), Some(ID));
    assert!(error.to_string().contains("CANCELLATION_REQUESTED"), "{error}");
    assert_eq!(stub.lines(), [SUBMIT, STREAM, CANCEL]);
}

#[tokio::test]
async fn a_subscribed_job_is_cancelled_on_demand_and_on_drop() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), Act::Stall]),
        CANCEL => json(200, json!({"status": "OK"})),
        _ => json(404, json!({})),
    })
    .await;
    let client = stub.client();
    let input = GenerateInput::new("A fox");
    let now = tokio::time::sleep(Duration::from_millis(30));
    let error = client.subscribe(&input).cancel_when(now).await.unwrap_err();
    assert!(error.is_cancelled() && !error.may_have_been_accepted() && !error.is_job_failure(), "{error:?}");
    assert_eq!((error.kind(), error.state()), (ErrorKind::Cancelled, Some(RequestState::Cancelled)));
    assert_eq!(stub.count(CANCEL), 1);

    let call = client.subscribe(&input).with_cancel_on_drop().into_future();
    assert!(tokio::time::timeout(Duration::from_millis(60), call).await.is_err());
    for _ in 0..100 {
        if stub.count(CANCEL) == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the dropped call was not cancelled: {:?}", stub.lines());
}

#[tokio::test]
async fn a_job_is_written_down_and_taken_up_again() {
    let stub = Stub::start(|_| json(200, accepted())).await;
    let client = stub.client();
    let job = client.submit(&GenerateInput::new("A fox")).await.unwrap();
    let text = serde_json::to_string(&job).unwrap();
    let saved: SavedJob = serde_json::from_str(&text).unwrap();
    assert_eq!(client.restore::<Generate>(&saved).unwrap().request_id(), ID);
    assert!(client.restore::<Remix>(&saved).unwrap_err().is_input());
    let elsewhere = Client::builder().with_key("a:b").build().unwrap();
    assert!(elsewhere.restore::<Generate>(&saved).unwrap_err().is_input());
}

#[tokio::test]
async fn a_job_is_attached_to_by_its_id_and_cancelled() {
    let stub = Stub::start(|request| match request.line().as_str() {
        CANCEL => json(400, json!({"status": "ALREADY_COMPLETED"})),
        STATUS => json(200, completed()),
        RESULT => json(200, output()),
        _ => json(404, json!({"status": "NOT_FOUND"})),
    })
    .await;
    let client = stub.client();
    let job = client.job::<Remix>(ID).unwrap();
    assert_eq!(job.cancel().await.unwrap(), CancelState::AlreadyCompleted);
    assert!(job.status().await.unwrap().error.is_none());
    assert_eq!(job.result().await.unwrap().seed, 7);
    let unknown = client.job::<Remix>("other").unwrap();
    assert!(unknown.cancel().await.unwrap_err().is_not_found());
    assert!(unknown.status().await.unwrap_err().is_not_found());
    assert!(client.job::<Remix>("../../v2/turbo").unwrap_err().is_input());
}

#[tokio::test]
async fn server_named_urls_are_followed_below_the_configured_base_only() {
    let stub = Stub::start(|request| match request.line().as_str() {
        SUBMIT => {
            let base = format!("http://{}/queue/elsewhere", request.header("host").unwrap());
            json(
                200,
                json!({"request_id": ID, "status_url": format!("{base}/s"), "response_url": format!("{base}/r"),
                    "cancel_url": "https://evil.example/queue/cancel"}),
            )
        }
        "GET /queue/elsewhere/s" => json(200, completed()),
        "GET /queue/elsewhere/r" => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let job = stub.client().submit(&GenerateInput::new("A fox")).await.unwrap();
    assert_eq!(job.wait().await.unwrap().seed, 7);
    // The described one below the base is asked in the place of a foreign one.
    assert!(job.cancel().await.unwrap_err().is_not_found());
    assert_eq!(stub.count(CANCEL), 1);
    assert!(stub.requests().iter().all(|request| request.header("authorization") == Some("Key id:hush")));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_key() {
    let stub = Stub::start(|request| match request.line().as_str() {
        RUN => answer(307, &[("location", "/elsewhere")], ""),
        _ => json(200, output()),
    })
    .await;
    let error = stub.client().run(&GenerateInput::new("A fox")).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 307);
    assert_eq!(stub.lines(), [RUN]);
}

#[tokio::test]
async fn a_path_where_a_url_belongs_is_refused_before_anything_is_sent() {
    let stub = Stub::start(|_| json(500, json!({}))).await;
    let client = stub.client();
    for path in ["fox.png", "./fox.png", "/home/me/fox.png", "C:\\fox.png", "file:///fox.png", ""] {
        let input = RemixInput::new("A fox", path);
        for error in [
            client.run(&input).await.unwrap_err(),
            client.submit(&input).await.unwrap_err(),
            client.subscribe(&input).await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.state()), (ErrorKind::Input, Some(RequestState::NotSent)), "{error:?}");
            assert_eq!(
                error.to_string(),
                format!(
                    "`image_url` is {path:?}, which is neither a URL nor a `data:` URI; upload the file with \
                     `Client::upload`, and pass the URL it gives"
                )
            );
        }
    }
    let mask = EditInput::new("A fox", "https://a.example/b.png", "mask.png");
    assert!(client.run(&mask).await.unwrap_err().to_string().starts_with("`mask_url` is \"mask.png\""));
    assert!(stub.requests().is_empty(), "{:?}", stub.lines());
    assert!(client.run(&RemixInput::new("A fox", "data:image/png;base64,AA")).await.unwrap_err().status().is_some());
    assert_eq!(stub.requests().len(), 1, "a data URI is sent");
}

#[tokio::test]
async fn a_refused_input_is_told_by_field() {
    let stub = Stub::start(|_| {
        json(
            422,
            json!({"detail": [{"type": "less_than_equal", "loc": ["body", "strength"],
                "msg": "Input should be less than or equal to 1", "input": 1.5, "ctx": {"le": 1.0}}]}),
        )
    })
    .await;
    let error = stub.client().run(&RemixInput::new("A fox", "https://a.example/b.png")).await.unwrap_err();
    assert!(error.is_validation() && !error.may_have_been_accepted());
    assert_eq!(
        error.to_string(),
        "the input was refused: `strength`: Input should be less than or equal to 1 (sent 1.5)"
    );
    assert_eq!(stub.requests().len(), 1);
}

/// A picture with both its ends.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82";

#[tokio::test]
async fn pictures_come_by_http_without_the_key_or_from_the_answer_itself() {
    let stub = Stub::start(|request| match request.line().as_str() {
        "GET /cdn/a.png" => answer(302, &[("location", "/cdn/b.png")], ""),
        "GET /cdn/b.png" => answer(200, &[("content-type", "image/png")], PNG),
        _ => json(404, json!({})),
    })
    .await;
    let client = stub.client();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fox.png");
    let file = ideogram_client::File::new(format!("{}/cdn/a.png", stub.url));
    client.image(&file).save_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), PNG);
    assert!(stub.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(client.image(&file).with_max_bytes(5).bytes().await.unwrap_err().is_too_large());

    let inline = ideogram_client::File::new("data:image/png;base64,QUJD");
    assert_eq!(client.image(&inline).bytes().await.unwrap(), "ABC");
    let missing = ideogram_client::File::new(format!("{}/cdn/none.png", stub.url));
    assert!(client.image(&missing).save_to(&path).await.unwrap_err().is_not_found());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no part of a file stays behind");
}

#[test]
fn the_client_is_shared_between_threads() {
    fn assert_send_sync<T: Send + Sync + Clone>() {}
    fn assert_send<T: Send>(_: &T) {}
    assert_send_sync::<Client>();
    let client = Client::builder().with_key("a:b").build().unwrap();
    let input = GenerateInput::new("A fox");
    assert_send(&client.run(&input).into_future());
    assert_send(&client.subscribe(&input).into_future());
    assert!(!format!("{client:?}").contains("a:b"));
}

#[tokio::test]
async fn each_wait_before_a_repetition_is_told() {
    let (submits, results) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let stub = Stub::start(move |request| match request.line().as_str() {
        SUBMIT if submits.fetch_add(1, Ordering::SeqCst) == 0 => answer(429, &[("retry-after", "0")], "{}"),
        SUBMIT => json(200, accepted()),
        STATUS => json(200, completed()),
        RESULT if results.fetch_add(1, Ordering::SeqCst) == 0 => json(502, json!({})),
        RESULT => json(200, output()),
        _ => json(404, json!({})),
    })
    .await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    let builder = stub.builder().on_retry(move |error, wait| {
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        list.lock().unwrap().push((error.status().map(|status| status.as_u16()), error.attempts()));
    });
    builder.build().unwrap().subscribe(&GenerateInput::new("A fox")).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(Some(429), 1), (Some(502), 1)]);
}

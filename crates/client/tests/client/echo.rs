//! A server that sends the key back: nothing that is shown has it, in whatever form.

#![allow(clippy::unwrap_used, reason = "a test may")]

use crate::support;

use ideogram_client::{Client, Error, File, Generate, GenerateInput, RequestState, RetryPolicy};
use serde_json::{Value, json};
use std::time::Duration;
use support::queue::{CANCEL, ID, RESULT, STATUS, SUBMIT, accepted, completed};
use support::{Reply, Stub, answer};

const KEY: &str = "0a1b2c3d-4e5f:s3cr3t/5678";
/// The key as a server may write it, and parts of it.
const FORMS: [&str; 7] = [
    KEY,
    "s3cr3t/5678",
    "0a1b2c3d-4e5f",
    "0a1b2c3d-4e5f%3As3cr3t%2F5678",
    "MGExYjJjM2QtNGU1ZjpzM2NyM3QvNTY3OA==",
    "czNjcjN0LzU2Nzg=",
    "Key 0a1b2c3d-4e5f:s3cr3t/5678",
];

fn echoing(form: &str, what: usize) -> Reply {
    let text = format!("you sent {form} here");
    let body = match what {
        0 => json!({"detail": text}),
        1 => json!({"detail": [{"loc": ["body", form], "msg": text, "type": "value_error", "input": form}]}),
        2 => json!({"detail": text, "error_type": form}),
        _ => Value::String(text),
    };
    let status = if what == 1 { 422 } else { 400 };
    answer(status, &[("x-fal-request-id", form), ("x-fal-error-type", form)], body.to_string())
}

fn check(error: &Error, form: &str) {
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        assert!(!shown.contains("s3cr3t") && !shown.contains("0a1b2c3d"), "{form}: {shown}");
        assert!(!shown.contains("MGExYjJj") && !shown.contains("czNjcjN0"), "{form}: {shown}");
        assert!(shown.contains("[redacted]"), "{form}: {shown}");
    }
}

fn client(stub: &Stub) -> Client {
    stub.builder().with_key(KEY).with_retry_policy(RetryPolicy::never()).build().unwrap()
}

#[tokio::test]
async fn an_error_does_not_show_the_key_that_a_server_sends_back() {
    for form in FORMS {
        for what in 0..4 {
            let stub = Stub::start(move |_| echoing(form, what)).await;
            let client = client(&stub);
            let input = GenerateInput::new("A fox");
            check(&client.run(&input).await.unwrap_err(), form);
            check(&client.submit(&input).await.unwrap_err(), form);
            check(&client.job::<Generate>(ID).unwrap().status().await.unwrap_err(), form);
            check(&client.price::<Generate>().await.unwrap_err(), form);
        }
    }
}

#[tokio::test]
async fn nor_where_the_queue_says_it_of_a_job() {
    for form in FORMS {
        let stub = Stub::start(move |request| match request.line().as_str() {
            SUBMIT => support::json(200, accepted()),
            STATUS => {
                let mut status = completed();
                status["error"] = format!("no luck with {form}").into();
                support::json(200, status)
            }
            RESULT => support::json(500, json!({})),
            // The status stream among them.
            _ => answer(404, &[], "{}"),
        })
        .await;
        let input = GenerateInput::new("A fox");
        let error = client(&stub).subscribe(&input).await.unwrap_err();
        assert!(error.is_job_failure(), "{error:?}");
        check(&error, form);
    }
}

#[tokio::test]
async fn nor_does_the_cause_of_an_answer_that_does_not_fit() {
    for form in FORMS {
        let stub = Stub::start(move |_| support::json(200, json!({"images": [], "seed": form}))).await;
        let error = client(&stub).run(&GenerateInput::new("A fox")).await.unwrap_err();
        assert!(error.is_decode(), "{error:?}");
        check(&error, form);
        let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
        let told: String = causes.map(ToString::to_string).collect();
        assert!(!told.contains("s3cr3t") && told.contains("[redacted]"), "{form}: {told}");
    }
}

#[tokio::test]
async fn nor_where_it_is_in_the_url_of_a_picture() {
    let stub = Stub::start(|_| answer(503, &[], "no")).await;
    let client = client(&stub);
    for form in FORMS {
        // The second one would be cut within the key.
        for filler in [0, 1955] {
            let url = format!("{}/cdn/{}?k={form}", stub.url, "x".repeat(filler));
            let error = client.image(&File::new(url)).bytes().await.unwrap_err();
            assert_eq!(error.state(), Some(RequestState::Answered), "{error:?}");
            if filler == 0 {
                check(&error, form);
            }
            let url = error.file_url().unwrap();
            for shown in [url, &error.to_string()] {
                assert!(!shown.contains(&form[..10]) && !shown.contains("s3cr3t"), "{form}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn what_the_server_says_of_a_cancel_is_clean_and_short() {
    let said = format!("\u{1b}]0;title\u{7}\u{202e}{}", "x".repeat(100_000));
    let stub = Stub::start(move |request| match request.line().as_str() {
        SUBMIT => support::json(200, accepted()),
        CANCEL => support::json(200, json!({"status": said})),
        _ => vec![support::Act::Stall],
    })
    .await;
    let input = GenerateInput::new("A fox");
    let client = client(&stub);
    let call = client.subscribe(&input).with_deadline(Duration::from_millis(200));
    let shown = call.await.unwrap_err().to_string();
    assert!(shown.contains("asked to cancel it"), "{shown}");
    assert!(
        shown.len() < 1000 && !shown.chars().any(|character| character.is_control() || character == '\u{202e}'),
        "{shown}"
    );
}

#[tokio::test]
async fn a_program_can_hide_the_key_in_texts_of_its_own() {
    let stub = Stub::start(|_| answer(404, &[], "{}")).await;
    let client = client(&stub);
    for form in FORMS {
        let shown = client.redact(&format!("a {form} b")).into_owned();
        assert!(shown.starts_with("a [redacted]") && shown.ends_with(" b"), "{shown}");
    }
    assert_eq!(client.redact("a fox"), "a fox");
}

//! A server that sends the key back: nothing that is shown has it, in whatever form.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use ideogram_client::{Client, Error, Generate, GenerateInput, RetryPolicy};
use serde_json::{Value, json};
use support::queue::{ID, RESULT, STATUS, SUBMIT, accepted, completed};
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
async fn a_program_can_hide_the_key_in_texts_of_its_own() {
    let stub = Stub::start(|_| answer(404, &[], "{}")).await;
    let client = client(&stub);
    for form in FORMS {
        let shown = client.redact(&format!("a {form} b")).into_owned();
        assert!(shown.starts_with("a [redacted]") && shown.ends_with(" b"), "{shown}");
    }
    assert_eq!(client.redact("a fox"), "a fox");
}

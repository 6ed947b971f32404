//! Deliveries of webhooks, really signed and really sent.

#![cfg(feature = "webhook")]
#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use http::header::{HeaderMap, HeaderName};
use ideogram_client::{Client, Generate, GenerateInput};
use ideogram_sandbox::Sandbox;
use serde_json::json;
use std::time::Duration;
use support::{Act, Request, Stub, answer, json};

fn headers(request: &Request) -> HeaderMap {
    let pairs = request.headers.iter();
    pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn a_delivery_is_checked_and_read_and_a_changed_one_is_not_believed() {
    let receiver = Stub::start(|_| answer(200, &[], "")).await;
    let sandbox = Sandbox::builder().service_time(Duration::from_millis(5)).start().await.unwrap();
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    let input = GenerateInput::new("A fox").with_seed(7);
    let job = client.submit(&input).with_webhook(format!("{}/hook?x=1&y=2", receiver.url)).await.unwrap();
    job.wait().await.unwrap();
    while receiver.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let delivery = receiver.requests().remove(0);
    assert_eq!(delivery.target, "/hook?x=1&y=2");

    let verifier = client.webhook_verifier();
    let checked = verifier.verify::<Generate>(&headers(&delivery), &delivery.body).await.unwrap();
    assert_eq!(checked.request_id, job.request_id());
    assert_eq!(checked.body(), delivery.body);
    assert_eq!(checked.output().unwrap().seed, 7);

    let changed = String::from_utf8(delivery.body.clone()).unwrap().replace('7', "8");
    let error = verifier.verify::<Generate>(&headers(&delivery), changed.as_bytes()).await.unwrap_err();
    assert!(error.is_forged(), "{error:?}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn keys_are_fetched_without_the_key_once_however_many_forgeries_come() {
    // A real key: one of small order, such as all zeros, takes every fourth message for signed by a signature of zeros.
    let stub = Stub::start(|request| match request.line().as_str() {
        "GET /rest/.well-known/jwks.json" => json(
            200,
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}),
        ),
        _ => json(404, json!({})),
    })
    .await;
    let verifier = stub.client().webhook_verifier();
    let mut headers = HeaderMap::new();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let signature = "00".repeat(64);
    let now = now.to_string();
    for (name, value) in [("request-id", "r"), ("user-id", "u"), ("timestamp", now.as_str()), ("signature", &signature)]
    {
        headers.insert(format!("x-fal-webhook-{name}").parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    for _ in 0..20 {
        assert!(verifier.verify::<Generate>(&headers, b"{}").await.unwrap_err().is_forged());
    }
    assert_eq!(stub.requests().len(), 1);
    assert!(stub.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_not_a_forgery() {
    let receiver = Stub::start(|_| answer(200, &[], "")).await;
    let sandbox = Sandbox::builder().service_time(Duration::from_millis(5)).start().await.unwrap();
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    client.submit(&GenerateInput::new("A fox")).with_webhook(&receiver.url).await.unwrap().wait().await.unwrap();
    while receiver.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let delivery = receiver.requests().remove(0);
    for body in [&b"<html>"[..], br#"{"keys":[]}"#, br#"{"keys":[{"kty":"RSA"}]}"#] {
        let keyless = Stub::start(move |_| answer(200, &[], body)).await;
        let verifier = keyless.client().webhook_verifier();
        let asked = keyless.requests().len();
        for _ in 0..3 {
            let error = verifier.verify::<Generate>(&headers(&delivery), &delivery.body).await.unwrap_err();
            assert!(error.is_decode() && !error.is_forged(), "{error:?}");
        }
        assert!(keyless.requests().len() - asked <= 3, "one fetch with its repetitions");
    }
    sandbox.shutdown().await;
}

/// A key set that anybody can be given, and a delivery that is signed by none of its keys.
fn key_set() -> support::Reply {
    json(200, json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}))
}

fn forgery() -> HeaderMap {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
    let signature = "00".repeat(64);
    let values = [("request-id", "r"), ("user-id", "u"), ("timestamp", &now), ("signature", &signature)];
    let header = |(name, value): (&str, &str)| {
        (format!("x-fal-webhook-{name}").parse::<HeaderName>().unwrap(), value.parse().unwrap())
    };
    values.into_iter().map(header).collect()
}

#[tokio::test]
async fn many_deliveries_at_once_wait_for_one_fetch_and_none_longer_than_two_seconds() {
    let stub = Stub::start(|_| [vec![Act::Pause(Duration::from_millis(50))], key_set()].concat()).await;
    let (verifier, headers) = (stub.client().webhook_verifier(), forgery());
    let checks = (0..50).map(|_| verifier.verify::<Generate>(&headers, b"{}"));
    for outcome in futures_util::future::join_all(checks).await {
        assert!(outcome.unwrap_err().is_forged());
    }
    assert_eq!(stub.requests().len(), 1);

    let silent = Stub::start(|_| vec![Act::Stall]).await;
    let verifier = silent.client().webhook_verifier();
    let begun = std::time::Instant::now();
    let error = verifier.verify::<Generate>(&headers, b"{}").await.unwrap_err();
    assert!(error.is_timeout() && begun.elapsed() < Duration::from_secs(2), "{error:?} after {:?}", begun.elapsed());
}

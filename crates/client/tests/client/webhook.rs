//! Deliveries of webhooks, really signed and really sent.

#![allow(clippy::unwrap_used, reason = "a test may")]

use crate::support;

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

/// Moves the runtime's clock on, while nothing is under way.
async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

const HOUR: Duration = Duration::from_secs(3600);

/// A delivery that is really signed, and the key set that says so.
async fn signed() -> (HeaderMap, Vec<u8>, support::Reply) {
    let receiver = Stub::start(|_| answer(200, &[], "")).await;
    let sandbox = Sandbox::builder().service_time(Duration::from_millis(5)).start().await.unwrap();
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    client.submit(&GenerateInput::new("A fox")).with_webhook(&receiver.url).await.unwrap().wait().await.unwrap();
    while receiver.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let delivery = receiver.requests().remove(0);
    let keys = support::get(&format!("{}/rest/.well-known/jwks.json", sandbox.url())).await;
    sandbox.shutdown().await;
    (headers(&delivery), delivery.body, answer(200, &[("content-type", "application/json")], keys))
}

/// Waits until the server has been asked that often.
async fn asked(stub: &Stub, times: usize) {
    for _ in 0..2000 {
        if stub.requests().len() < times {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    assert_eq!(stub.requests().len(), times);
}

#[tokio::test]
async fn keys_are_renewed_in_the_background_before_their_day_ends() {
    let (headers, body, keys) = signed().await;
    let stub = Stub::start(move |_| keys.clone()).await;
    let verifier = stub.client().webhook_verifier();
    // When it is checked, by the age of the first keys, and how often they have been fetched by then.
    for (wait, fetches) in
        [(Duration::ZERO, 1), (19 * HOUR, 1), (2 * HOUR, 2), (4 * HOUR, 2), (16 * HOUR, 2), (HOUR, 3)]
    {
        later(wait).await;
        verifier.verify::<Generate>(&headers, &body).await.unwrap();
        asked(&stub, fetches).await;
        // The renewal's answer is taken in.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_renewal_that_hangs_or_fails_keeps_nobody_waiting() {
    let (headers, body, keys) = signed().await;
    for trouble in [vec![Act::Stall], answer(500, &[], "")] {
        let (keys, fetches) = (keys.clone(), std::sync::atomic::AtomicUsize::new(0));
        let stub = Stub::start(move |_| match fetches.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => keys.clone(),
            _ => trouble.clone(),
        })
        .await;
        let verifier = stub.client().webhook_verifier();
        verifier.verify::<Generate>(&headers, &body).await.unwrap();
        later(21 * HOUR).await;
        verifier.verify::<Generate>(&headers, &body).await.unwrap();
        // Nobody knows whether there are newer keys, of which one has made this; what is fal's is taken all the same.
        let unknown = verifier.verify::<Generate>(&forgery(), b"{}").await.unwrap_err();
        assert!(!unknown.is_forged(), "{unknown:?}");
        verifier.verify::<Generate>(&headers, &body).await.unwrap();
    }
}

#[tokio::test]
async fn a_failed_fetch_is_remembered_for_seconds_and_no_longer() {
    let (headers, body, keys) = signed().await;
    let fetches = std::sync::atomic::AtomicUsize::new(0);
    // Three attempts of one fetch fail.
    let stub = Stub::start(move |_| match fetches.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0..3 => answer(500, &[], ""),
        _ => keys.clone(),
    })
    .await;
    let verifier = stub.client().webhook_verifier();
    for _ in 0..10 {
        let error = verifier.verify::<Generate>(&headers, &body).await.unwrap_err();
        assert!(!error.is_forged(), "{error:?}");
    }
    assert_eq!(stub.requests().len(), 3);
    later(Duration::from_secs(6)).await;
    verifier.verify::<Generate>(&headers, &body).await.unwrap();
    assert_eq!(stub.requests().len(), 4);
}

use crate::{Bench, endpoint, quick};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use base64::Engine as _;
use http::{HeaderMap, StatusCode};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;

type Delivery = (HeaderMap, Bytes);

/// A receiver that refuses the first deliveries and takes the next.
async fn receiver(refuse: usize) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (sender, deliveries) = mpsc::unbounded_channel();
    let state = (sender, std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(refuse)));
    let take = |State((sender, refuse)): State<(
        mpsc::UnboundedSender<Delivery>,
        std::sync::Arc<std::sync::atomic::AtomicUsize>,
    )>,
                headers: HeaderMap,
                body: Bytes| async move {
        sender.send((headers, body)).unwrap();
        let left =
            refuse.fetch_update(std::sync::atomic::Ordering::Relaxed, std::sync::atomic::Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        if left.is_ok() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?x=1&y=2", listener.local_addr().unwrap());
    tokio::spawn(
        async move { axum::serve(listener, Router::new().route("/hook", post(take)).with_state(state)).await },
    );
    (url, deliveries)
}

/// The next delivery; one that does not come fails the test.
async fn next(deliveries: &mut mpsc::UnboundedReceiver<Delivery>) -> Delivery {
    tokio::time::timeout(Duration::from_secs(10), deliveries.recv()).await.unwrap().unwrap()
}

/// Whether the delivery is signed by one of the keys in the set, by the rules of the documentation.
fn is_signed(jwks: &Value, (headers, body): &Delivery) -> bool {
    let header = |name: &str| headers[name].to_str().unwrap();
    let hex = |bytes: &[u8]| {
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap());
        bytes.iter().flat_map(digits).collect::<String>()
    };
    let message = format!(
        "{}\n{}\n{}\n{}",
        header("x-fal-webhook-request-id"),
        header("x-fal-webhook-user-id"),
        header("x-fal-webhook-timestamp"),
        hex(ring::digest::digest(&ring::digest::SHA256, body).as_ref()),
    );
    let signature = header("x-fal-webhook-signature");
    let signature: Vec<u8> =
        (0..signature.len()).step_by(2).map(|i| u8::from_str_radix(&signature[i..i + 2], 16).unwrap()).collect();
    jwks["keys"].as_array().unwrap().iter().any(|key| {
        let x = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
        UnparsedPublicKey::new(&ED25519, x).verify(message.as_bytes(), &signature).is_ok()
    })
}

async fn submit(bench: &Bench, hook: &str, body: &Value) -> String {
    let url = bench.url(&format!("/queue/{}", endpoint("generate")));
    let request = bench.client.post(url).query(&[("fal_webhook", hook)]).header("authorization", crate::KEY).json(body);
    bench.send(request).await.json()["request_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_result_is_delivered_signed() {
    let bench = Bench::new(quick()).await;
    let (hook, mut deliveries) = receiver(0).await;
    let id = submit(&bench, &hook, &json!({ "prompt": "a" })).await;
    let mut delivery = next(&mut deliveries).await;
    let body: Value = serde_json::from_slice(&delivery.1).unwrap();
    assert_eq!((&body["request_id"], &body["status"]), (&json!(id), &json!("OK")));
    assert_eq!(body["payload"], bench.result(&id).await.json());
    assert!(body["gateway_request_id"].is_string() && body.get("error").is_none());
    let jwks = bench.get("/rest/.well-known/jwks.json").await.json();
    assert!(is_signed(&jwks, &delivery));
    delivery.1 = Bytes::from_static(b"{}");
    assert!(!is_signed(&jwks, &delivery), "another body is not covered");
}

#[tokio::test]
async fn a_failure_is_delivered_with_its_details() {
    let bench = Bench::new(quick()).await;
    let (hook, mut deliveries) = receiver(0).await;
    submit(&bench, &hook, &json!({})).await;
    let body: Value = serde_json::from_slice(&next(&mut deliveries).await.1).unwrap();
    assert_eq!((&body["status"], &body["error"]), (&json!("ERROR"), &json!("Invalid status code: 422")));
    assert_eq!(body["payload"]["detail"][0]["type"], "missing");
}

#[tokio::test]
async fn a_delivery_is_tried_again_and_every_attempt_listed() {
    let bench = Bench::new(quick().webhook_backoff(Duration::from_millis(1))).await;
    let (hook, mut deliveries) = receiver(2).await;
    let id = submit(&bench, &hook, &json!({ "prompt": "a" })).await;
    let jwks = bench.get("/rest/.well-known/jwks.json").await.json();
    for _ in 0..3 {
        assert!(is_signed(&jwks, &next(&mut deliveries).await));
    }
    let job = bench.job_when(&id, |job| job["webhook_deliveries"].as_array().unwrap().len() == 3).await;
    let attempts = job["webhook_deliveries"].as_array().unwrap();
    let statuses: Vec<&Value> = attempts.iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [&json!(500), &json!(500), &json!(200)]);
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_given_up() {
    let bench = Bench::new(quick().webhook_backoff(Duration::from_millis(1)).webhook_attempts(2u32)).await;
    let id = submit(&bench, "http://127.0.0.1:1/hook", &json!({ "prompt": "a" })).await;
    let job = bench.job_when(&id, |job| job["webhook_deliveries"].as_array().unwrap().len() == 2).await;
    assert_eq!(job["webhook_deliveries"][1]["error"], "could not connect");
}

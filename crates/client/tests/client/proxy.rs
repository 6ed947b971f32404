//! A proxy that is set for everything: what is on this machine is asked for without it, whichever call.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use crate::support;

use ideogram_client::{Client, File, Generate, GenerateInput, Window};
use serde_json::json;
use std::time::Duration;
use support::queue::{CANCEL, ID, RESULT, STATUS, STREAM, SUBMIT, accepted, completed, output};
use support::{Stub, answer, end, event, json, stream};

/// A proxy that passes nothing on, and keeps what it was asked for.
async fn proxy() -> Stub {
    Stub::start(|_| answer(502, &[], "")).await
}

fn client(base: &str, proxy: &Stub) -> Client {
    let proxy = proxy.url.clone();
    let through = move |http: reqwest::ClientBuilder| http.proxy(reqwest::Proxy::all(&proxy).unwrap());
    let policy = ideogram_client::RetryPolicy::never();
    let builder = Client::builder().with_key("id:hush").with_base_url(base).with_retry_policy(policy);
    builder.with_http(through).with_deadline(Duration::from_secs(20)).build().unwrap()
}

#[tokio::test]
async fn what_is_on_this_machine_is_never_asked_for_through_a_proxy() {
    let service = Stub::start(|request| match request.line().as_str() {
        "POST /run/fal-ai/ideogram/v2/turbo" | RESULT => json(200, output()),
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(completed()), end()]),
        STATUS => json(200, completed()),
        CANCEL => json(202, json!({"status": "CANCELLATION_REQUESTED"})),
        "GET /cdn/a.png" => answer(200, &[("content-type", "image/png")], "picture"),
        "POST /rest/storage/auth/token" => json(200, json!({"token": "t", "expires_at": "2100-01-01T00:00:00Z"})),
        "POST /cdn/files/upload" => json(200, json!({"access_url": "https://v3.fal.media/files/a/b.gif"})),
        "GET /platform/v1/models/requests/by-endpoint" => json(200, json!({"items": []})),
        line => panic!("{line}"),
    })
    .await;
    let input = GenerateInput::new("A fox");
    for base in [service.url.clone(), service.url.replace("127.0.0.1", "localhost")] {
        let proxy = proxy().await;
        let client = client(&base, &proxy);
        client.run(&input).await.unwrap();
        client.subscribe(&input).await.unwrap();
        let job = client.job::<Generate>(ID).unwrap();
        job.status().await.unwrap();
        job.cancel().await.unwrap();
        client.image(&File::new(format!("{base}/cdn/a.png"))).bytes().await.unwrap();
        client.upload(&b"GIF89a\x01\x00\x01\x00\x00\x00\x00"[..]).await.unwrap();
        client.find_submitted(&input, Window::last(Duration::from_secs(1))).await.unwrap();
        assert_eq!(proxy.connections(), 0, "{base}: {:?}", proxy.lines());
    }
}

#[tokio::test]
async fn what_is_elsewhere_is_asked_for_through_the_proxy_without_showing_it_the_key() {
    let proxy = proxy().await;
    let client = client("https://service.invalid", &proxy);
    let error = client.submit(&GenerateInput::new("A fox")).await.unwrap_err();
    assert!(!error.may_have_been_accepted(), "{error:?}");
    let asked = proxy.requests();
    assert_eq!(
        asked.first().map(|request| (request.method.as_str(), request.target.as_str())),
        Some(("CONNECT", "service.invalid:443"))
    );
    assert!(asked.iter().all(|request| !format!("{request:?}").contains("hush")), "{asked:?}");
}

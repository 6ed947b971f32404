//! Pictures that go in: uploads by every route, inlining, and the check of picture against mask.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use crate::support;

use ideogram_client::{EditInput, Error, File, ImageInput, ObjectLifecycle};
use ideogram_sandbox::Sandbox;
use serde_json::json;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Act, Request, Stub, answer, json};

const TOKEN: &str = "POST /rest/storage/auth/token";
const UPLOAD: &str = "POST /cdn/files/upload";
const BEGIN: &str = "POST /cdn/files/upload/multipart";
const ANNOUNCE: &str = "POST /rest/storage/upload/initiate";
const MIB: usize = 1 << 20;

/// A GIF's header, which is all that is looked at.
fn gif(width: u16, height: u16) -> Vec<u8> {
    [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), &[0, 0, 0]].concat()
}

fn token() -> Vec<Act> {
    json(
        200,
        json!({"token": "t-1", "token_type": "Bearer", "base_url": "https://elsewhere.example", "expires_at": "2100-01-01T00:00:00Z"}),
    )
}

#[tokio::test]
async fn what_is_uploaded_is_what_comes_back() -> Result<(), Error> {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let client = ideogram_client::Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build()?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fox.gif");
    std::fs::write(&path, gif(3, 2)).unwrap();

    let from_path = client.upload(path.as_path()).await?;
    assert!(from_path.as_str().contains("fox.gif"), "{from_path}");
    let from_uri = client.upload(ImageInput::data_uri("data:image/gif;base64,R0lGODlhAwACAAAAAA==")).await?;
    for url in [&from_path, &from_uri] {
        assert_eq!(client.image(&File::new(url.as_str())).bytes().await?, gif(3, 2));
    }
    // More than one part: it goes in parts, put together in order.
    let large: Vec<u8> = (0..u32::try_from(25 * MIB / 4).unwrap()).flat_map(u32::to_le_bytes).collect();
    let sent = Arc::new(AtomicU64::new(0));
    let seen = sent.clone();
    let url = client
        .upload(ImageInput::reader(std::io::Cursor::new(large.clone())))
        .on_progress(move |progress| seen.store(progress.bytes, Ordering::SeqCst))
        .await?;
    assert_eq!(sent.load(Ordering::SeqCst), 25 * MIB as u64);
    assert!(client.image(&File::new(url.as_str())).bytes().await? == large);
    sandbox.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn the_token_is_fetched_once_for_many_and_the_key_stays_with_the_api() {
    let stub = Stub::start(|request| match request.line().as_str() {
        TOKEN => token(),
        UPLOAD => json(200, json!({"access_url": "https://v3.fal.media/files/a/b.gif"})),
        _ => json(404, json!({})),
    })
    .await;
    let client = stub.client();
    let uploads = (0..10).map(|_| client.upload(gif(1, 1)).into_future());
    for url in futures_util::future::join_all(uploads).await {
        assert_eq!(url.unwrap().as_str(), "https://v3.fal.media/files/a/b.gif");
    }
    assert_eq!((stub.count(TOKEN), stub.count(UPLOAD)), (1, 10));
    for request in stub.requests() {
        let authorization = if request.line() == TOKEN { "Key id:hush" } else { "Bearer t-1" };
        assert_eq!(request.header("authorization"), Some(authorization));
        if request.line() == UPLOAD {
            assert_eq!(request.header("content-type"), Some("image/gif"));
            assert_eq!(request.header("content-length"), Some("13"));
            assert_eq!(request.header("x-fal-file-name"), Some("image.gif"));
        }
    }
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_once() {
    let refused = AtomicUsize::new(0);
    let stub = Stub::start(move |request| match request.line().as_str() {
        TOKEN => token(),
        UPLOAD if refused.fetch_add(1, Ordering::SeqCst) == 0 => json(401, json!({"detail": "no"})),
        UPLOAD => json(200, json!({"access_url": "https://v3.fal.media/files/a/b.gif"})),
        _ => json(404, json!({})),
    })
    .await;
    stub.client().upload(gif(1, 1)).await.unwrap();
    assert_eq!(stub.lines(), [TOKEN, UPLOAD, TOKEN, UPLOAD]);
}

#[tokio::test]
async fn without_the_cdn_a_signed_url_is_the_way_and_gets_no_credential() {
    let stub = Stub::start(|request| match request.line().as_str() {
        TOKEN => json(500, json!({"detail": "no"})),
        ANNOUNCE => {
            let host = request.header("host").unwrap();
            json(200, json!({"upload_url": format!("http://{host}/signed?x=1"), "file_url": "https://v3.fal.media/files/c.gif"}))
        }
        "PUT /signed" => answer(200, &[], ""),
        _ => json(404, json!({})),
    })
    .await;
    let lifecycle = ObjectLifecycle::new().with_expiration(Duration::from_secs(3600)).unwrap();
    let url = stub.client().upload(gif(1, 1)).with_object_lifecycle(lifecycle).await.unwrap();
    assert_eq!(url.as_str(), "https://v3.fal.media/files/c.gif");
    let announced = stub.requests().into_iter().find(|request| request.line() == ANNOUNCE).unwrap();
    assert_eq!(announced.header("x-fal-object-lifecycle"), Some("{\"expiration_duration_seconds\":3600}"));
    let put = stub.requests().into_iter().find(|request| request.method == "PUT").unwrap();
    assert_eq!((put.header("authorization"), put.body.as_slice()), (None, gif(1, 1).as_slice()));
}

#[tokio::test]
async fn a_signed_url_or_a_part_elsewhere_is_refused() {
    for (announced, begun) in
        [("http://10.0.0.1/x", "https://evil.example/files/a"), ("https://169.254.169.254/x", "http://127.0.0.1:1/a")]
    {
        let stub = Stub::start(move |request| match request.line().as_str() {
            TOKEN => token(),
            BEGIN => json(200, json!({"access_url": begun, "uploadId": "u"})),
            ANNOUNCE => json(200, json!({"upload_url": announced, "file_url": "https://v3.fal.media/files/c.gif"})),
            _ => json(404, json!({})),
        })
        .await;
        assert!(stub.client().upload(gif(1, 1)).await.is_err());
        let large = ImageInput::reader(std::io::Cursor::new(vec![0; 11 * MIB]));
        assert!(stub.client().upload(large).await.unwrap_err().is_foreign_url());
    }
}

/// A CDN that takes parts, and fails the first attempt of some.
fn parts(request: &Request, kept: &Mutex<Vec<(u32, usize)>>, failures: &AtomicUsize) -> Vec<Act> {
    match request.line().as_str() {
        TOKEN => token(),
        BEGIN => {
            let host = request.header("host").unwrap();
            json(200, json!({"access_url": format!("http://{host}/cdn/files/a/b.bin"), "uploadId": "u/1"}))
        }
        "POST /cdn/files/a/b.bin/multipart/u%2F1/complete" => json(200, json!({})),
        line => {
            let number: u32 = line.strip_prefix("PUT /cdn/files/a/b.bin/multipart/u%2F1/").unwrap().parse().unwrap();
            if number.is_multiple_of(4) && failures.fetch_add(1, Ordering::SeqCst) < 2 {
                return vec![Act::Reset];
            }
            kept.lock().unwrap().push((number, request.body.len()));
            answer(200, &[("etag", &format!("\"e{number}\""))], "")
        }
    }
}

#[tokio::test]
async fn a_large_file_goes_in_parts_each_repeated_by_itself_and_put_together_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    let length = 100 * MIB + 5;
    std::fs::File::create(&path).unwrap().set_len(length as u64).unwrap();
    let kept = Arc::new(Mutex::new(Vec::new()));
    let there = kept.clone();
    let failures = AtomicUsize::new(0);
    let stub = Stub::start(move |request| parts(request, &there, &failures)).await;
    let most = Arc::new(AtomicU64::new(0));
    let seen = most.clone();
    let url = stub
        .client()
        .upload(path)
        .on_progress(move |progress| {
            assert_eq!(progress.total, Some(100 * MIB as u64 + 5));
            seen.store(progress.bytes, Ordering::SeqCst);
        })
        .await
        .unwrap();
    assert!(url.as_str().ends_with("/cdn/files/a/b.bin"));
    assert_eq!(most.load(Ordering::SeqCst), length as u64);
    let mut kept = kept.lock().unwrap().clone();
    kept.sort_unstable();
    let mut expected: Vec<_> = (1..=10).map(|number| (number, 10 * MIB)).collect();
    expected.push((11, 5));
    assert_eq!(kept, expected);
    let requests = stub.requests();
    let named = requests.last().unwrap().json();
    let numbers: Vec<_> =
        named["parts"].as_array().unwrap().iter().map(|part| part["partNumber"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
    assert_eq!(named["parts"][10]["etag"], "\"e11\"");
}

#[tokio::test]
async fn inlining_sends_nothing_and_an_empty_or_missing_file_is_told() {
    let stub = Stub::start(|_| json(500, json!({}))).await;
    let client = stub.client();
    let url = client.upload(gif(1, 1)).inline().await.unwrap();
    assert!(url.is_inline() && url.as_str().starts_with("data:image/gif;base64,"));
    assert!(client.upload(gif(1, 1)).inline_up_to(13).await.unwrap().is_inline());
    assert!(client.upload(vec![0; 11 * MIB]).inline().await.unwrap_err().is_input());
    assert!(client.upload(vec![]).await.unwrap_err().is_input());
    let error = client.upload(ImageInput::path("/no/such/fox.png")).await.unwrap_err();
    assert!(error.is_file() && error.to_string().contains("/no/such/fox.png"), "{error}");
    assert_eq!(
        client.upload(ImageInput::url("https://a.example/b.png")).await.unwrap().as_str(),
        "https://a.example/b.png"
    );
    assert!(client.upload(ImageInput::url("ftp://a.example/b.png")).await.unwrap_err().is_input());
    assert!(stub.requests().is_empty());
}

#[tokio::test]
async fn a_mask_of_another_size_is_refused_before_anything_is_sent() {
    let stub = Stub::start(|_| json(500, json!({}))).await;
    let client = stub.client();
    let error = client.upload_with_mask(gif(3, 2), gif(2, 3)).await.unwrap_err();
    assert_eq!(error.to_string(), "the mask is 2×3 pixels and the picture 3×2: make them the same size");
    let image = client.upload(gif(3, 2)).inline().await.unwrap();
    let mask = client.upload(gif(2, 3)).inline().await.unwrap();
    let error = client.submit(&EditInput::new("A fox", image, mask)).await.unwrap_err();
    assert!(error.is_input() && !error.may_have_been_accepted(), "{error}");
    assert!(stub.requests().is_empty());
}

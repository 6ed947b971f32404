use crate::{Bench, endpoint, quick};
use reqwest::Method;
use serde_json::{Value, json};

async fn token(bench: &Bench) -> Value {
    let answer = bench.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", &json!({})).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn an_upload_with_a_token_can_be_fetched_whole_and_in_ranges() {
    let bench = Bench::new(quick()).await;
    let token = token(&bench).await;
    assert_eq!(token["base_url"], bench.sandbox.cdn_url());
    assert!(token["expires_at"].as_str().unwrap().ends_with('Z'));
    let bearer = format!("{} {}", token["token_type"].as_str().unwrap(), token["token"].as_str().unwrap());
    let request = bench
        .client
        .post(bench.url("/cdn/files/upload"))
        .header("authorization", &bearer)
        .header("content-type", "text/plain")
        .header("x-fal-file-name", "../a b.txt")
        .body("0123456789");
    let url = bench.send(request).await.json()["access_url"].as_str().unwrap().to_owned();
    assert!(url.ends_with("/_a_b.txt"), "{url}");

    let whole = bench.get(&url).await;
    assert_eq!((whole.text.as_str(), whole.header("content-type")), ("0123456789", Some("text/plain")));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let etag = whole.header("etag").unwrap();
    let part = bench.send(bench.request(Method::GET, &url).header("range", "bytes=2-4")).await;
    assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let outside = bench.send(bench.request(Method::GET, &url).header("range", "bytes=10-")).await;
    assert_eq!((outside.status.as_u16(), outside.header("content-range")), (416, Some("bytes */10")));
    let unchanged = bench.send(bench.request(Method::GET, &url).header("if-none-match", etag)).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    let changed = bench.request(Method::GET, &url).header("range", "bytes=2-4").header("if-range", "\"other\"");
    assert_eq!(bench.send(changed).await.status, 200);
    let head = bench.send(bench.request(Method::HEAD, &url)).await;
    assert_eq!((head.header("content-length"), head.text.as_str()), (Some("10"), ""));

    let with_key = bench.request(Method::POST, "/cdn/files/upload").body("x");
    assert_eq!(bench.send(with_key).await.status, 401, "the key is not for the CDN");
}

#[tokio::test]
async fn an_upload_in_parts_needs_every_part_and_no_order() {
    let bench = Bench::new(quick()).await;
    let bearer = format!("Bearer {}", token(&bench).await["token"].as_str().unwrap());
    let call =
        |method: Method, url: &str| bench.client.request(method, bench.url(url)).header("authorization", &bearer);
    let start = async || {
        let started =
            bench.send(call(Method::POST, "/cdn/files/upload/multipart").header("content-type", "text/plain")).await;
        let url = started.json()["access_url"].as_str().unwrap().to_owned();
        let parts = format!("{url}/multipart/{}", started.json()["uploadId"].as_str().unwrap());
        (url, parts)
    };
    let put = async |parts: &str, number: u32, body: &'static str| {
        let answer = bench.send(call(Method::PUT, &format!("{parts}/{number}")).body(body)).await;
        assert_eq!(answer.json()["etag"].as_str(), answer.header("etag"));
        json!({ "partNumber": number, "etag": answer.header("etag").unwrap() })
    };
    let complete = async |parts: &str, list: Vec<Value>| {
        bench.send(call(Method::POST, &format!("{parts}/complete")).json(&json!({ "parts": list }))).await
    };
    let (url, parts) = start().await;
    let second = put(&parts, 2, "world").await;
    let first = put(&parts, 1, "hello ").await;
    let answer = complete(&parts, vec![second, first.clone()]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(bench.get(&url).await.text, "hello world");

    let (url, parts) = start().await;
    put(&parts, 1, "hello ").await;
    put(&parts, 2, "world").await;
    assert_eq!(complete(&parts, vec![first]).await.status, 400, "a part is not named");
    assert_eq!(bench.get(&url).await.status, 404);
    let (other, _) = start().await;
    let astray = parts.replace(&url, &other);
    assert_eq!(bench.send(call(Method::PUT, &format!("{astray}/1")).body("x")).await.status, 404);
}

#[tokio::test]
async fn a_signed_url_takes_the_file_and_no_credential() {
    let bench = Bench::new(quick()).await;
    let body = json!({ "file_name": "x.txt", "content_type": "text/plain" });
    let announced = bench.post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", &body).await.json();
    let upload = announced["upload_url"].as_str().unwrap();
    assert_eq!(bench.send(bench.request(Method::PUT, upload).body("x")).await.status, 400, "the key went astray");
    assert_eq!(bench.send(bench.client.put(upload.split('?').next().unwrap()).body("x")).await.status, 403);
    assert_eq!(bench.send(bench.client.put(upload).body("hello")).await.status, 200);
    let file = bench.get(announced["file_url"].as_str().unwrap()).await;
    assert_eq!((file.text.as_str(), file.header("content-type")), ("hello", Some("text/plain")));
    assert_eq!(bench.send(bench.client.put(upload).body("again")).await.status, 404);
}

#[tokio::test]
async fn signed_parts_answer_with_their_tags() {
    let bench = Bench::new(quick()).await;
    let body = json!({ "file_name": "x.bin", "content_type": "application/octet-stream" });
    let announced = bench.post("/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", &body).await.json();
    // Clients put the number and the last step between path and query.
    let (path, query) = announced["upload_url"].as_str().unwrap().split_once('?').unwrap();
    let mut parts = Vec::new();
    for (number, piece) in ["ab", "cd"].into_iter().enumerate() {
        let url = format!("{path}/{}?{query}", number + 1);
        parts.push(bench.send(bench.client.put(url).body(piece)).await.json());
    }
    let complete = bench.client.post(format!("{path}/complete?{query}")).json(&json!({ "parts": parts }));
    assert_eq!(bench.send(complete).await.status, 200);
    assert_eq!(bench.get(announced["file_url"].as_str().unwrap()).await.text, "abcd");
}

#[tokio::test]
async fn an_upload_is_an_input_and_pictures_expire_when_asked_to() {
    let bench = Bench::new(quick()).await;
    let png = ideogram_sandbox::draw::example_image(64, 64).unwrap().png;
    let announced = bench.post("/rest/storage/upload/initiate", &json!({ "file_name": "x.png" })).await.json();
    bench.send(bench.client.put(announced["upload_url"].as_str().unwrap()).body(png)).await;
    let body = json!({ "prompt": "a", "image_url": announced["file_url"] });
    let request = bench
        .request(Method::POST, &format!("/run/{}", endpoint("remix")))
        .header("x-fal-object-lifecycle-preference", r#"{"expiration_duration_seconds":0}"#);
    let answer = bench.send(request.json(&body)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let url = answer.json()["images"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(bench.get(&url).await.status, 404);
}

#[tokio::test]
async fn the_cdn_takes_a_key_where_that_is_switched_on() {
    let bench = Bench::new(quick().keys("id:secret").cdn_takes_key(true)).await;
    let upload =
        |key: &'static str| bench.client.post(bench.url("/cdn/files/upload")).header("authorization", key).body("x");
    let url = bench.send(upload("Key id:secret")).await.json()["access_url"].as_str().unwrap().to_owned();
    assert_eq!(bench.get(&url).await.text, "x");
    assert_eq!(bench.send(upload("Key id:other")).await.status, 401);
}

//! What a web page in the user's browser may do, by the headers that a browser sends.

use crate::{Answer, Bench, endpoint, quick};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const FOREIGN: &str = "https://elsewhere.example";

async fn inspect(bench: &Bench, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = bench.client.request(method, bench.url(path));
    bench.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn a_page_of_another_origin_sees_and_changes_nothing() {
    let bench = Bench::new(quick()).await;
    let own = bench.sandbox.url().to_owned();
    for (headers, status) in [
        (vec![], 200),
        (vec![("origin", own.as_str()), ("sec-fetch-site", "same-origin")], 200),
        (vec![("sec-fetch-site", "none")], 200),
        (vec![("origin", FOREIGN)], 403),
        (vec![("origin", "null")], 403),
        (vec![("origin", "http://localhost:3000")], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("host", "rebound.example")], 403),
        (vec![("host", "queue.fal.run"), ("sec-fetch-site", "none")], 200),
    ] {
        for path in ["/_sandbox", "/_sandbox/requests", "/_sandbox/faults"] {
            let answer = inspect(&bench, Method::GET, path, &headers).await;
            assert_eq!(answer.status, status, "{path} {headers:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path} {headers:?}");
        }
    }
    let fault = inspect(&bench, Method::DELETE, "/_sandbox/requests", &[("origin", FOREIGN)]).await;
    assert_eq!(fault.status, 403);
    let preflight = [("origin", FOREIGN), ("access-control-request-method", "PUT")];
    let answer = inspect(&bench, Method::OPTIONS, "/_sandbox/faults", &preflight).await;
    assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-methods")), (403, None));
}

#[tokio::test]
async fn a_host_that_the_user_allowed_may_look_inside() {
    let bench = Bench::new(quick().allow_hosts(vec!["box.example".to_owned()])).await;
    let answer = inspect(&bench, Method::GET, "/_sandbox", &[("host", "Box.example:8787")]).await;
    assert_eq!(answer.status, 200);
    let same = [("host", "box.example"), ("origin", "http://box.example")];
    assert_eq!(inspect(&bench, Method::GET, "/_sandbox/requests", &same).await.status, 200);
}

#[tokio::test]
async fn the_root_leads_to_the_page() {
    let bench = Bench::new(quick()).await;
    let answer = bench.get("/").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (307, Some("/_sandbox")));
}

/// A file server on this machine that the sandbox's user never meant for strangers; says how often it was asked.
async fn private_server() -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/private.png", listener.local_addr().unwrap());
    let png = ideogram_sandbox::draw::example_image(64, 64).unwrap().png;
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        let read = stream.read(&mut head).await.unwrap();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", png.len());
        stream.write_all(&[answer.as_bytes(), &png].concat()).await.unwrap();
        read
    });
    (url, served)
}

#[tokio::test]
async fn a_foreign_page_reaches_nothing_on_this_machine_through_the_sandbox() {
    let bench = Bench::new(quick()).await;
    let (url, served) = private_server().await;
    let call = |origin: &'static str| {
        let target = format!("https://fal.run/{}", endpoint("remix"));
        let request = bench.client.post(bench.url("/api/fal/proxy")).header("x-fal-target-url", target);
        request.header("origin", origin).json(&json!({ "prompt": "a", "image_url": url }))
    };
    let refused = bench.send(call(FOREIGN)).await;
    assert_eq!(refused.json()["detail"][0]["type"], "file_download_error");
    assert!(!served.is_finished(), "nobody asked for it");
    let own = bench.send(call("http://localhost:3000")).await;
    assert_eq!(own.status, 200, "a page that is developed here may: {own:?}");
    assert!(served.await.unwrap() > 0);
}

#[tokio::test]
async fn an_upload_runs_no_script_beside_the_page() {
    let bench = Bench::new(quick()).await;
    let token = bench.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", &json!({})).await.json();
    let upload = bench.client.post(bench.url("/cdn/files/upload")).header("content-type", "text/html");
    let upload = upload.header("authorization", format!("Bearer {}", token["token"].as_str().unwrap()));
    let url =
        bench.send(upload.body("<script>alert(1)</script>")).await.json()["access_url"].as_str().unwrap().to_owned();
    let answer = bench.get(&url).await;
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
}

#[tokio::test]
async fn secrets_in_bodies_webhooks_and_queries_are_not_shown() {
    let bench = Bench::new(quick()).await;
    let hook = "http%3A%2F%2Fme%3Apass-word%40127.0.0.1%3A1%2Fhook%3Fid%3Dhook-secret";
    let path = format!("/queue/{}?fal_webhook={hook}&fal%5Fjwt%5Fnone=1", endpoint("generate"));
    let body = json!({ "prompt": "my key is id:very-secret", "note": { "api_key": "body-secret" } });
    let request = bench.client.post(bench.url(&path)).header("authorization", "Key id:very-secret").json(&body);
    assert_eq!(bench.send(request).await.status, 200);
    let seen = bench.get("/_sandbox/requests").await;
    for secret in ["very-secret", "body-secret", "hook-secret", "pass-word"] {
        let requests = seen.json()["requests"].to_string();
        assert!(!requests.contains(secret), "{secret}: {requests}");
    }
    assert!(!seen.json()["jobs"].to_string().contains("body-secret"));
}

use crate::{Bench, endpoint, quick};
use ideogram_sandbox::{Call, Fault, Rule, Service};
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn tls_is_trusted_by_its_own_authority_and_offers_http_2() {
    let bench = Bench::new(quick().tls(true)).await;
    assert!(bench.sandbox.url().starts_with("https://127.0.0.1:"));
    let url = bench.url(&format!("/run/{}", endpoint("generate")));
    let call = |client: &reqwest::Client| {
        client.post(&url).header("authorization", crate::KEY).json(&json!({ "prompt": "a" })).send()
    };
    let response = call(&bench.client).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
    assert!(call(&crate::client(None)).await.is_err(), "nobody else trusts it");
    bench.sandbox.set_faults(Rule::new([Call::Run], Fault::ResetAfter));
    assert!(call(&bench.client).await.is_err());
}

#[tokio::test]
async fn services_are_found_by_host_and_by_port() {
    let bench = Bench::new(quick().service_ports(true)).await;
    let id = endpoint("generate");
    let request = bench.client.post(bench.url(&format!("/{id}"))).header("host", "fal.run");
    let answer = bench.send(request.header("authorization", crate::KEY).json(&json!({ "prompt": "a" }))).await;
    assert!(answer.json()["seed"].is_number(), "{answer:?}");
    let services = bench.sandbox.service_urls();
    let queue = &services.iter().find(|(service, _)| *service == Service::Queue).unwrap().1;
    let request = bench.client.post(format!("{queue}/{id}")).header("authorization", crate::KEY);
    let answer = bench.send(request.json(&json!({ "prompt": "a" }))).await;
    assert_eq!(answer.json()["status"], "IN_QUEUE");
    // What it names is found on the one port and on the service's own.
    let request_id = answer.json()["request_id"].as_str().unwrap().to_owned();
    bench.until(&request_id, "COMPLETED").await;
    let own =
        bench.client.get(format!("{queue}/fal-ai/ideogram/requests/{request_id}")).header("authorization", crate::KEY);
    assert_eq!(bench.send(own).await.status, 200);
    let cdn = &services.iter().find(|(service, _)| *service == Service::Cdn).unwrap().1;
    let picture = bench.result(&request_id).await.json()["images"][0]["url"].as_str().unwrap().to_owned();
    let picture = picture.replace(&bench.sandbox.cdn_url(), cdn);
    let body = json!({ "prompt": "a", "image_url": picture });
    let remix = bench.post(&format!("/run/{}", endpoint("remix")), &body).await;
    assert_eq!(remix.status, 200, "a picture is an input under either address: {remix:?}");
}

#[tokio::test]
async fn the_proxy_stands_between_a_browser_and_the_key() {
    let bench = Bench::new(quick().keys("a:b")).await;
    let proxy = || bench.client.post(bench.url("/api/fal/proxy"));
    let call = |target: &str| proxy().header("x-fal-target-url", target).header("authorization", "Key a:b");
    let id = endpoint("generate");
    let answer = bench.send(call(&format!("https://queue.fal.run/{id}")).json(&json!({ "prompt": "a" }))).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("IN_QUEUE")));
    let answer = bench.send(call(&bench.url(&format!("/run/{id}"))).json(&json!({ "prompt": "a" }))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(bench.send(call("https://example.com/x")).await.status, 412);
    assert_eq!(bench.send(call(&bench.url("/_sandbox/requests"))).await.status, 412);
    assert_eq!(bench.send(proxy().header("authorization", "Key a:b")).await.status, 400);
    let without_key = proxy().header("x-fal-target-url", format!("https://fal.run/{id}"));
    assert_eq!(bench.send(without_key.json(&json!({ "prompt": "a" }))).await.status, 401, "a key is set");
}

#[tokio::test]
async fn programs_in_browsers_may_call_from_anywhere() {
    let bench = Bench::new(quick()).await;
    let url = bench.url(&format!("/run/{}", endpoint("generate")));
    let preflight = bench
        .client
        .request(reqwest::Method::OPTIONS, url)
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let answer = bench.send(preflight).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type"));
    let answer = bench.post(&format!("/run/{}", endpoint("generate")), &json!({ "prompt": "a" })).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn a_shutdown_lets_calls_end_and_waits_for_nothing_else() {
    // A run that is long enough to be met; and whatever is waited for in vain is waited for longer than this test has.
    let builder = quick().service_time(Duration::from_millis(500)).shutdown_grace(Duration::from_secs(3600));
    let bench = Bench::new(builder).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let stream = bench.request(reqwest::Method::GET, &format!("{}/requests/{id}/status/stream", crate::APP));
    let mut stream = stream.send().await.unwrap();
    stream.chunk().await.unwrap();
    let run =
        bench.request(reqwest::Method::POST, &format!("/run/{}", endpoint("generate"))).json(&json!({ "prompt": "a" }));
    let run = tokio::spawn(run.send());
    bench.until_running(2).await;
    let url = bench.sandbox.url().to_owned();
    let shutdown = tokio::time::timeout(Duration::from_secs(60), bench.sandbox.shutdown());
    shutdown.await.expect("nothing keeps it");
    assert_eq!(run.await.unwrap().unwrap().status(), 200, "the run under way came to its end");
    while stream.chunk().await.unwrap().is_some() {}
    assert!(bench.client.get(url).send().await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn the_page_is_one_file() {
    let bench = Bench::new(quick()).await;
    let page = bench.get("/_sandbox").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(!page.text.contains("https://"), "it loads nothing from elsewhere");
}

#[tokio::test]
async fn the_page_runs_its_own_script_and_no_other() {
    let bench = Bench::new(quick()).await;
    let policy = bench.get("/_sandbox").await.header("content-security-policy").unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let nothing = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert!(!policy.contains(nothing), "the page has a script and a style: {policy}");
}

#[tokio::test]
async fn a_picture_that_the_page_loads_is_nobodys_call() {
    let bench = Bench::new(quick()).await;
    let output = bench.post(&format!("/run/{}", endpoint("generate")), &json!({ "prompt": "a" })).await.json();
    let url = output["images"][0]["url"].as_str().unwrap().to_owned();
    let shown = url.replace("/cdn/", "/_sandbox/cdn/");
    assert_eq!(bench.bytes(&shown).await, bench.bytes(&url).await);
    assert_eq!(bench.post("/_sandbox/cdn/files/upload", &json!({})).await.status, 404, "it only shows");
    let seen = bench.get("/_sandbox/requests").await.json();
    let calls: Vec<_> = seen["requests"].as_array().unwrap().iter().map(|request| &request["call"]).collect();
    assert_eq!(calls, ["download", "run"]);
}

#[tokio::test]
async fn what_was_sent_is_kept_without_its_secrets() {
    let bench = Bench::new(quick()).await;
    let prompt = "ß".repeat(20_000);
    let request = bench
        .request(reqwest::Method::POST, &format!("/run/{}", endpoint("generate")))
        .header("cookie", "sweet-secret");
    bench.send(request.header("proxy-authorization", "Basic dull-secret").json(&json!({ "prompt": prompt }))).await;
    let seen = bench.get("/_sandbox/requests").await;
    assert!(!seen.text.contains("secret"), "{}", seen.text);
    let request = &seen.json()["requests"][0];
    assert_eq!(request["body_kept"], 16 * 1024);
    assert_eq!(request["body_bytes"], 40_000 + r#"{"prompt":""}"#.len());
}

#[tokio::test]
async fn a_client_that_says_nothing_is_not_waited_for_and_one_that_asked_may_listen() {
    let bench =
        Bench::new(quick().read_timeout(Duration::from_millis(60)).ping_interval(Duration::from_millis(10))).await;
    let authority = bench.sandbox.url().strip_prefix("http://").unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for said in [&b""[..], b"P", preface] {
        let mut stream = TcpStream::connect(authority).await.unwrap();
        stream.write_all(said).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
        read.await.expect("it ends in its own time").unwrap();
    }
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let path = format!("{}/requests/{id}/status/stream", crate::APP);
    let mut stream = bench.request(reqwest::Method::GET, &path).send().await.unwrap();
    let mut pings = 0;
    while pings < 30 {
        let chunk = stream.chunk().await.unwrap().expect("a stream may take longer");
        pings += String::from_utf8_lossy(&chunk).matches(": ping").count();
    }
}

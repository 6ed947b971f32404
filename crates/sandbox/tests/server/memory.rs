use crate::{Answer, Bench, endpoint, quick, slow};
use ideogram_sandbox::{Call, Fault, Rule};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const KIB: usize = 1024;

async fn bearer(bench: &Bench) -> String {
    let token = bench.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", &json!({})).await.json();
    format!("Bearer {}", token["token"].as_str().unwrap())
}

async fn send(bench: &Bench, method: Method, url: &str, bearer: &str, body: Vec<u8>) -> Answer {
    bench.send(bench.client.request(method, bench.url(url)).header("authorization", bearer).body(body)).await
}

async fn upload(bench: &Bench, bearer: &str, kib: usize) -> Answer {
    send(bench, Method::POST, "/cdn/files/upload", bearer, vec![7; kib * KIB]).await
}

/// Begins an upload in parts, sends one, and goes away; the URL to complete it at.
async fn abandon(bench: &Bench, bearer: &str, kib: usize) -> (String, Value) {
    let begun = send(bench, Method::POST, "/cdn/files/upload/multipart", bearer, Vec::new()).await.json();
    let parts = format!("{}/multipart/{}", begun["access_url"].as_str().unwrap(), begun["uploadId"].as_str().unwrap());
    let part = send(bench, Method::PUT, &format!("{parts}/1"), bearer, vec![7; kib * KIB]).await;
    assert_eq!(part.status, 200, "{part:?}");
    (parts, json!({ "parts": [part.json()] }))
}

#[tokio::test]
async fn abandoned_uploads_go_first_then_the_oldest_finished_files() {
    let bench = Bench::new(quick().memory(400 * KIB).max_requests(1usize)).await;
    let bearer = bearer(&bench).await;
    let first = upload(&bench, &bearer, 100).await.json()["access_url"].as_str().unwrap().to_owned();
    let mut abandoned = Vec::new();
    for _ in 0..20 {
        abandoned.push(abandon(&bench, &bearer, 100).await);
    }
    let complete = async |(parts, list): &(String, Value)| {
        let request = bench.client.post(format!("{parts}/complete")).header("authorization", &bearer);
        bench.send(request.json(list)).await.status.as_u16()
    };
    assert_eq!(complete(&abandoned[0]).await, 404, "it was dropped");
    assert_eq!(bench.get(&first).await.status, 200, "a finished file outlives them");
    assert_eq!(complete(&abandoned[19]).await, 200, "the latest is somebody's");
    let second = upload(&bench, &bearer, 250).await.json()["access_url"].as_str().unwrap().to_owned();
    assert_eq!(bench.get(&first).await.status, 404, "then the oldest file goes");
    assert_eq!(bench.get(&second).await.status, 200);
}

#[tokio::test]
async fn inputs_of_open_jobs_stay_and_what_does_not_fit_is_refused_with_a_line_in_the_log() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&lines);
    let builder = slow().memory(10_000usize).max_requests(1usize);
    let bench = Bench::new(builder.on_log(move |line| told.lock().unwrap().push(line.to_owned()))).await;
    let path = format!("/queue/{}", endpoint("generate"));
    let large = |number: usize| json!({ "prompt": format!("__hang__ {number}"), "other": "x".repeat(3000) });
    let mut ids = Vec::new();
    for number in 0..2 {
        ids.push(bench.submit(endpoint("generate"), &large(number)).await);
    }
    for number in 2..5 {
        let refused = bench.post(&path, &large(number)).await;
        assert_eq!(refused.status, 507, "{refused:?}");
    }
    assert_eq!(lines.lock().unwrap().len(), 1, "one line until there is room again: {lines:?}");
    for id in &ids {
        bench.cancel(id).await;
        bench.until(id, "COMPLETED").await;
    }
    for number in 5..9 {
        ids.push(bench.submit(endpoint("generate"), &large(number)).await);
        bench.cancel(&ids[ids.len() - 1]).await;
        bench.until(&ids[ids.len() - 1], "COMPLETED").await;
    }
    let last = ids.len() - 1;
    assert_eq!(bench.result(&ids[0]).await.status, 404, "the oldest has lost its result");
    assert_eq!(bench.result(&ids[last]).await.status, 499);
    assert!(bench.job(&ids[0]).await["input"].is_null() && bench.job(&ids[last]).await["input"].is_object());
}

#[tokio::test]
async fn a_body_that_stands_still_ends() {
    let bench = Bench::new(quick().read_timeout(Duration::from_millis(60))).await;
    let authority = bench.sandbox.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let head = format!(
        "POST /run/{} HTTP/1.1\r\nhost: {authority}\r\nauthorization: Key a:b\r\ncontent-length: 100\r\n\r\n{{",
        endpoint("generate")
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
    read.await.expect("it ends in its own time").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_run_that_hangs_ends_with_its_caller() {
    let bench = Bench::new(slow()).await;
    let run = |prompt: &str| {
        let request = bench.request(Method::POST, &format!("/run/{}", endpoint("generate")));
        request.json(&json!({ "prompt": prompt })).send()
    };
    let hanging = tokio::spawn(run("__hang__"));
    bench.until_running(1).await;
    hanging.abort();
    assert_eq!(run("a").await.unwrap().status(), 200, "its runner is free again");
    let jobs = bench.get("/_sandbox/requests").await.json()["jobs"].clone();
    assert_eq!(jobs[1]["status_code"], 499, "{jobs}");
}

/// Whether a file that was uploaded before is still there after a small upload, which makes room for itself.
async fn outlives(bench: &Bench, bearer: &str, file: &Answer) -> bool {
    assert_eq!(upload(bench, bearer, 1).await.status, 200);
    bench.get(file.json()["access_url"].as_str().unwrap()).await.status == 200
}

#[tokio::test]
async fn what_a_dropped_job_had_counts_no_more() {
    let bench = Bench::new(quick().memory(400 * KIB).max_requests(1usize).max_jobs(2usize)).await;
    let bearer = bearer(&bench).await;
    let file = upload(&bench, &bearer, 100).await;
    let large = json!({ "prompt": "a", "other": "x".repeat(50 * KIB) });
    for _ in 0..10 {
        assert_eq!(bench.post(&format!("/run/{}", endpoint("generate")), &large).await.status, 200);
    }
    assert!(outlives(&bench, &bearer, &file).await, "two jobs are kept, of ten");
}

#[tokio::test]
async fn what_was_forgotten_on_demand_counts_no_more() {
    let bench = Bench::new(quick().memory(400 * KIB).max_requests(1usize)).await;
    let bearer = bearer(&bench).await;
    let file = upload(&bench, &bearer, 100).await;
    let large = json!({ "prompt": "a", "other": "x".repeat(50 * KIB) });
    for _ in 0..10 {
        let answer = bench.post(&format!("/run/{}", endpoint("generate")), &large).await;
        let id = answer.header("x-fal-request-id").unwrap();
        let payloads = format!("/platform/v1/models/requests/{id}/payloads");
        assert_eq!(bench.send(bench.request(Method::DELETE, &payloads)).await.status, 204);
    }
    assert!(outlives(&bench, &bearer, &file).await);
}

#[tokio::test]
async fn an_answer_to_a_request_that_is_no_longer_recorded_counts_no_more() {
    let bench = Bench::new(quick().memory(400 * KIB).max_requests(1usize)).await;
    let bearer = bearer(&bench).await;
    let file = upload(&bench, &bearer, 100).await;
    let wait = Duration::from_millis(50);
    bench.sandbox.set_faults(Rule::new([Call::Site], Fault::Latency).with_latency(wait, Duration::ZERO));
    let document = format!("/site/api/openapi/queue/openapi.json?endpoint_id={}", endpoint("generate"));
    // All are recorded before the first is answered, and each pushes the one before out.
    let answers = futures_util::future::join_all((0..60).map(|_| bench.get(&document))).await;
    assert!(answers.iter().all(|answer| answer.text.len() > 8 * KIB));
    assert!(outlives(&bench, &bearer, &file).await);
}

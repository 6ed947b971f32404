//! A thousand jobs at once in one small process. Alone in its binary, so that the memory measured is this test's.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of a test may panic as the test itself may"
)]

use ideogram_sandbox::Sandbox;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const JOBS: usize = 1000;
const MIB: usize = 1024;

/// One call over a connection of its own; returns the body.
async fn call(authority: &str, method: &str, path: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nauthorization: Key a:b\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..answer.len().min(300)]));
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    answer.split_off(end + 4)
}

/// The most memory that this process ever held, in KiB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_jobs_are_followed_at_once_in_little_memory() {
    let builder = Sandbox::builder().runners(100usize).service_time(Duration::from_millis(20));
    let sandbox = Arc::new(builder.start().await.unwrap());
    let authority = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    let tasks: Vec<_> = (0..JOBS)
        .map(|number| {
            let authority = authority.clone();
            tokio::spawn(async move {
                let input = json!({ "prompt": format!("job {number}"), "seed": number }).to_string();
                let id = ideogram_schema::ENDPOINTS[0].id;
                let submitted = call(&authority, "POST", &format!("/queue/{id}"), &input).await;
                let submitted: Value = serde_json::from_slice(&submitted).unwrap();
                let path = |key: &str| submitted[key].as_str().unwrap().split_once(&authority).unwrap().1.to_owned();
                let events = call(&authority, "GET", &format!("{}/stream", path("status_url")), "").await;
                assert!(String::from_utf8_lossy(&events).contains("COMPLETED"));
                let result = call(&authority, "GET", &path("response_url"), "").await;
                let result: Value = serde_json::from_slice(&result).unwrap();
                assert_eq!(result["seed"], number);
                let url = result["images"][0]["url"].as_str().unwrap().to_owned();
                if number % 100 == 0 {
                    let png = call(&authority, "GET", url.split_once(&authority).unwrap().1, "").await;
                    assert!(png.starts_with(b"\x89PNG"));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let peak = peak();
    assert!(peak < 200 * MIB, "{} MiB at the peak", peak / MIB);
    println!("{} MiB at the peak", peak / MIB);
}

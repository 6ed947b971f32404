use crate::{APP, Bench, endpoint, quick, slow};
use ideogram_sandbox::{Call, Fault, Rule};
use reqwest::Method;
use serde_json::{Value, json};
use std::error::Error;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

fn run_path() -> String {
    format!("/run/{}", endpoint("generate"))
}

/// A run that must fail below HTTP; returns the error with its causes, and how many jobs were accepted.
async fn broken_run(bench: &Bench, fault: Fault) -> (String, u64) {
    bench.sandbox.set_faults(Rule::new([Call::Run], fault));
    let request = bench.request(Method::POST, &run_path()).json(&json!({ "prompt": "a" }));
    let outcome = match request.send().await {
        Ok(response) => response.bytes().await,
        Err(error) => Err(error),
    };
    let error = outcome.expect_err("the connection should have been broken");
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    let jobs = bench.get("/_sandbox/requests").await.json()["job_count"].as_u64().unwrap();
    (text, jobs)
}

#[tokio::test]
async fn connections_break_before_and_after_the_work() {
    for (fault, jobs, reset) in [
        (Fault::ResetBefore, 0, true),
        (Fault::ResetAfter, 1, true),
        (Fault::LostReply, 1, false),
        (Fault::CutHead, 1, false),
        (Fault::Truncate, 1, false),
    ] {
        let bench = Bench::new(quick()).await;
        let (error, accepted) = broken_run(&bench, fault).await;
        assert_eq!(accepted, jobs, "{fault:?}: {error}");
        assert_eq!(error.to_lowercase().contains("reset"), reset, "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn answers_come_from_the_ingress_or_from_the_service() {
    let bench = Bench::new(quick()).await;
    let rule = Rule::new([Call::Submit], Fault::IngressError).with_status(502).unwrap();
    bench.sandbox.set_faults(rule);
    let submit = async || bench.post(&format!("/queue/{}", endpoint("generate")), &json!({ "prompt": "a" })).await;
    let answer = submit().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (502, Some("text/html")));
    assert!(answer.text.contains("nginx") && answer.header("x-fal-request-id").is_none());

    for (fault, status, accepted) in
        [(Fault::AppError, 503, 0), (Fault::AppErrorAfter, 503, 1), (Fault::GatewayErrorAfter, 504, 2)]
    {
        bench.sandbox.set_faults(Rule::new([Call::Submit], fault));
        let answer = submit().await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert_eq!(answer.header("x-fal-request-id").is_some(), fault != Fault::GatewayErrorAfter, "{fault:?}");
        let jobs = bench.get("/_sandbox/requests").await.json()["job_count"].clone();
        assert_eq!(jobs, accepted, "{fault:?}");
    }

    let rule = Rule::new([Call::Submit], Fault::RateLimit).with_retry_after("3").with_times(1);
    bench.sandbox.set_faults(rule);
    let answer = submit().await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, Some("3")));
    assert_eq!(submit().await.status, 200, "it strikes once");
}

#[tokio::test]
async fn bodies_are_wrong_slow_or_stuck() {
    let bench = Bench::new(quick()).await;
    let run = async || bench.post(&run_path(), &json!({ "prompt": "a" })).await;
    bench.sandbox.set_faults(Rule::new([Call::Run], Fault::WrongJson));
    assert_eq!(run().await.json()["images"], "none");
    bench.sandbox.set_faults(Rule::new([Call::Run], Fault::Html));
    assert!(run().await.header("content-type").unwrap().starts_with("text/html"));

    let chunk = NonZeroUsize::new(50).unwrap();
    let rule = Rule::new([Call::Run], Fault::Drip).with_drip(chunk, Duration::from_millis(4));
    bench.sandbox.set_faults(rule);
    let since = Instant::now();
    let answer = run().await;
    assert!(answer.json()["seed"].is_number(), "all of it comes");
    assert!(since.elapsed() > Duration::from_millis(8), "but slowly");

    bench.sandbox.set_faults(Rule::new([Call::Run], Fault::Stall));
    let request = bench.request(Method::POST, &run_path()).json(&json!({ "prompt": "a" }));
    let mut response = request.send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    let more = tokio::time::timeout(Duration::from_millis(30), response.chunk()).await;
    assert!(more.is_err(), "the second half never comes");

    let rule = Rule::new([], Fault::Latency).with_latency(Duration::from_millis(20), Duration::ZERO);
    bench.sandbox.set_faults(rule);
    let since = Instant::now();
    assert_eq!(run().await.status, 200);
    assert!(since.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn results_vanish_and_urls_lead_elsewhere() {
    let bench = Bench::new(quick()).await;
    let rule = Rule::new([Call::Submit, Call::Status], Fault::ForeignUrls).with_url("https://elsewhere.example");
    bench.sandbox.set_faults(vec![rule, Rule::new([Call::Result], Fault::Expired)]);
    let answer = bench.post(&format!("/queue/{}", endpoint("generate")), &json!({ "prompt": "a" })).await.json();
    let id = answer["request_id"].as_str().unwrap();
    assert_eq!(answer["status_url"], format!("https://elsewhere.example{APP}/requests/{id}/status"));
    bench.until(id, "COMPLETED").await;
    assert_eq!(bench.result(id).await.status, 404);
}

#[tokio::test]
async fn the_control_endpoint_takes_what_a_file_takes() {
    let bench = Bench::new(quick()).await;
    let put = async |body: &str| bench.send(bench.request(Method::PUT, "/_sandbox/faults").body(body.to_owned())).await;
    let answer = put("[[rule]]\ncalls = [\"run\"]\nscript = [\"ok\", \"html\"]").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let run = async || bench.post(&run_path(), &json!({ "prompt": "a" })).await;
    assert!(run().await.json()["seed"].is_number());
    assert!(run().await.text.starts_with("<!doctype html>"));
    let state = bench.get("/_sandbox/faults").await.json();
    assert_eq!((&state["rules"][0]["calls"], &state["rules"][0]["injected"]), (&json!(2), &json!(1)));

    let as_json = json!({ "seed": 3, "rule": [{ "calls": ["run"], "fault": "rate-limit" }] });
    assert_eq!(put(&as_json.to_string()).await.status, 200);
    assert_eq!(run().await.status, 429);
    let wrong = put(r#"{"rule":[{"fault":"flood"}]}"#).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.json()["detail"].as_str().unwrap().contains("flood"));
    assert_eq!(run().await.status, 429, "a mistake changes nothing");
    bench.send(bench.request(Method::DELETE, "/_sandbox/faults")).await;
    assert_eq!(run().await.status, 200);
    let requests = bench.get("/_sandbox/requests?call=run").await.json();
    let faults: Vec<&Value> =
        requests["requests"].as_array().unwrap().iter().map(|request| &request["fault"]).collect();
    assert!(faults.contains(&&json!("rate-limit")) && faults.contains(&&json!("html")));
}

#[test]
fn the_documented_format_is_the_one_that_is_read() {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    // The published package has no such page; cargo puts this beside its manifest.
    if package.join("Cargo.toml.orig").exists() {
        return;
    }
    let page = std::fs::read_to_string(package.join("../../docs/SANDBOX.md")).unwrap();
    let example = page.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    assert_eq!(example.parse::<ideogram_sandbox::Faults>().unwrap().rules().len(), 2);
    for name in Call::ALL.iter().map(|call| call.name()).chain(Fault::ALL.iter().map(|fault| fault.name())) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[tokio::test]
async fn a_status_stream_is_cut_stuck_or_slow_before_its_end() {
    let bench = Bench::new(slow()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    bench.until(&id, "IN_PROGRESS").await;
    let follow = async |rule: Rule| {
        bench.sandbox.set_faults(rule);
        let request = bench.request(Method::GET, &format!("{APP}/requests/{id}/status/stream"));
        tokio::time::timeout(Duration::from_secs(5), request.send()).await.expect("the job never ends").unwrap()
    };
    let mut stream = follow(Rule::new([Call::Stream], Fault::Truncate)).await;
    let mut text = Vec::new();
    let end = loop {
        match stream.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            end => break end,
        }
    };
    let text = String::from_utf8(text).unwrap();
    assert!(end.is_err() && text.starts_with("data: {") && !text.contains("\n\n"), "{end:?} {text}");

    let mut stream = follow(Rule::new([Call::Stream], Fault::Stall)).await;
    assert!(stream.chunk().await.unwrap().unwrap().starts_with(b"data: {"));
    assert!(tokio::time::timeout(Duration::from_millis(30), stream.chunk()).await.is_err());

    let chunk = NonZeroUsize::new(50).unwrap();
    let mut stream = follow(Rule::new([Call::Stream], Fault::Drip).with_drip(chunk, Duration::from_millis(1))).await;
    let mut text = String::new();
    while !text.contains("\n\n") {
        let chunk = stream.chunk().await.unwrap().unwrap();
        assert!(chunk.len() <= 50, "{chunk:?}");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(text.starts_with("data: {") && text.len() > 50, "{text}");
}

#[tokio::test]
async fn what_has_expired_is_missing_in_the_words_of_its_service() {
    let bench = Bench::new(quick()).await;
    let output = bench.post(&run_path(), &json!({ "prompt": "a" })).await.json();
    bench.sandbox.set_faults(Rule::new([Call::Download, Call::Status], Fault::Expired));
    let file = bench.get(output["images"][0]["url"].as_str().unwrap()).await;
    assert_eq!((file.status.as_u16(), file.json()), (404, json!({ "detail": "Not Found" })));
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    let status = bench.get(&format!("{APP}/requests/{id}/status")).await;
    assert_eq!((status.status.as_u16(), status.json()), (404, json!({ "status": "NOT_FOUND" })));
}

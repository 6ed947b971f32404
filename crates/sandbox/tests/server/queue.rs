use crate::{APP, Bench, endpoint, quick, slow};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_job_goes_through_its_three_states() {
    let bench = Bench::new(slow()).await;
    let blocker = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let answer = bench.post(&format!("/queue/{}", endpoint("generate")), &json!({ "prompt": "a" })).await;
    let submitted = answer.json();
    let id = submitted["request_id"].as_str().unwrap();
    let base = format!("{}{APP}/requests/{id}", bench.sandbox.url());
    assert_eq!(answer.header("x-fal-request-id"), Some(id));
    assert_eq!(submitted["status"], "IN_QUEUE");
    assert_eq!(submitted["response_url"], base.as_str());
    assert_eq!(submitted["status_url"], format!("{base}/status"));
    assert_eq!(submitted["cancel_url"], format!("{base}/cancel"));
    assert!(submitted["gateway_request_id"].is_string());
    assert_eq!((&submitted["logs"], &submitted["metrics"]), (&Value::Null, &json!({})));

    let queued = bench.get(&format!("{APP}/requests/{id}/status")).await;
    assert_eq!((queued.status.as_u16(), &queued.json()["queue_position"]), (202, &json!(0)));
    assert_eq!(bench.result(id).await.status, 400, "there is no result yet");
    let running = bench.until(&blocker, "IN_PROGRESS").await;
    assert_eq!(running.status, 202);
    assert_eq!(running.json()["logs"].as_array().unwrap().len(), 1);
    let without = bench.get(&format!("{APP}/requests/{blocker}/status?logs=0")).await;
    assert_eq!(without.json()["logs"], Value::Null);

    assert_eq!(bench.cancel(&blocker).await.status, 202);
    let completed = bench.until(id, "COMPLETED").await;
    assert_eq!(completed.status, 200);
    assert!(completed.json()["metrics"]["inference_time"].is_number());
    assert!(completed.json().get("error").is_none());
    let lines = completed.json()["logs"].as_array().unwrap().clone();
    assert_eq!(lines.len(), 3);
    assert!(!lines[0]["timestamp"].as_str().unwrap().ends_with('Z'), "log times carry no zone");
    let result = bench.result(id).await;
    assert_eq!((result.status.as_u16(), result.header("x-fal-billable-units")), (200, Some("1")));
    assert_eq!(result.header("x-fal-request-id"), Some(id));
}

#[tokio::test]
async fn a_wrong_input_shows_at_the_result() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": 5 })).await;
    let completed = bench.until(&id, "COMPLETED").await.json();
    assert_eq!(completed["error"], "Invalid status code: 422");
    let result = bench.result(&id).await;
    assert_eq!((result.status.as_u16(), result.header("x-fal-billable-units")), (422, Some("0")));
    assert_eq!(result.json()["detail"][0]["type"], "string_type");

    let id = bench.submit("fal-ai/ideogram/v9/nothing", &json!({})).await;
    bench.until(&id, "COMPLETED").await;
    let result = bench.result(&id).await;
    assert_eq!((result.status.as_u16(), result.json()), (404, json!({ "detail": "Path /v9/nothing not found" })));
}

#[tokio::test]
async fn a_failure_around_the_model_shows_in_the_status() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "__runner_disconnected__" })).await;
    let completed = bench.until(&id, "COMPLETED").await.json();
    assert_eq!(completed["error_type"], "runner_disconnected");
    let result = bench.result(&id).await;
    assert_eq!((result.status.as_u16(), result.header("x-fal-error-type")), (503, Some("runner_disconnected")));
}

#[tokio::test]
async fn paths_mean_what_they_mean_on_fal() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("remix"), &json!({})).await;
    for (method, path, status, body) in [
        (Method::GET, format!("{APP}/requests/bogus/status"), 404, Some(json!({ "status": "NOT_FOUND" }))),
        (Method::GET, format!("{APP}/requests/bogus"), 404, Some(json!({ "status": "NOT_FOUND" }))),
        (Method::PUT, format!("{APP}/requests/bogus/cancel"), 404, Some(json!({ "status": "NOT_FOUND" }))),
        (Method::GET, format!("/queue/fal-ai/other/requests/{id}/status"), 404, None),
        (Method::GET, format!("/queue/{}/requests/{id}/status", endpoint("remix")), 405, None),
        (Method::PUT, format!("/queue/{}/requests/{id}/cancel", endpoint("remix")), 405, None),
        (Method::POST, format!("{APP}/requests/{id}/status"), 405, None),
        (Method::GET, format!("{APP}/requests/{id}/nothing"), 404, None),
        (Method::GET, format!("/queue/{}", endpoint("remix")), 405, None),
        (Method::POST, "/queue/fal-ai/nobody".to_owned(), 404, None),
    ] {
        let answer = bench.send(bench.request(method, &path)).await;
        assert_eq!(answer.status, status, "{path}");
        if let Some(body) = body {
            assert_eq!(answer.json(), body, "{path}");
        }
    }
    assert_eq!(bench.send(bench.client.get(bench.url(&format!("{APP}/requests/{id}")))).await.status, 401);
}

#[tokio::test]
async fn a_cancel_depends_on_where_the_job_stands() {
    let bench = Bench::new(slow()).await;
    let running = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let queued = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&running, "IN_PROGRESS").await;
    let answer = bench.cancel(&queued).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "status": "OK" })));
    let answer = bench.cancel(&running).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (202, json!({ "status": "CANCELLATION_REQUESTED" })));
    for id in [&queued, &running] {
        let completed = bench.until(id, "COMPLETED").await.json();
        assert_eq!(completed["error_type"], "client_cancelled");
        assert_eq!(bench.result(id).await.status, 499);
        let answer = bench.cancel(id).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (400, json!({ "status": "ALREADY_COMPLETED" })));
    }
}

#[tokio::test]
async fn a_model_may_ignore_a_cancel() {
    let bench = Bench::new(slow().ignore_cancel(true).service_time(Duration::from_millis(30))).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&id, "IN_PROGRESS").await;
    assert_eq!(bench.cancel(&id).await.status, 202);
    bench.until(&id, "COMPLETED").await;
    assert_eq!(bench.result(&id).await.status, 200);
}

#[tokio::test]
async fn the_line_has_two_priorities_and_a_length() {
    let bench = Bench::new(slow()).await;
    let blocker = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    bench.until(&blocker, "IN_PROGRESS").await;
    let path = format!("/queue/{}", endpoint("generate"));
    let low =
        bench.request(Method::POST, &path).header("x-fal-queue-priority", "low").json(&json!({ "prompt": "low" }));
    let low = bench.send(low).await.json()["request_id"].as_str().unwrap().to_owned();
    let normal = bench.submit(endpoint("generate"), &json!({ "prompt": "normal" })).await;
    let position =
        async |id: &str| bench.get(&format!("{APP}/requests/{id}/status")).await.json()["queue_position"].clone();
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!((position(&normal).await, position(&low).await), (json!(0), json!(1)));

    let full = bench.post(&format!("{path}?fal_max_queue_length=1"), &json!({ "prompt": "a" })).await;
    assert_eq!(full.status, 429);
    let fits = bench.post(&format!("{path}?fal_max_queue_length=2"), &json!({ "prompt": "__hang__" })).await;
    assert_eq!(fits.status, 200);
    let fits = fits.json()["request_id"].as_str().unwrap().to_owned();
    bench.cancel(&normal).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(position(&low).await, json!(1), "one of normal priority came meanwhile");
    bench.cancel(&blocker).await;
    bench.until(&fits, "IN_PROGRESS").await;
    let waiting = bench.get(&format!("{APP}/requests/{low}/status")).await.json();
    assert_eq!(waiting["status"], "IN_QUEUE", "normal priority goes first");
    bench.cancel(&fits).await;
    bench.until(&low, "COMPLETED").await;
}

#[tokio::test]
async fn a_job_that_does_not_start_in_time_is_completed_with_an_error() {
    let bench = Bench::new(slow()).await;
    let blocker = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let path = format!("/queue/{}", endpoint("generate"));
    let request = bench.request(Method::POST, &path).header("x-fal-request-start-timeout", "0.11");
    let id =
        bench.send(request.json(&json!({ "prompt": "a" }))).await.json()["request_id"].as_str().unwrap().to_owned();
    let completed = bench.until(&id, "COMPLETED").await.json();
    assert_eq!(
        (&completed["error"], &completed["error_type"]),
        (&json!("Request timed out"), &json!("request_timeout"))
    );
    let result = bench.result(&id).await;
    assert_eq!((result.status.as_u16(), result.header("x-fal-request-timeout-type")), (504, Some("user")));
    bench.cancel(&blocker).await;
}

#[tokio::test]
async fn results_expire_and_large_ones_sooner() {
    let bench = Bench::new(quick().large_result_ttl(Duration::ZERO)).await;
    let small = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    let large = bench.submit(endpoint("generate"), &json!({ "prompt": "a", "sync_mode": true })).await;
    bench.until(&small, "COMPLETED").await;
    let status = bench.until(&large, "COMPLETED").await;
    assert_eq!(status.status, 200, "the status is still known");
    assert_eq!(bench.result(&small).await.status, 200);
    assert_eq!(bench.result(&large).await.status, 404);

    let bench = Bench::new(quick().result_ttl(Duration::ZERO)).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&id, "COMPLETED").await;
    assert_eq!(bench.result(&id).await.status, 404);
}

#[tokio::test]
async fn a_thousand_jobs_fit_into_the_line_and_the_oldest_completed_make_room() {
    let bench = Bench::new(quick().runners(4usize).max_jobs(600usize)).await;
    let mut last = String::new();
    let first = bench.submit(endpoint("generate"), &json!({ "prompt": "first" })).await;
    for number in 0..1000 {
        last = bench.submit(endpoint("generate"), &json!({ "prompt": format!("job {number}") })).await;
    }
    bench.until(&last, "COMPLETED").await;
    assert_eq!(bench.result(&last).await.status, 200);
    assert_eq!(bench.result(&first).await.status, 404);
    assert_eq!(bench.get("/_sandbox/requests?limit=1").await.json()["job_count"], 600);
}

#[tokio::test]
async fn what_was_sent_can_be_counted_per_job() {
    let bench = Bench::new(quick()).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a" })).await;
    bench.until(&id, "COMPLETED").await;
    bench.result(&id).await;
    bench.result(&id).await;
    bench.cancel(&id).await;
    let job = bench.job(&id).await;
    let calls = &job["calls"];
    assert_eq!((&calls["submit"], &calls["result"], &calls["cancel"]), (&json!(1), &json!(2), &json!(1)));
    assert!(calls["status"].as_u64().unwrap() >= 1);
    assert_eq!(job["input"], json!({ "prompt": "a" }));
    let requests = bench.get(&format!("/_sandbox/requests?request_id={id}")).await;
    assert!(!requests.text.contains("secret"), "no key is shown");
    assert!(requests.json()["requests"].as_array().unwrap().iter().any(|request| request["call"] == "submit"));
}

#[tokio::test]
async fn an_unknown_application_is_named_alike_by_queue_and_run() {
    let bench = Bench::new(quick()).await;
    for service in ["queue", "run"] {
        let answer = bench.post(&format!("/{service}/fal-ai/schnell/dev"), &json!({ "prompt": "a" })).await;
        let expected = json!({ "detail": "Application \"schnell\" not found" });
        assert_eq!((answer.status.as_u16(), answer.json()), (404, expected), "{service}");
    }
    assert_eq!(bench.get("/_sandbox/requests").await.json()["job_count"], 0);
}

#[tokio::test]
async fn log_lines_of_some_jobs_are_bare() {
    let bench = Bench::new(quick()).await;
    let mut bare = 0;
    for seed in 0..20 {
        let id = bench.submit(endpoint("generate"), &json!({ "prompt": "a", "seed": seed })).await;
        let logs = bench.until(&id, "COMPLETED").await.json()["logs"].clone();
        for line in logs.as_array().unwrap() {
            assert!(line["message"].is_string() && line["timestamp"].is_string() && line["labels"].is_object());
            assert_eq!(line.get("level").is_some(), line.get("source").is_some(), "{line}");
        }
        bare += usize::from(logs[0].get("level").is_none());
    }
    assert!((3..=17).contains(&bare), "{bare} of 20");
}

#[tokio::test]
async fn a_webhook_that_is_no_url_is_refused() {
    let bench = Bench::new(quick()).await;
    for webhook in ["nonsense", "ftp%3A%2F%2Fa.example%2F", ""] {
        let path = format!("/queue/{}?fal_webhook={webhook}", endpoint("generate"));
        let answer = bench.post(&path, &json!({ "prompt": "a" })).await;
        assert_eq!(answer.status, 400, "{webhook:?}: {answer:?}");
        assert_eq!(answer.header("x-fal-error-type"), Some("bad_request"));
    }
}

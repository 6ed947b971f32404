use crate::{Bench, endpoint, quick};
use base64::Engine as _;
use ideogram_sandbox::{TRIGGERS, draw};
use ideogram_schema::{ENDPOINTS, FieldKind};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A picture of that size as a data URI.
pub(crate) fn png_uri(width: u32, height: u32) -> String {
    let png = draw::example_image(width, height).unwrap().png;
    format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png))
}

pub(crate) fn tiny_png_uri() -> String {
    png_uri(32, 24)
}

fn run_path(verb: &str) -> String {
    format!("/run/{}", endpoint(verb))
}

#[tokio::test]
async fn a_run_answers_with_a_picture_that_can_be_fetched() {
    let bench = Bench::new(quick()).await;
    let body = json!({ "prompt": "A fox reading a map", "aspect_ratio": "16:9", "seed": 3 });
    let answer = bench.post(&run_path("generate"), &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("x-fal-billable-units"), Some("1"));
    let output = answer.json();
    assert_eq!(output["seed"], 3);
    let image = &output["images"][0];
    assert_eq!(image["content_type"], "image/png");
    let png = bench.bytes(image["url"].as_str().unwrap()).await;
    let bitmap = draw::decode(&png, &draw::Limits::default()).unwrap();
    assert_eq!((bitmap.width(), bitmap.height()), (1280, 720));

    let again = bench.post(&run_path("generate"), &body).await.json();
    assert_ne!(again["images"][0]["url"], image["url"]);
    let same = bench.bytes(again["images"][0]["url"].as_str().unwrap()).await;
    assert_eq!(same, png, "the same input and seed give the same bytes");
}

#[tokio::test]
async fn sync_mode_answers_with_a_data_uri() {
    let bench = Bench::new(quick()).await;
    let answer = bench.post(&run_path("generate"), &json!({ "prompt": "a", "sync_mode": true })).await.json();
    let url = answer["images"][0]["url"].as_str().unwrap();
    let encoded = url.strip_prefix("data:image/png;base64,").unwrap();
    let png = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    assert_eq!(answer["images"][0]["file_size"], png.len());
    assert!(draw::decode(&png, &draw::Limits::default()).is_ok());
}

#[tokio::test]
async fn every_endpoint_of_the_table_runs_on_its_own_examples() {
    let bench = Bench::new(quick()).await;
    for info in ENDPOINTS {
        let fields = info.inputs.iter().filter(|field| field.required);
        let body: serde_json::Map<String, Value> = fields
            .map(|field| {
                let example = field.examples.first().map(|text| serde_json::from_str(text).unwrap());
                let example: Value = example.unwrap_or_else(|| json!("no example"));
                if matches!(field.kind, FieldKind::File(_)) {
                    assert!(example.as_str().unwrap().starts_with("https://"), "{}", field.name);
                }
                (field.name.to_owned(), example)
            })
            .collect();
        let answer = bench.post(&format!("/run/{}", info.id), &Value::Object(body)).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", info.id);
        let png = bench.bytes(answer.json()["images"][0]["url"].as_str().unwrap()).await;
        assert!(draw::decode(&png, &draw::Limits::default()).is_ok(), "{}", info.id);
    }
}

#[tokio::test]
async fn pictures_of_the_sandbox_are_inputs_too() {
    let bench = Bench::new(quick()).await;
    let first = bench.post(&run_path("generate"), &json!({ "prompt": "a", "seed": 1 })).await.json();
    let url = &first["images"][0]["url"];
    let remix = json!({ "prompt": "b", "image_url": url, "strength": 1.0, "seed": 1 });
    let strong = bench.post(&run_path("remix"), &remix).await.json();
    let mut weak = remix.clone();
    weak["strength"] = json!(0.01);
    let weak = bench.post(&run_path("remix"), &weak).await.json();
    let url = |output: &Value| output["images"][0]["url"].as_str().unwrap().to_owned();
    assert_ne!(bench.bytes(&url(&strong)).await, bench.bytes(&url(&weak)).await, "strength counts");
}

#[tokio::test]
async fn inputs_that_do_not_load_are_refused_by_their_kind() {
    let bench = Bench::new(quick()).await;
    let garbage = "data:image/png;base64,aGVsbG8=";
    let dead = bench.url("/cdn/files/b/0/x.png");
    let not_a_picture = bench.url("/_sandbox/triggers");
    for (url, kind) in [
        ("https://example.com/cat.png", "file_download_error"),
        ("ftp://127.0.0.1/cat.png", "file_download_error"),
        ("cat.png", "file_download_error"),
        (dead.as_str(), "file_download_error"),
        (garbage, "image_load_error"),
        (not_a_picture.as_str(), "image_load_error"),
        (png_uri(8, 8).as_str(), "image_too_small"),
    ] {
        let answer = bench.post(&run_path("remix"), &json!({ "prompt": "a", "image_url": url })).await;
        let detail = &answer.json()["detail"][0];
        assert_eq!(answer.status, 422, "{url}");
        assert_eq!((&detail["type"], &detail["loc"]), (&json!(kind), &json!(["body", "image_url"])), "{url}");
        assert_eq!(answer.header("x-fal-billable-units"), None, "the framework did not find this one");
    }
}

#[tokio::test]
async fn a_mask_must_have_the_size_of_its_image() {
    let bench = Bench::new(quick()).await;
    let body = json!({ "prompt": "a", "image_url": png_uri(64, 48), "mask_url": png_uri(48, 64) });
    let answer = bench.post(&run_path("edit"), &body).await;
    assert_eq!(answer.status, 422);
    let detail = &answer.json()["detail"][0];
    assert_eq!(detail["loc"], json!(["body", "mask_url"]));
    assert!(detail["msg"].as_str().unwrap().contains("(48x64)"), "{detail}");
}

#[tokio::test]
async fn callers_without_a_good_key_are_turned_away() {
    let bench = Bench::new(quick().keys("id:secret").balance(50_000)).await;
    let path = run_path("generate");
    for (value, text) in [
        (None, "Authentication is required to access this application"),
        (Some("Key secret"), "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."),
        (Some("Key id:other"), "No user found for Key ID and Secret"),
    ] {
        let mut request = bench.client.post(bench.url(&path)).json(&json!({ "prompt": "a" }));
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        let answer = bench.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.json()["detail"].as_str()), (401, Some(text)), "{value:?}");
    }
    assert_eq!(bench.post(&path, &json!({ "prompt": "a" })).await.status, 200);
    let broke = bench.post(&path, &json!({ "prompt": "a" })).await;
    assert_eq!(broke.status, 403, "the first picture took the last cent");
    assert!(broke.json()["detail"].as_str().unwrap().contains("Exhausted balance"));
    let queued = bench.post(&format!("/queue/{}", endpoint("generate")), &json!({ "prompt": "a" })).await;
    assert_eq!(queued.status, 403);
}

#[tokio::test]
async fn a_temporary_token_stands_for_a_key() {
    let bench = Bench::new(quick()).await;
    let body = json!({ "allowed_apps": ["ideogram"], "token_expiration": 120 });
    let token: String = serde_json::from_str(&bench.post("/rest/tokens/", &body).await.text).unwrap();
    let path = run_path("generate");
    let call = |token: &str| bench.client.post(bench.url(&format!("{path}?fal_jwt_token={token}")));
    assert_eq!(bench.send(call(&token).json(&json!({ "prompt": "a" }))).await.status, 200);
    assert_eq!(bench.send(call("other").json(&json!({ "prompt": "a" }))).await.status, 401);
}

#[tokio::test]
async fn each_trigger_fails_in_its_documented_way() {
    let bench = Bench::new(quick()).await;
    for trigger in TRIGGERS {
        let prompt = format!("A fox {} on a hill", trigger.prompt());
        let answer = bench.post(&run_path("generate"), &json!({ "prompt": prompt })).await;
        assert_eq!(answer.status, trigger.status, "{}", trigger.name);
        let detail = &answer.json()["detail"];
        match detail {
            Value::Array(details) => assert_eq!(details[0]["type"], trigger.name),
            _ => assert_eq!(detail, trigger.message),
        }
        let typed = answer.json().get("error_type").cloned();
        assert_eq!(answer.header("x-fal-error-type"), typed.as_ref().and_then(Value::as_str), "{}", trigger.name);
        let retry = answer.header("x-fal-needs-retry");
        assert_eq!(retry.is_some(), trigger.status >= 500, "{}", trigger.name);
    }
}

#[tokio::test]
async fn a_start_timeout_strikes_while_the_runner_is_busy() {
    let bench = Bench::new(quick().runners(1usize)).await;
    let id = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    for header in ["x-fal-request-timeout", "x-fal-request-start-timeout"] {
        let request = bench.request(Method::POST, &run_path("generate")).header(header, "0.11");
        let answer = bench.send(request.json(&json!({ "prompt": "a" }))).await;
        assert_eq!(answer.status, 504);
        assert_eq!(answer.header("x-fal-request-timeout-type"), Some("user"));
        assert_eq!(answer.header("x-fal-error-type"), Some("request_timeout"));
        assert_eq!(answer.json(), json!({ "detail": "Request timed out", "error_type": "request_timeout" }));
    }
    let request = bench.request(Method::POST, &run_path("generate")).header("x-fal-request-timeout", "soon");
    let answer = bench.send(request.json(&json!({ "prompt": "a" }))).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-fal-error-type")), (400, Some("bad_request")));
    bench.cancel(&id).await;
}

#[tokio::test]
async fn runs_beyond_the_concurrency_limit_are_refused() {
    let bench = Bench::new(quick().concurrency(1usize)).await;
    let held =
        tokio::spawn(bench.request(Method::POST, &run_path("generate")).json(&json!({ "prompt": "__hang__" })).send());
    bench.until_running(1).await;
    let answer = bench.post(&run_path("generate"), &json!({ "prompt": "a" })).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("x-fal-needs-retry"), Some("1"));
    assert_eq!(answer.json()["error_type"], "concurrent_requests_limit");
    held.abort();
    // The place is free as soon as the connection is gone.
    for attempt in 0.. {
        if bench.post(&run_path("generate"), &json!({ "prompt": "a" })).await.status == 200 {
            break;
        }
        assert!(attempt < 500);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_not_read() {
    let bench = Bench::new(quick().max_body_bytes(5_000_000usize)).await;
    let large = bench.post(&run_path("generate"), &json!({ "prompt": 1, "other": "a".repeat(4_900_000) })).await;
    assert_eq!(large.status, 422, "the bound is the only one");
    let answer = bench.post(&run_path("generate"), &json!({ "prompt": "a".repeat(5_000_000) })).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn a_flat_picture_is_of_the_right_size_and_nothing_is_drawn_for_it() {
    let bench = Bench::new(quick().flat(true)).await;
    let body = json!({ "prompt": "a", "aspect_ratio": "16:9" });
    let output = bench.post(&format!("/run/{}", endpoint("generate")), &body).await.json();
    let png = bench.bytes(output["images"][0]["url"].as_str().unwrap()).await;
    let picture = draw::decode(&png, &draw::Limits::default()).unwrap();
    assert_eq!((picture.width(), picture.height()), (1280, 720));
    assert!(png.len() < 40_000, "nothing is drawn: {} bytes", png.len());
}

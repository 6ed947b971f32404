use crate::{Bench, endpoint, quick};
use base64::Engine as _;
use serde_json::{Value, json};

/// What the vendor's framework answered to the same three schemas, captured; its two triggers are ours here.
const CAPTURED: &str = include_str!("validation-responses.json");

#[tokio::test]
async fn answers_are_those_of_the_framework() {
    let bench = Bench::new(quick()).await;
    let rows: Vec<Value> = serde_json::from_str(CAPTURED).unwrap();
    assert_eq!(rows.len(), 13);
    for mut row in rows {
        if row["request"]["prompt"] == "__boom__" {
            row["request"]["prompt"] = json!("__crash__");
        }
        let body = match &row["request"] {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let path = format!("/run/fal-ai/ideogram{}", row["path"].as_str().unwrap());
        let request = bench.request(reqwest::Method::POST, &path).header("content-type", "application/json").body(body);
        let answer = bench.send(request).await;
        assert_eq!(json!(answer.status.as_u16()), row["status"], "{row:#} {answer:?}");
        assert!(answer.header("x-fal-request-id").is_some());
        if answer.status == 200 {
            let (ours, theirs) = (answer.json(), &row["body"]);
            let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&ours), keys(theirs));
            assert_eq!(keys(&ours["images"][0]), keys(&theirs["images"][0]));
            if row["request"]["seed"] == "42" {
                assert_eq!(ours["seed"], 42, "text is taken for a number");
            }
            continue;
        }
        assert_eq!(answer.json(), row["body"], "{}", row["request"]);
        for (name, value) in row["headers"].as_object().unwrap() {
            assert_eq!(answer.header(name), value.as_str(), "{name} of {}", row["request"]);
        }
        for name in ["x-fal-billable-units", "vary"] {
            assert_eq!(
                answer.header(name).is_some(),
                row["headers"].get(name).is_some(),
                "{name} of {}",
                row["request"]
            );
        }
    }
}

/// What the framework answered to each body, over the wire: status, body and what is billed. (Within the crate the values that
/// are handed on are compared as well, and those of other endpoints.)
#[tokio::test]
async fn the_frameworks_answers_come_over_the_wire() {
    let bench = Bench::new(quick().flat(true)).await;
    let path = format!("/run/{}", endpoint("edit"));
    let mut count = 0;
    for line in include_str!("../bodies/edit.jsonl").lines() {
        // What stands behind may have numbers that serde cannot read.
        let head = line.split_once(",\"answer\":").or(line.split_once(",\"took\":")).unwrap().0.to_owned() + "}";
        let row: Value = serde_json::from_str(&head).unwrap();
        let body = match row["base64"].as_str() {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            None => row["body"].as_str().unwrap().as_bytes().to_vec(),
        };
        let content_type = row.get("type").map_or(Some("application/json"), Value::as_str);
        let mut request = bench.request(reqwest::Method::POST, &path).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = bench.send(request).await;
        if row["status"] == 200 {
            // The model refuses what leads to no picture.
            assert_ne!(answer.header("x-fal-billable-units"), Some("0"), "{line}");
        } else {
            assert_eq!(json!(answer.status.as_u16()), row["status"], "{line}");
            assert!(line.ends_with(&format!("\"answer\":{}}}", answer.text)), "{line}\n{}", answer.text);
            let units = (answer.status == 422).then_some("0");
            assert_eq!(answer.header("x-fal-billable-units"), units, "{line}");
        }
        count += 1;
    }
    assert!(count > 400, "{count}");
}

#[tokio::test]
async fn members_stand_in_the_order_of_the_framework() {
    let bench = Bench::new(quick()).await;
    let request = bench
        .request(reqwest::Method::POST, &format!("/run/{}", endpoint("generate")))
        .header("content-type", "application/json")
        .body(r#"{"zebra":1,"style":"x","alpha":{"y":2,"b":3}}"#);
    let expected = r#"{"detail":[{"type":"missing","loc":["body","prompt"],"msg":"Field required","input":{"zebra":1,"style":"x","alpha":{"y":2,"b":3}}},{"type":"literal_error","loc":["body","style"],"#;
    let text = bench.send(request).await.text;
    assert!(text.starts_with(expected), "{text}");
}

#[tokio::test]
async fn values_are_taken_as_the_framework_takes_them() {
    let bench = Bench::new(quick()).await;
    let path = format!("/run/{}", endpoint("remix"));
    let image = crate::run::tiny_png_uri();
    for (field, value) in [
        ("seed", json!(" 1_000 ")),
        ("seed", json!("7.0")),
        ("seed", json!(7.0)),
        ("seed", json!(true)),
        ("expand_prompt", json!("OFF")),
        ("expand_prompt", json!(1.0)),
        ("strength", json!("0.5")),
        ("strength", json!(true)),
        ("strength", json!(1)),
        ("strength", json!(0.01)),
    ] {
        let mut body = json!({ "prompt": "a", "image_url": image });
        body[field] = value.clone();
        let answer = bench.post(&path, &body).await;
        assert_eq!(answer.status, 200, "{field} = {value}: {answer:?}");
    }
    for (field, value, kind) in [
        ("seed", json!(1.5), "int_from_float"),
        ("seed", json!("1.5"), "int_parsing"),
        ("seed", json!([1]), "int_type"),
        ("seed", json!("__1"), "int_parsing"),
        ("expand_prompt", json!(2), "bool_parsing"),
        ("expand_prompt", json!(0.5), "bool_type"),
        ("expand_prompt", json!(null), "bool_type"),
        ("strength", json!("much"), "float_parsing"),
        ("strength", json!("inf"), "less_than_equal"),
        ("seed", json!(1e300), "int_parsing_size"),
        ("strength", json!({}), "float_type"),
        ("style", json!("AUTO"), "literal_error"),
        ("image_url", json!(null), "string_type"),
        ("prompt", json!(["a"]), "string_type"),
    ] {
        let mut body = json!({ "prompt": "a", "image_url": image });
        body[field] = value.clone();
        let answer = bench.post(&path, &body).await;
        assert_eq!(answer.status, 422, "{field} = {value}");
        let detail = &answer.json()["detail"][0];
        assert_eq!((&detail["type"], &detail["loc"]), (&json!(kind), &json!(["body", field])), "{field} = {value}");
        assert_eq!(detail["input"], value, "the value is repeated as it came");
    }
}

#[tokio::test]
async fn bodies_that_are_no_objects_are_told_apart() {
    let bench = Bench::new(quick()).await;
    let path = format!("/run/{}", endpoint("generate"));
    for (content_type, body, kind, loc) in [
        (Some("application/json"), "", "missing", json!(["body"])),
        (Some("application/json"), "null", "missing", json!(["body"])),
        (Some("application/json"), "[]", "model_attributes_type", json!(["body"])),
        (Some("text/plain"), "{\"prompt\":\"a\"}", "model_attributes_type", json!(["body"])),
        (Some("application/json"), "{\"prompt\": 1", "json_invalid", json!(["body", 12])),
        (None, "{\"prompt\": 1", "model_attributes_type", json!(["body"])),
    ] {
        let mut request = bench.request(reqwest::Method::POST, &path).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = bench.send(request).await;
        let detail = &answer.json()["detail"][0];
        assert_eq!(answer.status, 422);
        assert_eq!((&detail["type"], &detail["loc"]), (&json!(kind), &loc), "{content_type:?} {body}");
    }
}

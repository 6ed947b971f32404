use crate::{Bench, endpoint, quick};
use ideogram_schema::ENDPOINTS;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HISTORY: &str = "/platform/v1/models/requests/by-endpoint";

async fn run(bench: &Bench, body: &Value, headers: &[(&str, &str)]) -> String {
    let mut request = bench.request(Method::POST, &format!("/run/{}", endpoint("generate"))).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.send(request).await.header("x-fal-request-id").unwrap().to_owned()
}

#[tokio::test]
async fn the_history_has_every_request_and_its_payloads() {
    let bench = Bench::new(quick()).await;
    let input = json!({ "prompt": "a", "seed": 5 });
    let first = run(&bench, &input, &[]).await;
    let hidden = run(&bench, &input, &[("x-fal-store-io", "0")]).await;
    let wrong = run(&bench, &json!({}), &[]).await;
    let broken = run(&bench, &json!({ "prompt": "__crash__" }), &[]).await;
    let path = format!("{HISTORY}?endpoint_id={}&expand=payloads", endpoint("generate"));
    let list = bench.get(&path).await.json();
    let ids: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["request_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [broken.as_str(), &wrong, &hidden, &first], "the newest first");
    assert_eq!((&list["next_cursor"], &list["has_more"]), (&Value::Null, &json!(false)));
    let item = &list["items"][3];
    assert_eq!((&item["json_input"], &item["status_code"]), (&input, &json!(200)));
    assert_eq!(item["json_output"]["seed"], 5);
    assert!(item["duration"].is_number() && item["sent_at"].as_str().unwrap().ends_with('Z'));
    assert!(list["items"][2].get("json_input").is_none(), "the caller wanted nothing kept");

    for (status, expected) in [("success", 2), ("user_error", 1), ("error", 1)] {
        let list = bench.get(&format!("{path}&status={status}")).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), expected, "{status}");
    }
    let one = bench.get(&format!("{path}&request_id={wrong}")).await.json();
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let future = bench.get(&format!("{path}&start=2999-01-01T00:00:00Z")).await.json();
    assert!(future["items"].as_array().unwrap().is_empty());
    let bare = bench.get(&format!("{HISTORY}?endpoint_id={}", endpoint("generate"))).await.json();
    assert!(bare["items"][0].get("json_input").is_none(), "payloads come when asked for");

    let forgotten = format!("/platform/v1/models/requests/{first}/payloads");
    assert_eq!(bench.send(bench.request(Method::DELETE, &forgotten)).await.status, 204);
    let search =
        bench.get(&format!("/platform/v1/models/requests/search?request_id={first}&expand=payloads")).await.json();
    assert!(search["items"][0].get("json_input").is_none());
}

#[tokio::test]
async fn lists_come_in_pages() {
    let bench = Bench::new(quick()).await;
    for number in 0..5 {
        run(&bench, &json!({ "prompt": number.to_string() }), &[]).await;
    }
    let path = format!("{HISTORY}?endpoint_id={}&limit=2", endpoint("generate"));
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = bench.get(&format!("{path}&cursor={cursor}")).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["request_id"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
    for wrong in ["&limit=0", "&limit=101", "&cursor=x", "&status=fine", "&start=soon", "&sort_by=name"] {
        let path = format!("{HISTORY}?endpoint_id={}{wrong}", endpoint("generate"));
        assert_eq!(bench.get(&path).await.status, 422, "{wrong}");
    }
    assert_eq!(bench.get(HISTORY).await.status, 422, "an endpoint must be named");
    assert_eq!(bench.send(bench.client.get(bench.url(&path))).await.status, 401);
}

#[tokio::test]
async fn the_history_may_lag() {
    let bench = Bench::new(quick().history_lag(Duration::from_secs(3600))).await;
    run(&bench, &json!({ "prompt": "a" }), &[]).await;
    let list = bench.get(&format!("{HISTORY}?endpoint_id={}", endpoint("generate"))).await.json();
    assert!(list["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn prices_estimates_and_bills_agree() {
    let bench = Bench::new(quick()).await;
    let ids: Vec<&str> = ENDPOINTS.iter().map(|info| info.id).collect();
    let prices = bench.get(&format!("/platform/v1/models/pricing?endpoint_id={}", ids.join(","))).await.json();
    assert_eq!(prices["prices"].as_array().unwrap().len(), ids.len());
    let unit_price = prices["prices"][0]["unit_price"].as_f64().unwrap();
    let body = json!({ "estimate_type": "unit_price", "endpoints": { ids[0]: { "unit_quantity": 3 } } });
    let estimate = bench.post("/platform/v1/models/pricing/estimate", &body).await.json();
    assert!((estimate["total_cost"].as_f64().unwrap() - 3.0 * unit_price).abs() < 1e-9);
    assert_eq!(estimate["currency"], "USD");

    let paid = run(&bench, &json!({ "prompt": "a" }), &[]).await;
    let free = run(&bench, &json!({}), &[]).await;
    let events = bench.get(&format!("/platform/v1/models/billing-events?request_id={paid},{free}")).await.json();
    let events = events["billing_events"].as_array().unwrap();
    assert_eq!(events.len(), 1, "what made nothing costs nothing");
    assert_eq!((&events[0]["request_id"], events[0]["cost_total"].as_f64()), (&json!(paid), Some(unit_price)));
    assert_eq!(bench.get("/platform/v1/models/pricing?endpoint_id=nobody/nothing").await.status, 404);
}

#[tokio::test]
async fn models_and_documents_are_served() {
    let bench = Bench::new(quick()).await;
    let plain = bench.get("/platform/v1/models").await.json();
    assert_eq!(plain["models"].as_array().unwrap().len(), ENDPOINTS.len());
    assert!(plain["models"][0].get("openapi").is_none());
    for info in ENDPOINTS {
        let id = info.id;
        let expanded = bench.get(&format!("/platform/v1/models?endpoint_id={id}&expand=openapi-3.0")).await.json();
        let url = bench.url(&format!("/site/api/openapi/queue/openapi.json?endpoint_id={id}"));
        let document = bench.send(bench.client.get(url)).await;
        assert_eq!(document.status, 200, "no key is needed");
        assert_eq!(expanded["models"][0]["openapi"], document.json());
        assert_eq!(document.json()["info"]["x-fal-metadata"]["endpointId"], id);
    }
    assert_eq!(bench.get("/site/api/openapi/queue/openapi.json?endpoint_id=x").await.status, 404);
    assert!(bench.get("/platform/v1/meta").await.json()["webhook_ip_ranges"].is_array());
}

#[tokio::test]
async fn models_say_what_they_make() {
    let bench = Bench::new(quick()).await;
    let models = bench.get("/platform/v1/models").await.json();
    for model in models["models"].as_array().unwrap() {
        let category = model["metadata"]["category"].as_str().unwrap();
        assert!(["text-to-image", "image-to-image"].contains(&category), "{model}");
    }
}

#[tokio::test]
async fn usage_adds_up_by_endpoint_and_time() {
    let bench = Bench::new(quick()).await;
    for _ in 0..3 {
        run(&bench, &json!({ "prompt": "a" }), &[]).await;
    }
    run(&bench, &json!({}), &[]).await;
    let price = ENDPOINTS.iter().find(|info| info.verb == "generate").unwrap().price.unwrap();
    let usage = bench.get("/platform/v1/models/usage?expand=time_series,summary,auth_method").await.json();
    for line in [&usage["time_series"][0]["results"][0], &usage["summary"][0]] {
        assert_eq!(line["endpoint_id"], endpoint("generate"));
        assert_eq!(
            (&line["quantity"], &line["unit"], &line["currency"]),
            (&json!(3), &json!(price.unit), &json!("USD"))
        );
        let cost = line["unit_price"].as_f64().unwrap() * 3.0;
        assert!((line["cost"].as_f64().unwrap() - cost).abs() < 1e-9, "{line}");
        assert!(line["auth_method"].is_string());
    }
    assert!(usage["time_series"][0]["bucket"].as_str().unwrap().ends_with("T00:00:00Z"));
    let other = bench.get(&format!("/platform/v1/models/usage?endpoint_id={}", endpoint("edit"))).await.json();
    assert_eq!((&other["time_series"], other.get("summary")), (&json!([]), None));
    assert_eq!(bench.get("/platform/v1/models/usage?timeframe=year").await.status, 422);
}

#[tokio::test]
async fn the_history_begins_with_what_ended_last_and_the_search_with_what_was_sent_last() {
    let bench = Bench::new(quick()).await;
    let slow = bench.submit(endpoint("generate"), &json!({ "prompt": "__hang__" })).await;
    let first = run(&bench, &json!({ "prompt": "a" }), &[]).await;
    let second = run(&bench, &json!({ "prompt": "a" }), &[]).await;
    let ids = async |path: String| {
        let list = bench.get(&path).await.json();
        let items = list["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["request_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let history = || format!("{HISTORY}?endpoint_id={}", endpoint("generate"));
    assert_eq!(ids(history()).await, [&*slow, &second, &first], "it has not ended at all");
    bench.cancel(&slow).await;
    bench.until(&slow, "COMPLETED").await;
    let third = run(&bench, &json!({ "prompt": "a" }), &[]).await;
    assert_eq!(ids(history()).await, [&*third, &slow, &second, &first]);
    let search = ids("/platform/v1/models/requests/search".to_owned()).await;
    assert_eq!(search, [&*third, &second, &first, &slow]);
}

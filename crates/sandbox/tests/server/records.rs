use crate::{Bench, endpoint, quick};
use ideogram_sandbox::{Call, Fault, JobPhase, Rule, Service};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_test_sees_jobs_requests_and_charges_as_values() {
    let bench = Bench::new(quick()).await;
    let input = json!({ "prompt": "a", "seed": 5 });
    bench.sandbox.set_faults(Rule::new([Call::Run], Fault::LostReply).with_times(1));
    let run = bench.request(Method::POST, &format!("/run/{}", endpoint("generate"))).json(&input);
    assert!(run.send().await.is_err(), "the reply is lost");
    let id = bench.submit(endpoint("generate"), &json!({})).await;
    bench.until(&id, "COMPLETED").await;

    let jobs = bench.sandbox.jobs();
    assert_eq!(jobs.len(), 2);
    assert_eq!((jobs[0].service, jobs[0].phase, jobs[0].status_code), (Service::Run, JobPhase::Completed, Some(200)));
    assert_eq!((jobs[0].input.as_ref(), &jobs[0].output.as_ref().unwrap()["seed"]), (Some(&input), &json!(5)));
    assert_eq!((jobs[1].request_id.as_str(), jobs[1].status_code), (id.as_str(), Some(422)));
    assert_eq!(jobs[1].calls[&Call::Submit], 1);

    let requests = bench.sandbox.requests();
    assert_eq!((requests[0].call, requests[0].fault, requests[0].status), (Call::Run, Some(Fault::LostReply), None));
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&requests[0].body).unwrap(), input);
    assert_eq!((requests[1].call, requests[1].status), (Call::Submit, Some(200)));
    assert_eq!(requests[1].request_id.as_deref(), Some(id.as_str()));

    let charged = bench.sandbox.charged();
    assert_eq!(charged.len(), 1, "paid exactly once: {charged:?}");
    assert_eq!((charged[0].request_id.as_str(), charged[0].units), (jobs[0].request_id.as_str(), 1));
}

#[tokio::test]
async fn the_page_shows_the_words_of_a_request_that_has_a_file_in_it() {
    let bench = Bench::new(quick()).await;
    let image_url = format!("data:image/png;base64,{}", "A".repeat(100_000));
    let id = bench.submit(endpoint("remix"), &json!({ "prompt": "winter", "image_url": image_url })).await;
    let seen = bench.get(&format!("/_sandbox/requests?request_id={id}")).await.json();
    let input = &seen["jobs"][0]["input"];
    assert_eq!(input["prompt"], "winter");
    let shown = input["image_url"].as_str().unwrap();
    assert!(shown.len() < 600 && shown.ends_with("… (100022 bytes)"), "{shown}");
}

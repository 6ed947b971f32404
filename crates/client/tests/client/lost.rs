//! Lost replies: the request is found again, or nobody pretends that it was.

#![allow(clippy::unwrap_used, reason = "a test may")]

use ideogram_client::{Client, Found, Generate, GenerateInput, LostReply, RetryPolicy, Window};
use ideogram_sandbox::{Call, Fault, Rule, Sandbox};
use std::time::Duration;

/// A sandbox whose first submit meets the fault.
async fn sandbox(fault: Fault, lag: Duration) -> (Sandbox, Client) {
    let rule = Rule::new([Call::Submit], fault).with_times(1);
    let sandbox =
        Sandbox::builder().service_time(Duration::from_millis(5)).history_lag(lag).faults(rule).start().await.unwrap();
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    (sandbox, client)
}

fn input(seed: i64) -> GenerateInput {
    GenerateInput::new("A fox").with_seed(seed)
}

#[tokio::test]
async fn a_lost_reply_is_found_by_its_input_and_its_result_fetched() {
    for fault in [Fault::LostReply, Fault::ResetAfter, Fault::GatewayErrorAfter, Fault::AppErrorAfter] {
        let (sandbox, client) = sandbox(fault, Duration::ZERO).await;
        let error = client.submit(&input(7)).await.unwrap_err();
        assert!(error.may_have_been_accepted(), "{fault:?}: {error:?}");
        let window = error.sent_within().unwrap();
        let Found::Once(job) = client.find_submitted(&input(7), window).await.unwrap() else { panic!("{fault:?}") };
        assert_eq!(job.wait().await.unwrap().seed, 7);
        assert!(matches!(client.find_submitted(&input(8), window).await.unwrap(), Found::Nowhere));
        sandbox.shutdown().await;
    }
}

#[tokio::test]
async fn reconciling_goes_on_with_the_job_even_where_the_history_lags() {
    let (sandbox, client) = sandbox(Fault::LostReply, Duration::from_millis(80)).await;
    let patience = LostReply::look_up(Duration::from_secs(5));
    let response = client.subscribe(&input(7)).on_lost_reply(patience).await.unwrap();
    assert_eq!(response.seed, 7);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_was_not_accepted_is_not_found_and_the_error_stays() {
    let (sandbox, client) = sandbox(Fault::ResetBefore, Duration::ZERO).await;
    // Equal requests that went well are not the lost one.
    let patience = LostReply::look_up(Duration::from_millis(60));
    let error = client.submit(&input(7)).on_lost_reply(patience).await.unwrap_err();
    assert!(error.may_have_been_accepted());
    client.submit(&input(7)).await.unwrap();
    assert!(matches!(
        client.find_submitted(&input(7), Window::last(Duration::from_secs(60))).await.unwrap(),
        Found::Nowhere
    ));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn twins_and_requests_without_payload_leave_it_undecided() {
    let (sandbox, client) = sandbox(Fault::Ok, Duration::ZERO).await;
    let other = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    let ids = [other.submit(&input(7)).await.unwrap(), other.submit(&input(7)).await.unwrap()];
    let Found::Undecided(seen) = client.find_submitted(&input(7), Window::last(Duration::from_secs(60))).await.unwrap()
    else {
        panic!()
    };
    assert!(ids.iter().all(|job| seen.iter().any(|id| id == job.request_id())), "{seen:?}");
    sandbox.shutdown().await;

    let sandbox = Sandbox::builder().store_io(false).start().await.unwrap();
    let make = || Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    make().submit(&input(7)).await.unwrap();
    let found = make().find_submitted(&input(7), Window::last(Duration::from_secs(60))).await.unwrap();
    assert!(matches!(found, Found::Undecided(ids) if ids.len() == 1));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_expired_result_is_read_from_the_history_and_the_bill_and_the_price_are_told() {
    let sandbox =
        Sandbox::builder().service_time(Duration::from_millis(5)).result_ttl(Duration::ZERO).start().await.unwrap();
    // A result that is not there is looked at again in the first fifty base delays.
    let policy = RetryPolicy::default().with_base_delay(Duration::from_millis(1));
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).with_retry_policy(policy);
    let client = client.build().unwrap();
    let response = client.subscribe(&input(7)).await.unwrap();
    assert_eq!(response.seed, 7);
    let id = response.request_id().unwrap();
    assert_eq!(client.job::<Generate>(id).unwrap().recorded_result().await.unwrap().unwrap().seed, 7);
    assert!(client.job::<Generate>("other").unwrap().recorded_result().await.unwrap().is_none());
    let price = client.price::<Generate>().await.unwrap();
    assert_eq!((price.unit_price, price.currency.as_str()), (0.05, "USD"));
    let bill = client.billed(id).await.unwrap();
    assert_eq!(bill.iter().filter_map(|event| event.cost_total).collect::<Vec<_>>(), [0.05]);
    sandbox.shutdown().await;
}

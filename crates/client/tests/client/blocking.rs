//! The client for programs without an async runtime.

#![allow(clippy::unwrap_used, reason = "a test may")]

use ideogram_client::{Generate, GenerateInput, Update, blocking};
use ideogram_sandbox::Sandbox;
use std::time::Duration;
use tokio::runtime::Runtime;

fn client(runtime: &Runtime) -> (Sandbox, blocking::Client) {
    let sandbox = runtime.block_on(Sandbox::builder().service_time(Duration::from_millis(20)).start()).unwrap();
    let client = ideogram_client::Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    (sandbox, blocking::Client::new(client).unwrap())
}

#[test]
fn every_way_to_call_blocks_until_it_is_done() {
    let runtime = Runtime::new().unwrap();
    let (sandbox, client) = client(&runtime);
    let input = GenerateInput::new("A fox").with_seed(7);
    assert_eq!(client.run(&input).unwrap().seed, 7);
    let mut seen = 0;
    let response = client.subscribe_with(&input, |call| call.on_status(|_| seen += 1)).unwrap();
    assert!(client.image(response.images.first().unwrap()).bytes().unwrap().starts_with(b"\x89PNG"));
    drop(response);
    assert!(seen > 0);

    let job = client.submit(&input).unwrap();
    let updates: Vec<_> = job.updates().map(Result::unwrap).collect();
    assert!(matches!(updates.last(), Some(Update::Completed(_))), "{updates:?}");
    assert_eq!(client.job::<Generate>(job.request_id()).unwrap().result().unwrap().seed, 7);
    assert!((client.block_on(client.as_async().price::<Generate>()).unwrap().unit_price - 0.05).abs() < 1e-9);
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn inside_an_async_program_a_call_is_an_error_and_dropping_the_client_is_none() {
    let runtime = Runtime::new().unwrap();
    let (sandbox, client) = client(&runtime);
    runtime.block_on(async move {
        let error = client.run(&GenerateInput::new("A fox")).unwrap_err();
        assert!(error.is_configuration() && !error.may_have_been_accepted(), "{error}");
        drop(client);
    });
    runtime.block_on(sandbox.shutdown());
}

#[test]
fn on_a_thread_that_may_wait_a_call_works_also_in_an_async_program() {
    for runtime in
        [Runtime::new().unwrap(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()]
    {
        let (sandbox, client) = client(&runtime);
        let seed = runtime.block_on(async move {
            let call = move || {
                client.subscribe(&GenerateInput::new("A fox").with_seed(7)).map(|response| response.seed.clone())
            };
            tokio::task::spawn_blocking(call).await.unwrap()
        });
        assert_eq!(seed.unwrap(), 7);
        runtime.block_on(sandbox.shutdown());
    }
}

#[test]
fn an_async_task_is_refused_wherever_it_runs_and_keeps_its_budget() {
    let runtime = Runtime::new().unwrap();
    let (sandbox, client) = client(&runtime);
    let inside = runtime.block_on(async move {
        let task = async move {
            let left =
                (0..200).all(|_| client.run(&GenerateInput::new("A fox")).is_err_and(|error| error.is_configuration()));
            left && tokio::task::coop::has_budget_remaining()
        };
        tokio::spawn(task).await.unwrap()
    });
    assert!(inside);
    runtime.block_on(sandbox.shutdown());
}

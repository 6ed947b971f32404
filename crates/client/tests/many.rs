//! Many jobs of one client at once.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use futures_util::future::join_all;
use ideogram_client::{Client, GenerateInput};
use std::sync::atomic::Ordering;
use support::queue_server::QueueServer;

/// Follows that many jobs of 100 to 300 ms at once; every one of them must succeed and be submitted once.
async fn follow(server: &QueueServer, client: &Client, jobs: usize) {
    let outcomes = join_all((0..jobs).map(|index| async move {
        let input = GenerateInput::new((100 + index * 200 / jobs).to_string());
        client.subscribe(&input).await
    }))
    .await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().seed, 7);
    }
    assert_eq!(server.jobs(), jobs);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_http_1_many_jobs_share_a_bounded_number_of_connections() {
    let server = QueueServer::start().await;
    let client = Client::builder().with_key("a:b").with_base_url(&server.url).build().unwrap();
    follow(&server, &client, 300).await;
    let connections = server.most_open.load(Ordering::SeqCst);
    assert!((32..=128).contains(&connections), "{connections} connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_http_2_many_jobs_are_streams_over_few_connections() {
    let server = QueueServer::start().await;
    let client = Client::builder()
        .with_key("a:b")
        .with_base_url(&server.url)
        .with_http(reqwest::ClientBuilder::http2_prior_knowledge)
        .build()
        .unwrap();
    follow(&server, &client, 300).await;
    let connections = server.most_open.load(Ordering::SeqCst);
    assert!((2..=16).contains(&connections), "{connections} connections");
    let requests = server.requests.load(Ordering::SeqCst);
    assert!(requests < 300 * 4, "{requests} requests: three a job, and few polls");
}

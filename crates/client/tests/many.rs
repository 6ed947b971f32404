//! Many jobs of one client at once.

#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "client/support/mod.rs"]
mod support;

use futures_util::future::join_all;
use ideogram_client::{Client, GenerateInput, Job};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::queue_server::QueueServer;

/// Follows that many jobs at once, which take from `shortest` to 200 ms more; every one of them must succeed and be submitted once.
async fn follow(server: &QueueServer, client: &Client, jobs: usize, shortest: usize) {
    let outcomes = join_all((0..jobs).map(|index| async move {
        let input = GenerateInput::new((shortest + index * 200 / jobs).to_string());
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
    follow(&server, &client, 300, 100).await;
    let connections = server.most_open.load(Ordering::SeqCst);
    // At once 64 streams, 12 short requests and 20 polls, and as many connections that are idle or on their way.
    assert!(connections <= 2 * (64 + 12 + 20), "{connections} connections");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_http_1_polls_begin_when_the_first_of_many_jobs_has_ended() {
    let server = QueueServer::start().await;
    let client = Client::builder().with_key("a:b").with_base_url(&server.url).build().unwrap();
    let begun = Instant::now();
    follow(&server, &client, 300, 700).await;
    let (took, requests) = (begun.elapsed(), server.requests.load(Ordering::SeqCst));
    assert!(requests < 300 * 5, "{requests} requests: submit, result, and a stream or some two polls");
    assert!(
        took < Duration::from_millis(1_700),
        "{took:?}: nobody waits for the two seconds of a job that knows nothing"
    );
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
    follow(&server, &client, 300, 100).await;
    let connections = server.most_open.load(Ordering::SeqCst);
    assert!(connections <= 16, "{connections} connections");
    let requests = server.requests.load(Ordering::SeqCst);
    assert!(requests < 300 * 4, "{requests} requests: three a job, and few polls");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_that_carried_many_jobs_is_made_up_for_without_a_burst() {
    let server = QueueServer::start().await;
    let client = Client::builder()
        .with_key("a:b")
        .with_base_url(&server.url)
        .with_http(reqwest::ClientBuilder::http2_prior_knowledge)
        .build()
        .unwrap();
    let jobs = 100;
    let submitted = join_all((0..jobs).map(|_| async {
        let input = GenerateInput::new("700");
        client.submit(&input).await.unwrap()
    }))
    .await;
    let following = join_all(submitted.iter().map(Job::wait));
    let broken = async {
        while server.requests.load(Ordering::SeqCst) < 2 * jobs {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.kill_connections();
        Instant::now()
    };
    let (outcomes, broken) = futures_util::future::join(following, broken).await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().seed, 7);
    }
    assert_eq!(server.jobs(), jobs);
    let times = server.times.lock().unwrap().clone();
    let soon = times.iter().filter(|time| (broken..broken + Duration::from_millis(100)).contains(time)).count();
    assert!(soon <= jobs / 2, "{soon} of {jobs} jobs came back within 100 ms");
}

//! What HTTP/2 has a peer say about a request that it did not process, and what becomes of a paid one then.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::redundant_closure_for_method_calls,
    reason = "a test may"
)]

use crate::support;

use ideogram_client::{Client, Error, ErrorKind, GenerateInput, Job, Output, RequestState, RetryPolicy};
use std::io::ErrorKind as Io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::queue::accepted;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

/// What the server says to the requests that it does not answer.
#[derive(Clone, Copy, Debug)]
enum No {
    Reset(u32),
    /// With the last stream that was processed: those before this one, or this one too.
    GoAway {
        code: u32,
        processed: bool,
    },
}

/// A server on a raw socket that says no to so many submits, and accepts the rest; gives its URL and what counts the
/// submits that it was sent.
async fn server(no: No, times: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::<AtomicUsize>::default();
    let counter = seen.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let counter = counter.clone();
            tokio::spawn(async move { serve(socket, no, times, &counter).await });
        }
    });
    (url, seen)
}

async fn serve(mut socket: TcpStream, no: No, times: usize, seen: &AtomicUsize) -> std::io::Result<()> {
    let mut preface = [0; 24];
    socket.read_exact(&mut preface).await?;
    socket.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    loop {
        let mut head = [0; 9];
        match socket.read_exact(&mut head).await {
            Err(error) if error.kind() == Io::UnexpectedEof => return Ok(()),
            read => read?,
        };
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        socket.read_exact(&mut payload).await?;
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        if kind == SETTINGS && flags & ACK == 0 {
            socket.write_all(&frame(SETTINGS, ACK, 0, &[])).await?;
        }
        if !matches!(kind, DATA | HEADERS) || flags & END_STREAM == 0 {
            continue;
        }
        if seen.fetch_add(1, Ordering::SeqCst) >= times {
            // 0x88 is `:status: 200`.
            socket.write_all(&frame(HEADERS, END_HEADERS, stream, &[0x88])).await?;
            socket.write_all(&frame(DATA, END_STREAM, stream, accepted().to_string().as_bytes())).await?;
            continue;
        }
        match no {
            No::Reset(code) => socket.write_all(&frame(RST_STREAM, 0, stream, &code.to_be_bytes())).await?,
            No::GoAway { code, processed } => {
                let last = if processed { stream } else { stream.saturating_sub(2) };
                let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
                return socket.write_all(&frame(GOAWAY, 0, 0, &payload)).await;
            }
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A client that speaks HTTP/2 from the first byte. That its HTTP client is told to repeat everything must not matter.
async fn submit(url: &str, attempts: u32) -> Result<Job<Output>, Error> {
    let policy = RetryPolicy::default().with_max_attempts(attempts).with_base_delay(Duration::from_millis(2));
    let repeat = || {
        let policy = reqwest::retry::for_host("127.0.0.1").max_retries_per_request(9);
        policy.classify_fn(|request| request.retryable())
    };
    let client = Client::builder()
        .with_key("id:secret")
        .with_base_url(url)
        .with_retry_policy(policy)
        .with_http(move |http| http.http2_prior_knowledge().retry(repeat()))
        .build()
        .unwrap();
    client.submit(&GenerateInput::new("A fox")).await
}

/// What a peer says that did certainly not process the request.
const UNPROCESSED: [No; 3] = [
    No::Reset(REFUSED_STREAM),
    No::GoAway { code: NO_ERROR, processed: false },
    No::GoAway { code: ENHANCE_YOUR_CALM, processed: false },
];

#[tokio::test]
async fn a_paid_request_that_the_peer_did_not_process_is_sent_again() {
    for no in UNPROCESSED {
        let (url, seen) = server(no, 1).await;
        submit(&url, 3).await.unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), 2, "{no:?}");
    }
}

#[tokio::test]
async fn every_attempt_that_leaves_this_machine_is_one_of_the_policys() {
    for no in UNPROCESSED {
        for attempts in [1, 3] {
            let (url, seen) = server(no, 99).await;
            let error = submit(&url, attempts).await.unwrap_err();
            assert_eq!(error.attempts(), attempts, "{no:?}: {error:?}");
            assert_eq!(seen.load(Ordering::SeqCst), usize::try_from(attempts).unwrap(), "{no:?}");
            assert_eq!(error.state(), Some(RequestState::Refused), "{no:?}: {error:?}");
            assert!(error.is_retryable() && error.kind() == ErrorKind::Transport, "{no:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_paid_request_that_the_peer_may_have_processed_is_not_sent_again() {
    let processed = |code| No::GoAway { code, processed: true };
    for no in [
        No::Reset(CANCEL),
        No::Reset(INTERNAL_ERROR),
        No::Reset(NO_ERROR),
        processed(NO_ERROR),
        processed(ENHANCE_YOUR_CALM),
    ] {
        let (url, seen) = server(no, 1).await;
        let error = submit(&url, 3).await.unwrap_err();
        assert_eq!((seen.load(Ordering::SeqCst), error.attempts()), (1, 1), "{no:?}: {error:?}");
        assert_eq!(error.state(), Some(RequestState::Unknown), "{no:?}: {error:?}");
        assert!(error.sent_within().is_some(), "{no:?}");
    }
}

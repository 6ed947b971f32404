//! No duration that a caller sets, and none that a server asks for, makes a call panic or go round without a pause.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use crate::support;

use ideogram_client::{CallOptions, Generate, GenerateInput, LostReply, PollPolicy, RetryPolicy, Window};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use support::queue::{ID, STATUS, STREAM, SUBMIT, accepted, completed, in_progress, output};
use support::{Stub, answer, end, event, json, stream};

const BOUND: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);

/// A queue whose stream says only that the job has begun, and whose status says once that it goes on.
async fn queue() -> Stub {
    let polls = AtomicUsize::new(0);
    Stub::start(move |request| match request.line().as_str() {
        SUBMIT => json(200, accepted()),
        STREAM => stream([event(in_progress()), end()]),
        STATUS if polls.fetch_add(1, Ordering::SeqCst) == 0 => json(202, in_progress()),
        STATUS => json(200, completed()),
        _ => json(200, output()),
    })
    .await
}

#[tokio::test]
async fn every_setting_takes_the_longest_and_the_shortest_duration() {
    for extreme in [Duration::MAX, Duration::ZERO] {
        let retry = RetryPolicy::default()
            .with_max_attempts(2)
            .with_base_delay(extreme)
            .with_max_delay(extreme)
            .with_max_retry_after(extreme);
        for setting in 0..8 {
            let stub = queue().await;
            let builder = stub.builder();
            let client = match setting {
                0 => builder.with_deadline(extreme),
                1 => builder.with_connect_timeout(extreme),
                2 => builder.with_answer_timeout(extreme),
                3 => builder.with_result_timeout(extreme),
                4 => builder.with_stream_silence(extreme),
                5 => builder.with_stream_check(extreme),
                6 => builder.with_retry_policy(retry),
                _ => builder,
            };
            let client = client.build().unwrap();
            let input = GenerateInput::new("A fox");
            let call = async {
                let polls = [PollPolicy::fixed(extreme), PollPolicy::backoff(extreme, extreme)];
                let polls = if setting == 7 && extreme.is_zero() { polls } else { [PollPolicy::default(); 2] };
                for policy in polls {
                    let call = client.subscribe(&input).with_poll_policy(policy).with_deadline(Duration::from_secs(1));
                    drop(call.on_lost_reply(LostReply::look_up(extreme.min(Duration::from_millis(1)))).await);
                }
                drop(client.run(&input).with_deadline(extreme).await);
                drop(client.subscribe(&input).with_deadline(extreme.min(Duration::from_secs(1))).await);
                let options = CallOptions::new().with_start_timeout(extreme);
                drop(client.run(&input).with_options(options).with_deadline(Duration::from_secs(1)).await);
                let window = Window::last(extreme);
                assert!(window.begin() <= window.end());
                // What fails is tried again, after as long a wait as was asked for.
                drop(tokio::time::timeout(SHORT, client.find_submitted(&input, window)).await);
            };
            tokio::time::timeout(BOUND, call)
                .await
                .unwrap_or_else(|_| panic!("setting {setting} to {extreme:?} hangs"));
        }
    }
}

#[tokio::test]
async fn a_server_may_ask_for_any_wait() {
    for asked in ["18446744073709551615", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let stub = Stub::start(move |_| answer(429, &[("retry-after", asked)], "{}")).await;
        for longest in [Duration::from_secs(60), Duration::MAX] {
            let policy = RetryPolicy::default().with_max_retry_after(longest);
            let client = stub.builder().with_retry_policy(policy).build().unwrap();
            let input = GenerateInput::new("A fox");
            let run = client.run(&input).with_deadline(Duration::from_millis(50));
            assert!(!run.await.unwrap_err().is_job_failure());
            let job = client.job::<Generate>(ID).unwrap();
            drop(tokio::time::timeout(Duration::from_millis(50), job.wait()).await);
        }
    }
}

#[test]
fn a_window_never_ends_before_it_begins() {
    let (early, late) = (SystemTime::UNIX_EPOCH, SystemTime::now());
    assert_eq!(Window::new(late, early), Window::new(late, late));
    assert!(Window::last(Duration::MAX).begin() <= Window::last(Duration::ZERO).begin());
}

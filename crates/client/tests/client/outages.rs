//! Outages: each fault of the table, in each call, for one answer, for 3, 10 and 1000 base delays, and for ever. What comes of
//! the call, what the error says of the paid request, how often it was paid, and what was delivered.
//!
//! A base delay is five milliseconds here, so 1000 of them are five seconds; by default they are more than three minutes. That
//! the real durations follow from the same functions is shown where those are (`job/outage.rs`, `wire/retry.rs`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use crate::support;

use futures_util::{StreamExt, stream};
use ideogram_client::{Client, Error, ErrorKind, File, Generate, GenerateInput, RequestState, RetryPolicy};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use support::faults::{FAULTS, Fault, Outcome};
use support::queue::{CANCEL, ID, RESULT, STATUS, STREAM, SUBMIT, accepted, completed, output};
use support::{Stub, answer, end, event, json};

const HISTORY: &str = "GET /platform/v1/models/requests/by-endpoint";
const TOKEN: &str = "POST /rest/storage/auth/token";
const UPLOAD: &str = "POST /cdn/files/upload";
const DOWNLOAD: &str = "GET /cdn/a.png";

const BASE_DELAY: Duration = Duration::from_millis(5);
/// As many attempts as by default.
const ATTEMPTS: usize = 6;
/// What an answer that never comes is waited for; the longest outage is longer than six of them.
const STALL: Duration = Duration::from_millis(600);
/// What any other answer may take, on a busy machine too.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a call may take whose trouble ends.
const LONG: Duration = Duration::from_secs(30);
/// And one whose trouble does not.
const SHORT: Duration = Duration::from_millis(4500);
/// Cases at once.
const AT_ONCE: usize = 32;

/// How long a fault lasts, from the first request that meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lasting {
    OneAnswer,
    BaseDelays(u32),
    ForEver,
}
use Lasting::{BaseDelays, ForEver, OneAnswer};

const LASTING: [Lasting; 5] = [OneAnswer, BaseDelays(3), BaseDelays(10), BaseDelays(1000), ForEver];

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// With what it was for.
    Delivered,
    /// With an error that says this of the paid request.
    In(RequestState),
    /// With an error that is about no paid request.
    Failed,
}
use End::{Delivered, Failed, In};

/// A call that is repeated by the retry policy: over what time may heal, six times in all.
fn repeated(fault: &Fault, lasting: Lasting, given_up: End) -> (End, Option<usize>) {
    match fault.reading {
        Outcome::Healed if lasting == OneAnswer => (Delivered, Some(2)),
        Outcome::Healed if lasting <= BaseDelays(10) => (Delivered, None),
        Outcome::Healed => (given_up, Some(ATTEMPTS)),
        _ => (given_up, Some(1)),
    }
}

/// A question about a job that is followed: asked again until something is known, at most until the deadline.
fn asked_again(fault: &Fault, lasting: Lasting) -> (End, Option<usize>) {
    match fault.name {
        // The key is refused, and the job goes on.
        "401" | "403, exhausted" => (In(RequestState::Accepted), Some(1)),
        // Longer than the call may take.
        "429, Retry-After: an hour" => (In(RequestState::Accepted), None),
        _ if lasting == ForEver => (In(RequestState::Accepted), None),
        _ if lasting == OneAnswer => (Delivered, Some(2)),
        _ => (Delivered, None),
    }
}

/// What comes of a call, and how often its request is sent where that is certain.
fn expected(line: &str, fault: &Fault, lasting: Lasting) -> (End, Option<usize>) {
    match (line, fault.name) {
        (SUBMIT, _) => match fault.paid {
            Outcome::Healed if lasting <= BaseDelays(10) => (Delivered, None),
            Outcome::Healed => (In(RequestState::Refused), Some(ATTEMPTS)),
            Outcome::Refused => (In(RequestState::Refused), Some(1)),
            // Whatever comes after it: it is not sent again.
            Outcome::InDoubt => (In(RequestState::Unknown), Some(1)),
        },
        // The model itself says that it failed.
        (RESULT, "422") => (In(RequestState::Failed), Some(1)),
        // Without a stream polling is the way; and the history has a job that the queue does not know.
        (STREAM, _) | (STATUS | RESULT, "404") => (Delivered, None),
        // The history says no, so nothing is known of the job.
        (HISTORY, "404" | "422" | "redirect" | "429, told not to") => (In(RequestState::Accepted), None),
        (HISTORY, name) if fault.reading == Outcome::Healed => match (lasting, name) {
            (ForEver, _) => (In(RequestState::Accepted), None),
            _ => (Delivered, None),
        },
        (STATUS | RESULT | HISTORY, _) => asked_again(fault, lasting),
        (DOWNLOAD, _) => repeated(fault, lasting, In(RequestState::Answered)),
        // A refused token is fetched anew, once. Whether that takes longer than a short outage is chance.
        (UPLOAD, "401") if lasting == OneAnswer => (Delivered, Some(2)),
        (UPLOAD, "401") => (Failed, Some(2)),
        (CANCEL | UPLOAD, _) => repeated(fault, lasting, Failed),
        _ => panic!("{line}"),
    }
}

/// A service in which one call meets a fault for as long as that lasts, and the paid requests that it has accepted.
async fn service(fault: &'static Fault, line: &'static str, lasting: Lasting) -> (Stub, Arc<AtomicUsize>) {
    let (met, begun, paid) = (AtomicUsize::new(0), OnceLock::new(), Arc::new(AtomicUsize::new(0)));
    let jobs = paid.clone();
    let stub = Stub::start(move |request| {
        let here = request.line();
        let right = match here.as_str() {
            // The history is asked for what the queue has forgotten.
            STATUS | STREAM | RESULT if line == HISTORY => json(404, json!({"status": "NOT_FOUND"})),
            RESULT => json(200, output()),
            SUBMIT => json(200, accepted()),
            STATUS => json(200, completed()),
            STREAM if line == STREAM => support::stream([event(completed()), end()]),
            CANCEL => json(202, json!({"status": "CANCELLATION_REQUESTED"})),
            DOWNLOAD => answer(200, &[("content-type", "image/png")], "picture"),
            TOKEN => json(200, json!({"token": "t", "expires_at": "2100-01-01T00:00:00Z"})),
            UPLOAD => json(200, json!({"access_url": "https://v3.fal.media/files/a/b.gif"})),
            HISTORY => json(
                200,
                json!({"items": [{"request_id": ID, "endpoint_id": "fal-ai/ideogram/v2/turbo", "status_code": 200,
                    "sent_at": "2026-01-01T00:00:00Z", "started_at": "2026-01-01T00:00:00Z", "json_output": output()}]}),
            ),
            _ => json(404, json!({})),
        };
        let is_faulty = here == line && {
            let first = met.fetch_add(1, Ordering::SeqCst) == 0;
            let since = begun.get_or_init(Instant::now).elapsed();
            match lasting {
                OneAnswer => first,
                BaseDelays(count) => since < BASE_DELAY * count,
                ForEver => true,
            }
        };
        if here == SUBMIT && (!is_faulty || fault.accepts) {
            jobs.fetch_add(1, Ordering::SeqCst);
        }
        if is_faulty { (fault.reply)(&right) } else { right }
    });
    (stub.await, paid)
}

/// Whether an answer is waited for that never comes, or never ends.
fn is_silent(fault: &Fault) -> bool {
    fault.name.contains("stall") || fault.name.contains("drip")
}

/// The client of a case.
fn client(stub: &Stub, line: &str, fault: &Fault, deadline: Duration) -> Client {
    let policy = RetryPolicy::default().with_base_delay(BASE_DELAY).with_max_delay(BASE_DELAY * 50);
    let answer = if is_silent(fault) { STALL } else { ANSWER };
    let builder = stub.builder().with_retry_policy(policy).with_deadline(deadline);
    let builder = builder.with_answer_timeout(answer).with_result_timeout(answer).with_stream_silence(answer);
    // A transfer has a deadline for each attempt.
    let builder = if matches!(line, DOWNLOAD | UPLOAD) { builder.with_deadline(answer) } else { builder };
    // A wait as long as the call may end within the time to wind up, in which a completed job's result is still fetched.
    let wind_up = if fault.name == "429, Retry-After: an hour" { Duration::ZERO } else { Duration::from_millis(100) };
    builder.with_wind_up(wind_up).build().unwrap()
}

/// Makes the call whose request meets the fault, up to what it is for.
async fn call(client: &Client, stub: &Stub, line: &str) -> Result<(), Error> {
    let input = GenerateInput::new("A fox");
    match line {
        SUBMIT | STATUS | STREAM | RESULT => {
            let response = client.subscribe(&input).await?;
            assert_eq!(response.seed, 7);
        }
        // An old job, taken up by its id.
        HISTORY => assert_eq!(client.job::<Generate>(ID).unwrap().wait().await?.seed, 7),
        CANCEL => drop(client.job::<Generate>(ID).unwrap().cancel().await?),
        UPLOAD => drop(client.upload(&b"GIF89a\x01\x00\x01\x00\x00\x00\x00"[..]).await?),
        DOWNLOAD => drop(client.image(&File::new(format!("{}/cdn/a.png", stub.url))).bytes().await?),
        _ => panic!("{line}"),
    }
    Ok(())
}

async fn check(line: &'static str, fault: &'static Fault, lasting: Lasting) {
    let (end, sent) = expected(line, fault, lasting);
    let (stub, paid) = service(fault, line, lasting).await;
    let deadline = match end {
        // What is silent has to be given up more than once before the call is.
        In(RequestState::Accepted) if is_silent(fault) => SHORT * 2,
        In(RequestState::Accepted) => SHORT,
        _ => LONG,
    };
    let outcome = call(&client(&stub, line, fault, deadline), &stub, line).await;
    let case = format!("{line}: {}: {lasting:?}: {outcome:?}", fault.name);
    match (&outcome, end) {
        (Ok(()), Delivered) => {}
        (Err(error), In(state)) => {
            assert_eq!(error.state(), Some(state), "{case}");
            assert_eq!(error.may_have_been_accepted(), state.may_have_been_accepted(), "{case}");
            assert_eq!(error.sent_within().is_some(), state == RequestState::Unknown, "{case}");
            // What stood in the way is named.
            let given_up = error.kind() == ErrorKind::Deadline;
            assert_eq!(error.to_string().contains("the last attempt to ask about it"), given_up, "{case}");
        }
        (Err(error), Failed) => assert_eq!(error.state(), None, "{case}"),
        _ => panic!("{case}: {end:?} was expected"),
    }
    // A busy machine may keep a right answer from coming as soon as a silent one is given up.
    if let Some(sent) = sent.filter(|_| !is_silent(fault) || outcome.is_err()) {
        assert_eq!(stub.count(line), sent, "{case}");
    }
    let submits = stub.count(SUBMIT);
    match line {
        SUBMIT => {
            assert!(paid.load(Ordering::SeqCst) <= 1 && (fault.paid == Outcome::Healed || submits == 1), "{case}");
        }
        STATUS | STREAM | RESULT => assert_eq!((submits, paid.load(Ordering::SeqCst)), (1, 1), "{case}"),
        _ => assert_eq!(submits, 0, "{case}"),
    }
}

/// Every fault of the call for every time.
async fn check_all(line: &'static str, but: &[&str]) {
    let cases = FAULTS.iter().filter(|fault| !but.contains(&fault.name));
    let cases = cases.flat_map(|fault| LASTING.map(|lasting| (fault, lasting)));
    let is_certain = |(fault, lasting): &(&Fault, Lasting)| {
        line != UPLOAD || fault.name != "401" || !(BaseDelays(3)..=BaseDelays(10)).contains(lasting)
    };
    let cases = cases.filter(is_certain).map(|(fault, lasting)| check(line, fault, lasting));
    stream::iter(cases).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn outages_of_the_submit_buy_once_or_not_at_all() {
    check_all(SUBMIT, &[]).await;
}

#[tokio::test]
async fn outages_of_the_status_are_waited_out() {
    check_all(STATUS, &[]).await;
}

#[tokio::test]
async fn outages_of_the_status_stream_are_no_hindrance() {
    check_all(STREAM, &[]).await;
}

#[tokio::test]
async fn outages_of_the_result_are_waited_out() {
    check_all(RESULT, &[]).await;
}

#[tokio::test]
async fn outages_of_the_history_leave_a_forgotten_job_open() {
    check_all(HISTORY, &[]).await;
}

#[tokio::test]
async fn outages_of_a_cancel_end_with_its_attempts() {
    check_all(CANCEL, &[]).await;
}

#[cfg(feature = "media")]
#[tokio::test]
async fn outages_of_an_upload_end_with_its_attempts() {
    check_all(UPLOAD, &[]).await;
}

#[tokio::test]
async fn outages_of_a_download_end_with_its_attempts_and_leave_the_picture_paid_for() {
    // Any bytes are a picture to begin with.
    check_all(DOWNLOAD, &["200 with HTML", "200 with other JSON", "200 with nothing"]).await;
}

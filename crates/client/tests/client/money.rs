//! Money under faults: many jobs through a service that fails in one way or another, and not one of them is paid twice
//! or lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use futures_util::{StreamExt, stream};
use ideogram_client::{Client, Error, GenerateInput, LostReply, RequestState, RetryPolicy};
use ideogram_sandbox::{Call, Fault, Faults, Rule, Sandbox};
use std::time::Duration;

/// Jobs of one round, and how many of them at once.
const JOBS: i64 = 120;
const AT_ONCE: usize = 32;

const CALLS: [Call; 4] = [Call::Submit, Call::Status, Call::Stream, Call::Result];

/// A fault that strikes a twentieth of all calls.
fn now_and_then(fault: Fault) -> Rule {
    Rule::new(CALLS, fault).with_probability(0.05).unwrap().with_retry_after("0")
}

/// Sends the jobs through a sandbox with these faults; gives the errors, and how many jobs the sandbox accepted.
async fn send(faults: Faults, lost_reply: LostReply) -> (Vec<Error>, usize) {
    let sandbox = Sandbox::builder()
        .runners(64_usize)
        .service_time(Duration::from_millis(5))
        .faults(faults)
        .start()
        .await
        .unwrap();
    let policy = RetryPolicy::default()
        .with_max_attempts(8)
        .with_base_delay(Duration::from_millis(2))
        .with_max_delay(Duration::from_millis(10));
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).with_retry_policy(policy);
    let client = client.with_deadline(Duration::from_secs(20)).build().unwrap();
    let outcomes: Vec<_> = stream::iter(0..JOBS)
        .map(|seed| {
            let client = client.clone();
            async move {
                let input = GenerateInput::new("A fox").with_seed(seed);
                client.subscribe(&input).on_lost_reply(lost_reply).await
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let accepted = accepted(&sandbox).await;
    sandbox.shutdown().await;
    (outcomes.into_iter().filter_map(Result::err).collect(), accepted)
}

/// A round with that fault on the first three submits and on a twentieth of all calls; gives how many jobs went well, how
/// many ended in doubt, and how many the sandbox accepted.
async fn round(fault: Fault, lost_reply: LostReply) -> (usize, usize, usize) {
    let first = Rule::new([Call::Submit], fault).with_times(3).with_retry_after("0");
    let (errors, accepted) = send(Faults::from(vec![first, now_and_then(fault)]).with_seed(11), lost_reply).await;
    // In place of a result, an error that names its documented type is the model's verdict.
    let verdict = matches!(fault, Fault::AppError | Fault::AppErrorAfter);
    for error in &errors {
        assert!(error.may_have_been_accepted() || (verdict && error.is_job_failure()), "{error:?}");
    }
    (usize::try_from(JOBS).unwrap() - errors.len(), errors.len(), accepted)
}

/// How many jobs there are.
async fn accepted(sandbox: &Sandbox) -> usize {
    sandbox.set_faults(Vec::new());
    let mut ids = std::collections::HashSet::new();
    let mut cursor = String::new();
    loop {
        let url = format!("{}/models/requests/search?limit=100&cursor={cursor}", sandbox.platform_url());
        let host = url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
        let page = get(&host, &url).await;
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["request_id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return ids.len(),
        }
    }
}

/// A request by hand: nothing of the client stands between the test and what the sandbox says.
async fn get(host: &str, url: &str) -> serde_json::Value {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    let target = url.split_once(host).unwrap().1;
    let request =
        format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Key id:secret\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    serde_json::from_str(&body[body.find('{').unwrap()..=body.rfind('}').unwrap()]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_that_leave_no_doubt_are_made_up_for() {
    for fault in [Fault::IngressError, Fault::RateLimit, Fault::Latency] {
        let jobs = usize::try_from(JOBS).unwrap();
        assert_eq!(round(fault, LostReply::report()).await, (jobs, 0, jobs), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_makes_a_job_be_paid_twice() {
    for fault in [Fault::AppError, Fault::AppErrorAfter, Fault::GatewayErrorAfter, Fault::ResetBefore, Fault::Truncate]
    {
        let (well, doubt, accepted) = round(fault, LostReply::report()).await;
        assert_eq!(well + doubt, usize::try_from(JOBS).unwrap(), "{fault:?}");
        // A cut reply still has the request's id in its head, so it leaves no doubt.
        assert_eq!(doubt == 0, fault == Fault::Truncate, "{fault:?}: {doubt}");
        assert!((well..=well + doubt).contains(&accepted), "{fault:?}: {well} {doubt} {accepted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_history_a_lost_reply_is_no_loss() {
    let reconcile = LostReply::look_up(Duration::from_secs(10));
    for fault in [Fault::LostReply, Fault::ResetAfter, Fault::GatewayErrorAfter, Fault::Truncate, Fault::CutHead] {
        let jobs = usize::try_from(JOBS).unwrap();
        assert_eq!(round(fault, reconcile).await, (jobs, 0, jobs), "{fault:?}");
    }
}

/// Numbers by chance, the same in each run.
fn draw(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_outage_makes_a_job_be_paid_twice_or_lost() {
    let faults = [
        Fault::IngressError,
        Fault::RateLimit,
        Fault::GatewayErrorAfter,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::LostReply,
        Fault::Truncate,
        Fault::CutHead,
    ];
    for seed in 1..=8 {
        let mut state = seed;
        let mut any = || faults[usize::try_from(draw(&mut state, 8)).unwrap()];
        let drawn = [any(), any(), any(), any(), any()];
        // Each call fails for a while: up to sixty times in a row, somewhere in the round.
        let outage = |(call, fault)| {
            let rule = Rule::new([call], fault).with_retry_after("0");
            rule.with_skip(draw(&mut state, 60)).with_times(1 + draw(&mut state, 60))
        };
        let mut rules: Vec<Rule> = CALLS.into_iter().zip(drawn).map(outage).collect();
        rules.push(now_and_then(drawn[4]));
        let case = format!("seed {seed}: {rules:?}");
        let (errors, accepted) = send(Faults::from(rules).with_seed(seed), LostReply::report()).await;
        let count = |state| errors.iter().filter(|error| error.state() == Some(state)).count();
        let (open, unknown) = (count(RequestState::Accepted), count(RequestState::Unknown));
        let nothing = count(RequestState::Refused) + count(RequestState::NotSent);
        assert_eq!(open + unknown + nothing, errors.len(), "{case}: {errors:?}");
        // Followed until the deadline, no outage of the other calls is long enough to leave a job open.
        assert_eq!(open, 0, "{case}: {errors:?}");
        let well = usize::try_from(JOBS).unwrap() - errors.len();
        assert!((well..=well + unknown).contains(&accepted), "{case}: {well} {unknown} {nothing} {accepted}");
    }
}

//! One HTTP call: the state that all clones of a client share, and how an operation is sent, retried and its answer
//! read.

pub(crate) mod answer;
pub(crate) mod gate;
mod hooks;
pub(crate) mod input;
pub(crate) mod lanes;
pub(crate) mod lifecycle;
pub(crate) mod options;
pub(crate) mod reach;
pub(crate) mod retry;
pub(crate) mod stop;
pub(crate) mod timeouts;
pub(crate) mod trace;

use crate::call::head::Head;
use crate::call::json;
use crate::call::operation::Operation;
use crate::chance::jitter;
use crate::error::{Error, ErrorKind, Reported, RequestState, Result};
use crate::generated::parameters::RawResult;
use crate::generated::{queue, run};
use crate::text::Secrets;
use crate::transport::Transport;
use crate::transport::base::Bases;
use crate::transport::http_clients::HttpClients;
use crate::transport::key::Key;
use crate::transport::sent::Sent;
use crate::transport::server_clock::ServerClock;
use crate::wire::answer::BodyStream;
use crate::wire::gate::{Gate, POLLS, REQUESTS};
use crate::wire::input::CallOutput;
use crate::wire::lanes::Lanes;
use crate::wire::retry::{Budget, OnRetry, RetryPolicy};
use crate::wire::stop::{Stop, Why};
use crate::wire::timeouts::Timeouts;
use bytes::Bytes;
use http::StatusCode;
use http::header::HeaderValue;
use serde::de::Error as _;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What all clones of a client share: the operations with the key, connections, limits and the retry budget.
pub(crate) struct Wire {
    pub(crate) bases: Bases,
    pub(crate) run: run::Client,
    pub(crate) queue: queue::Client,
    pub(crate) http: HttpClients,
    pub(crate) retry: RetryPolicy,
    /// The caller's function that is called before a retry.
    pub(crate) on_retry: Option<OnRetry>,
    pub(crate) timeouts: Timeouts,
    pub(crate) lanes: Arc<Lanes>,
    requests: Gate,
    polls: Gate,
    budget: Budget,
    /// The service's clock, as far as its answers show it.
    pub(crate) clock: Arc<ServerClock>,
    /// The secrets that no error, trace or text may show.
    pub(crate) secrets: Secrets,
    /// The key's fingerprint.
    pub(crate) key_fingerprint: String,
}

impl Wire {
    pub(crate) fn new(
        bases: Bases,
        key: &Key,
        user_agent: HeaderValue,
        http: HttpClients,
        retry: RetryPolicy,
        timeouts: Timeouts,
    ) -> Result<Self> {
        let (secrets, key_fingerprint) = (key.secrets(), key.fingerprint());
        let inner = Transport::new(key, user_agent, bases.run.clone(), bases.run_backup.clone());
        let clock = inner.clock().clone();
        let queue_inner = inner.at_host(bases.queue.clone(), bases.queue_backup.clone());
        let run = run::Client::new_with_client(bases.run.as_str(), http.keyed(&bases.run)?, inner);
        let queue =
            queue::Client::new_with_client(bases.queue.as_str(), http.bounded(bases.queue.as_str())?, queue_inner);
        Ok(Self {
            bases,
            run,
            queue,
            http,
            retry,
            on_retry: None,
            timeouts,
            lanes: Arc::new(Lanes::new()),
            requests: Gate::new(REQUESTS),
            polls: Gate::new(POLLS),
            budget: Budget::new(),
            clock,
            secrets,
            key_fingerprint,
        })
    }

    /// Sends one operation, again where the policy allows, and reads its answer.
    ///
    /// An answer that cannot be read counts as a failed attempt. So a call that only reads is retried after a cut or
    /// garbled answer too, but not if the answer is the model's output.
    pub(crate) async fn call<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        send: F,
        read: impl Fn(&Bytes) -> serde_json::Result<T>,
    ) -> Result<(Head, T)>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        self.call_until(&mut Stop::never(), operation, endpoint, send, read).await
    }

    /// The same for a call with a deadline or a cancellation (`stop`).
    pub(crate) async fn call_until<F, Fut, T>(
        &self,
        stop: &mut Stop<'_>,
        operation: Operation,
        endpoint: Option<&'static str>,
        send: F,
        read: impl Fn(&Bytes) -> serde_json::Result<T>,
    ) -> Result<(Head, T)>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        let seen = Mutex::new(None);
        let attempt = || attempt(operation, &send, &read, &seen);
        let outcome = self.repeat_until(stop, operation, endpoint, attempt).await;
        outcome.map_err(|error| {
            if operation.is_paid() {
                trace::attempts(error.attempts());
            }
            with_seen(error, seen)
        })
    }

    /// Sends one operation once, and reads its answer. Used when a job is followed, which has its own rules for asking
    /// again.
    pub(crate) async fn call_once<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        send: F,
        read: impl Fn(&Bytes) -> serde_json::Result<T>,
    ) -> Result<(Head, T)>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        let seen = Mutex::new(None);
        self.once(operation, pin!(attempt(operation, &send, &read, &seen)))
            .await
            .map_err(|error| error.at(operation, endpoint))
    }

    /// Sends one operation once, and returns the body of its answer as a stream. It is not retried, because the job can
    /// be polled instead.
    pub(crate) async fn stream<F, Fut>(&self, operation: Operation, send: F) -> Result<(Head, BodyStream)>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        // On the heap, because the future that follows a job contains this one.
        let opened = Box::pin(async {
            let attempt = pin!(async { answer::receive(send().await).await });
            self.once(operation, attempt).await
        });
        opened.await.map(|(head, response)| (head, answer::stream(response)))
    }

    /// Calls the caller's function before a retry, with the error and the wait.
    pub(crate) fn repeating(&self, error: &Error, wait: Duration) {
        if let Some(told) = &self.on_retry {
            told(error, wait);
        }
    }

    /// Retries a failed attempt, if the policy allows it.
    pub(crate) async fn repeat<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        attempt: F,
    ) -> Result<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        self.repeat_until(&mut Stop::never(), operation, endpoint, attempt).await
    }

    /// The same for a call with a deadline or a cancellation: after it, no attempt is begun.
    async fn repeat_until<F, Fut, T>(
        &self,
        stop: &mut Stop<'_>,
        operation: Operation,
        endpoint: Option<&'static str>,
        attempt: F,
    ) -> Result<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let (mut attempts, mut last) = (0, None);
        // Whether an attempt that was repeated all the same may have been accepted: then no later one can deny it.
        let mut in_doubt = false;
        let finished = |mut error: Error, attempts: u32, in_doubt: bool| {
            error.repr_mut().attempts = attempts.max(1);
            let error = error.at(operation, endpoint);
            match error.state() {
                Some(RequestState::NotSent | RequestState::Refused) if in_doubt => {
                    error.in_state(RequestState::Unknown)
                }
                _ => error,
            }
        };
        loop {
            let error = match self.once_until(stop, operation, pin!(attempt())).await {
                Ok(answer) => {
                    self.budget.deposit();
                    if operation.is_paid() {
                        trace::attempts(attempts + 1);
                    }
                    return Ok(answer);
                }
                Err(Trouble::NotSent(why)) => {
                    return Err(finished(Stop::not_sent(why, operation, endpoint, last, in_doubt), attempts, in_doubt));
                }
                Err(Trouble::InFlight(why)) => {
                    return Err(finished(Stop::in_flight(why, operation, endpoint), attempts + 1, in_doubt));
                }
                Err(Trouble::Failed(error)) => error.hiding(&self.secrets),
            };
            attempts += 1;
            // A call for which the server named a time for the next attempt may be repeated without using the retry
            // budget: it does not make an overload worse.
            let asked = error.retry_after();
            let wait = Some(())
                .filter(|()| self.retry.allows(operation, &error))
                .and_then(|()| self.retry.delay(attempts, asked, jitter()))
                .filter(|_| asked.is_some() || self.budget.withdraw());
            let Some(wait) = wait else { return Err(finished(error, attempts, in_doubt)) };
            tracing::debug!(
                fal.operation = operation.name(),
                fal.endpoint = endpoint,
                http.request.resend_count = attempts,
                wait_ms = wait.as_millis(),
                error.kind = ?error.kind(),
                "sending again"
            );
            let error = finished(error, attempts, in_doubt);
            in_doubt |= operation.is_paid() && error.may_have_been_accepted();
            self.repeating(&error, wait);
            let waited = stop.before_sending(tokio::time::sleep(wait)).await;
            last = Some(error);
            if let Err(why) = waited {
                return Err(finished(Stop::not_sent(why, operation, endpoint, last, in_doubt), attempts, in_doubt));
            }
        }
    }

    /// The gate at which an operation waits for its turn.
    fn gate(&self, operation: Operation) -> Option<&Gate> {
        match operation {
            Operation::Submit | Operation::Result | Operation::Cancel => Some(&self.requests),
            Operation::Status => Some(&self.polls),
            // Streams have their own permits, and the other operations do not go to the queue.
            _ => None,
        }
    }

    /// One attempt, limited only by the operation's timeout.
    async fn once<T>(&self, operation: Operation, attempt: Pin<&mut impl Future<Output = Result<T>>>) -> Result<T> {
        match self.once_until(&mut Stop::never(), operation, attempt).await {
            Ok(answer) => Ok(answer),
            Err(Trouble::Failed(error)) => Err(error.hiding(&self.secrets)),
            Err(Trouble::NotSent(why) | Trouble::InFlight(why)) => Err(Stop::in_flight(why, operation, None)),
        }
    }

    /// One attempt, after its turn at the gate and within the operation's timeout. It does not wait for its turn beyond
    /// the call's end.
    async fn once_until<T>(
        &self,
        stop: &mut Stop<'_>,
        operation: Operation,
        attempt: Pin<&mut impl Future<Output = Result<T>>>,
    ) -> Result<T, Trouble> {
        let gate = self.gate(operation);
        let _turn = match gate {
            Some(gate) => stop.before_sending(gate.turn()).await.map_err(Trouble::NotSent)?,
            None => None,
        };
        if let Some(why) = stop.is_here() {
            return Err(Trouble::NotSent(why));
        }
        stop.sent().inspect(|sent| sent.clear());
        // A run's time is that of its whole call.
        let most = (operation != Operation::Run).then(|| self.timeouts.of(operation));
        let outcome = stop.attempt(operation, most, attempt).await;
        if let Some(gate) = gate {
            gate.widen();
        }
        match outcome {
            Ok(Some(outcome)) => outcome.map_err(Trouble::Failed),
            Ok(None) => Err(Trouble::Failed(Error::new(ErrorKind::Timeout, ""))),
            Err(why) if stop.sent().is_some_and(Sent::is_set) => Err(Trouble::InFlight(why)),
            Err(why) => Err(Trouble::NotSent(why)),
        }
    }
}

/// Why an attempt gave no answer.
enum Trouble {
    /// It failed.
    Failed(Error),
    /// The call's deadline or cancellation came before it was sent.
    NotSent(Why),
    /// The call's deadline or cancellation came while it was on its way.
    InFlight(Why),
}

/// One attempt at an operation. `seen` keeps the head of an answer to a paid call while its body comes.
async fn attempt<F, Fut, T>(
    operation: Operation,
    send: &F,
    read: &impl Fn(&Bytes) -> serde_json::Result<T>,
    seen: &Mutex<Option<Head>>,
) -> Result<(Head, T)>
where
    F: Fn() -> Fut,
    Fut: Future<Output = RawResult>,
{
    let see = |head| std::mem::replace(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner), head);
    see(None);
    let opened = answer::receive(send().await).await;
    let (head, response) = opened.map_err(|error| error.at(operation, None).settled(None, Reported::Nothing))?;
    if operation == Operation::Result && head.status == StatusCode::ACCEPTED {
        return Err(Error::unreadable(head, serde_json::Error::custom("the request is still in progress")));
    }
    // The headers may have the request id, which is needed if the body does not arrive.
    let kept = if operation.is_paid() { see(Some(head)) } else { Some(head) };
    let read_body = answer::read(response, operation.limit()).await;
    let head = kept.or_else(|| see(None)).unwrap_or_default();
    let body = match read_body {
        Ok(body) => body,
        Err(error) => return Err(error.with_head(head).of_answer(operation)),
    };
    // Some proxies put a byte order mark before it.
    let body = if body.starts_with(b"\xef\xbb\xbf") { body.slice(3..) } else { body };
    match read(&body) {
        Ok(value) => Ok((head, value)),
        Err(error) => Err(Error::unreadable(head, error).with_answer(operation, &body)),
    }
}

/// Adds the head of an answer whose body never came.
fn with_seen(error: Error, seen: Mutex<Option<Head>>) -> Error {
    match seen.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(head) if error.status().is_none() => error.with_head(head),
        _ => error,
    }
}

/// Reads the output of an endpoint, which must be a JSON object whatever its type is.
pub(crate) fn read_output<O: CallOutput>(body: &Bytes) -> serde_json::Result<(O, Bytes)> {
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(serde_json::Error::custom("a JSON object is expected"));
    }
    Ok((json::from_slice(body)?, body.clone()))
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("bases", &self.bases)
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "webhook"))]
mod tests {
    use crate::Client;
    use crate::call::operation::Operation;
    use std::ptr;

    #[test]
    fn submits_and_polls_wait_for_turns_of_their_own_and_what_takes_long_for_none() {
        let client = Client::builder().with_key("a:b").with_base_url("http://127.0.0.1:9").build().unwrap();
        let wire = client.wire();
        for (operation, gate) in [
            (Operation::Submit, Some(&wire.requests)),
            (Operation::Result, Some(&wire.requests)),
            (Operation::Cancel, Some(&wire.requests)),
            (Operation::Status, Some(&wire.polls)),
            (Operation::Run, None),
            (Operation::Stream, None),
            (Operation::Download, None),
            (Operation::Upload, None),
            (Operation::History, None),
        ] {
            assert_eq!(wire.gate(operation).map(ptr::from_ref), gate.map(ptr::from_ref), "{operation:?}");
        }
    }
}

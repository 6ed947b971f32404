//! One HTTP call on its way out and back: what all clones of a client send with, and how an operation is sent, sent again
//! and read.

pub(crate) mod answer;
pub(crate) mod base;
pub(crate) mod gate;
pub(crate) mod http;
pub(crate) mod input;
pub(crate) mod key;
pub(crate) mod lanes;
pub(crate) mod options;
pub(crate) mod response;
pub(crate) mod retry;
pub(crate) mod span;
pub(crate) mod timeouts;
pub(crate) mod tls;
pub(crate) mod transport;

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::chance::jitter;
use crate::error::{Error, ErrorKind, Result};
use crate::generated::parameters::RawResult;
use crate::generated::{queue, run};
use crate::wire::answer::BodyStream;
use crate::wire::base::Bases;
use crate::wire::gate::{Gate, POLLS, REQUESTS};
use crate::wire::http::Http;
use crate::wire::key::Key;
use crate::wire::lanes::Lanes;
use crate::wire::retry::{Budget, RetryPolicy};
use crate::wire::timeouts::Timeouts;
use crate::wire::transport::Inner;
use futures_util::future::BoxFuture;
use reqwest::header::HeaderValue;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// What all clones of a client send with: the operations with the key, connections, limits and the retry budget.
pub(crate) struct Wire {
    pub(crate) bases: Bases,
    pub(crate) run: run::Client,
    pub(crate) queue: queue::Client,
    pub(crate) http: Http,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeouts: Timeouts,
    pub(crate) lanes: Arc<Lanes>,
    requests: Gate,
    polls: Gate,
    budget: Budget,
}

impl Wire {
    pub(crate) fn new(
        bases: Bases,
        key: Key,
        user_agent: HeaderValue,
        http: Http,
        retry: RetryPolicy,
        timeouts: Timeouts,
    ) -> Result<Self> {
        let inner = Inner::new(key, user_agent, bases.run.clone(), bases.run_backup.clone());
        let queue_inner = inner.at(bases.queue.clone(), bases.queue_backup.clone());
        let run = run::Client::new_with_client(bases.run.as_str(), http.keyed(&bases.run)?, inner);
        let queue =
            queue::Client::new_with_client(bases.queue.as_str(), http.bounded(bases.queue.as_str())?, queue_inner);
        Ok(Self {
            bases,
            run,
            queue,
            http,
            retry,
            timeouts,
            lanes: Arc::new(Lanes::new()),
            requests: Gate::new(REQUESTS),
            polls: Gate::new(POLLS),
            budget: Budget::new(),
        })
    }

    /// Sends one operation, again where the policy allows, and reads its answer.
    ///
    /// What cannot be read counts as a failed attempt: a reading call is repeated over a cut or garbled answer too.
    pub(crate) async fn call<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        send: F,
        read: impl Fn(&[u8]) -> serde_json::Result<T>,
    ) -> Result<(Head, T)>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        let attempt = || async {
            // On the heap: these futures are large, and every layer above would carry them in itself.
            let (head, body) = answer::open(Box::pin(send()).await).await?;
            let body = answer::read(&head, body, operation.limit()).await?;
            match read(&body) {
                Ok(value) => Ok((head, value)),
                Err(error) => Err(Error::unreadable(head, error)),
            }
        };
        self.repeat(operation, endpoint, attempt).await
    }

    /// Sends one operation once, and gives its answer's body unread. Who follows a job has another way where it fails.
    pub(crate) async fn open(
        &self,
        operation: Operation,
        send: BoxFuture<'_, RawResult>,
    ) -> Result<(Head, BodyStream)> {
        self.once(operation, async { answer::open(send.await).await }).await
    }

    /// Repeats what fails, where the policy allows.
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
        let mut attempts = 1;
        loop {
            let error = match self.once(operation, attempt()).await {
                Ok(answer) => {
                    self.budget.deposit();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // Told when to come back, a call may: it is not what makes an overload worse.
            let asked = error.retry_after();
            let wait = Some(())
                .filter(|()| self.retry.allows(operation, &error))
                .and_then(|()| self.retry.delay(attempts, asked, jitter()))
                .filter(|_| asked.is_some() || self.budget.withdraw());
            let Some(wait) = wait else {
                let mut error = error.at(operation, endpoint);
                error.repr_mut().attempts = attempts;
                return Err(error);
            };
            tracing::debug!(
                fal.operation = operation.name(),
                fal.endpoint = endpoint,
                http.request.resend_count = attempts,
                wait_ms = wait.as_millis(),
                %error,
                "sending again"
            );
            tokio::time::sleep(wait).await;
            attempts += 1;
        }
    }

    /// One attempt within the operation's time, and in its turn.
    async fn once<T>(&self, operation: Operation, attempt: impl Future<Output = Result<T>>) -> Result<T> {
        let gate = match operation {
            // The call's own deadline stands around a run.
            Operation::Run => return attempt.await,
            Operation::Submit | Operation::Result | Operation::Cancel => Some(&self.requests),
            Operation::Status => Some(&self.polls),
            // Streams have permits of their own; the rest is no burden on the queue.
            _ => None,
        };
        let _turn = match gate {
            Some(gate) => gate.turn().await,
            None => None,
        };
        let outcome = tokio::time::timeout(self.timeouts.of(operation), attempt).await;
        if let Some(gate) = gate {
            gate.open();
        }
        outcome.unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, "")))
    }
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

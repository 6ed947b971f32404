//! What becomes of a job whose call ends early: at its deadline, when its caller cancels it, or when it is dropped.

use crate::error::{RequestState, Result};
use crate::job::Job;
use crate::job::response::Response;
use crate::text::clean;
use crate::wire::input::CallOutput;
use crate::wire::stop::Why;
use ideogram_schema::CancelState;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;

impl<O: CallOutput> Job<O> {
    /// Cancels the job with one request, within the time that is `left` for winding up, and returns the error of the
    /// call that was given up. Returns `Ok` if the job has completed by then, so that its result can be fetched.
    pub(crate) async fn abandon(&self, left: Duration, why: Why) -> Result<()> {
        let (said, state) = match timeout(left, Box::pin(self.cancel_once())).await {
            Ok(Ok(CancelState::AlreadyCompleted)) => return Ok(()),
            Ok(Ok(CancelState::Ok)) => ("it was taken out of the queue".to_owned(), RequestState::Cancelled),
            Ok(Ok(state)) => {
                (format!("asked to cancel it, the server said `{}`", clean(state.as_str(), 40)), RequestState::Accepted)
            }
            Ok(Err(error)) => (format!("it could not be cancelled: {error}"), RequestState::Accepted),
            Err(_) => ("asked to cancel it, the server did not answer".to_owned(), RequestState::Accepted),
        };
        Err(self.given_up(why, &said).in_state(state))
    }

    /// The result of a job that has completed while its call was given up.
    pub(crate) async fn last_result(&self, left: Duration, why: Why) -> Result<Response<O>> {
        match timeout(left, Box::pin(self.result())).await {
            Ok(Ok(response)) => Ok(response),
            // The job's own error says more than that it came late.
            Ok(Err(error)) if error.state().is_some() => Err(error),
            Ok(Err(error)) => {
                Err(self.given_up(why, &format!("it has completed, but its result could not be fetched: {error}")))
            }
            Err(_) => Err(self.given_up(why, "it has completed, but its result did not come in time")),
        }
    }

    /// The error of a call that stops waiting and leaves the job open.
    pub(crate) fn given_up(&self, why: Why, said: &str) -> crate::Error {
        let said = if said.is_empty() { String::new() } else { format!("; {said}") };
        self.outcome_unknown(why.error(&format!("the job of `{}`", self.endpoint.id), &said))
    }
}

/// A guard that cancels its job when it is dropped. The request is sent on the runtime on which the guard was made,
/// wherever it is dropped.
pub(crate) struct CancelOnDrop<O: CallOutput> {
    job: Option<Job<O>>,
    runtime: Handle,
}

impl<O: CallOutput> CancelOnDrop<O> {
    /// Only inside a runtime.
    pub(crate) fn new(job: Option<Job<O>>) -> Self {
        Self { job, runtime: Handle::current() }
    }

    /// Returns the job; it is not cancelled any more.
    pub(crate) fn disarm(mut self) -> Option<Job<O>> {
        self.job.take()
    }
}

impl<O: CallOutput> Drop for CancelOnDrop<O> {
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            // A failure cannot be reported to anybody.
            self.runtime.spawn(async move { drop(job.cancel().await) });
        }
    }
}

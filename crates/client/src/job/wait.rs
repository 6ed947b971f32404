//! Waiting for a job: to its end, and for its result.

use crate::call::operation::Operation;
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::job::Job;
use crate::job::follow::Follower;
use crate::wire::input::CallOutput;
use crate::wire::response::Response;
use futures_util::future::{BoxFuture, FutureExt};
use ideogram_schema::QueueStatus;
use std::future::IntoFuture;

impl<O: CallOutput> Job<O> {
    /// Follows the job to its end and fetches the result, for as long as the client's deadline allows. Past it the job
    /// goes on: wait again, or [`cancel`](Self::cancel) it.
    ///
    /// # Errors
    /// [`is_job_failure`](Error::is_job_failure) when the job failed, with the model's own details;
    /// [`is_timeout`](Error::is_timeout) past the deadline.
    pub async fn wait(&self) -> Result<Response<O>> {
        let deadline = self.jobs.wire.timeouts.deadline;
        let Ok(outcome) = tokio::time::timeout(deadline, self.finish(Follower::new(self.clone(), false), |_| {})).await
        else {
            let message = format!("the job of `{}` did not finish within {deadline:?}", self.endpoint.id);
            return Err(self.open(Error::new(ErrorKind::Deadline, message)));
        };
        outcome
    }

    /// Follows the job to its end, showing each status on the way with its new log lines, and fetches the result.
    ///
    /// It goes on for as long as the job does: put a timeout around it, or take [`wait`](Self::wait).
    ///
    /// # Errors
    /// As [`wait`](Self::wait), its deadline apart.
    pub async fn follow(&self, on_status: impl FnMut(&QueueStatus) + Send) -> Result<Response<O>> {
        self.finish(Follower::new(self.clone(), true), on_status).await
    }

    /// Follows to the end, shows each status to `seen`, and fetches the result.
    pub(crate) async fn finish(
        &self,
        mut follower: Follower<O>,
        mut seen: impl FnMut(&QueueStatus) + Send,
    ) -> Result<Response<O>> {
        let mut last = None;
        while let Some(status) = follower.next().await? {
            seen(&status);
            last = Some(status);
        }
        drop(follower);
        let failure = last.as_ref().and_then(|status| status.error.clone());
        let outcome = self.result().await;
        match (outcome, failure) {
            (Ok(response), None) => Ok(response.with_job(&self.request_id, last, clock::since(self.submitted))),
            (Err(error), None) => Err(self.judged(error)),
            // The typed details are in the result only; the status has a sentence.
            (outcome, Some(sentence)) => {
                let error = match outcome {
                    Err(error) if error.status().is_some() => error,
                    _ => Error::new(ErrorKind::Failed, "")
                        .of_job(&self.request_id)
                        .at(Operation::Result, Some(self.endpoint.id)),
                };
                let error_type = last.and_then(|status| status.error_type);
                Err(error.with_reason(sentence, error_type.as_ref()).into_verdict())
            }
        }
    }

    /// What a failed result says of a job that has completed: the model's own answer ends it, anything else leaves its
    /// outcome unknown.
    fn judged(&self, error: Error) -> Error {
        let answered = error.status().is_some_and(|status| status.is_client_error() || status.is_server_error());
        if answered && !error.is_auth() && !error.is_rate_limited() && !error.is_not_found() {
            error.into_verdict()
        } else {
            self.open(error)
        }
    }
}

impl<O: CallOutput> IntoFuture for Job<O> {
    type Output = Result<Response<O>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.wait().await }.boxed()
    }
}

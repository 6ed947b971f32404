//! Waiting for a job: to its end, and for its result.

use crate::call::operation::Operation;
use crate::chance::jitter;
use crate::clock;
use crate::error::{Body, Error, Judgement, Reported, Result};
use crate::job::Job;
use crate::job::follow::Follower;
use crate::job::outage::Outage;
use crate::job::response::Response;
use crate::job::status;
use crate::job::trouble::LastTrouble;
use crate::wire::input::CallOutput;
use crate::wire::stop::Why;
use crate::wire::trace;
use futures_util::future::{BoxFuture, FutureExt};
use ideogram_schema::QueueStatus;
use std::future::{Future, IntoFuture};
use std::time::Duration;

impl<O: CallOutput> Job<O> {
    /// Follows the job to its end and fetches the result, for as long as the client's deadline allows
    /// ([`limits::DEADLINE`](crate::limits::DEADLINE) by default). After the deadline the job goes on: wait again, or
    /// [`cancel`](Self::cancel) it.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let job = client.job::<ideogram_client::Generate>("764cabcf-b745-4b3e-ae38-1200304cf45b")?;
    /// match job.wait().await {
    ///     Err(error) if error.is_job_open() => println!("not done yet; wait for it again later: {error}"),
    ///     outcome => println!("{:?}", outcome?.images),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - Over: [`is_job_failure`](Error::is_job_failure) when the model refused the input
    ///   ([`is_validation`](Error::is_validation), with [details](Error::details)), which may be billed, or failed, which is
    ///   not; [`is_cancelled`](Error::is_cancelled) when it was cancelled.
    /// - Billed: [`is_decode`](Error::is_decode) or [`is_too_large`](Error::is_too_large) when its answer cannot be
    ///   delivered; the files in one that does not fit are in [`files`](Error::files).
    /// - Still open ([`is_job_open`](Error::is_job_open)): [`is_timeout`](Error::is_timeout) past the deadline,
    ///   [`is_auth`](Error::is_auth) when the key is refused.
    /// - Not known: [`is_not_found`](Error::is_not_found) when the service does not know the job, or its result has expired.
    ///
    /// Only an answer of the model or the queue ends the wait as a failure. Errors of the network are waited out until
    /// the deadline.
    pub async fn wait(&self) -> Result<Response<O>> {
        let deadline = self.jobs.wire.timeouts.deadline;
        let follower = Follower::new(self.clone(), false);
        let trouble = follower.trouble().clone();
        let waiting = async {
            match tokio::time::timeout(deadline, self.finish(follower, |_| {})).await {
                Ok(outcome) => outcome,
                Err(_) => Err(trouble.told(self.given_up(Why::Deadline(deadline), ""))),
            }
        };
        self.traced("wait", waiting).await
    }

    /// Follows the job to its end, showing each status on the way with its new log lines, and fetches the result.
    ///
    /// It waits for as long as the job takes: put a timeout around it, or use [`wait`](Self::wait).
    ///
    /// # Errors
    /// As [`wait`](Self::wait), except for the deadline: the call has none. An outage is waited out for the length of
    /// the client's deadline, counted from the beginning of the outage.
    pub async fn follow(&self, on_status: impl FnMut(&QueueStatus) + Send) -> Result<Response<O>> {
        self.traced("follow", self.finish(Follower::new(self.clone(), true), on_status)).await
    }

    async fn traced<T>(&self, name: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let request_id = self.jobs.wire.secrets.hide(&self.request_id);
        let work = Box::pin(work);
        trace::call(name, self.endpoint.id, Some(&request_id), || work).await
    }

    /// Follows to the end, shows each status to `seen`, and fetches the result.
    pub(crate) async fn finish(
        &self,
        mut follower: Box<Follower<O>>,
        mut seen: impl FnMut(&QueueStatus) + Send,
    ) -> Result<Response<O>> {
        let mut last = None;
        loop {
            match follower.next().await {
                Ok(Some(status)) => {
                    // Any other text is the server's own.
                    let state = if status.status.is_known() { status.status.as_str() } else { "another" };
                    tracing::debug!(state, queue_position = status.queue_position, "status");
                    seen(&status);
                    last = Some(status);
                }
                Ok(None) => break,
                // The queue no longer has the status, but there may still be a result, there or in the history.
                Err(error) if error.is_not_found() => break,
                Err(error) => return Err(error),
            }
        }
        let trouble = follower.trouble().clone();
        drop(follower);
        match last.as_deref().and_then(status::reason) {
            None => {
                // On the heap, so that it takes no space in this future while the job is followed.
                let response = Box::pin(self.outcome(&trouble)).await?;
                Ok(response.with_job(&self.request_id, last.map(|last| *last), clock::since(self.submitted)))
            }
            Some(reason) => {
                let error_type = last.and_then(|status| status.error_type);
                Err(Box::pin(self.failure()).await.with_reason(reason, error_type.as_ref()).into_verdict())
            }
        }
    }

    /// The result of a job that has completed, or that the queue no longer has. It is asked for until the outcome is
    /// known.
    async fn outcome(&self, trouble: &LastTrouble) -> Result<Response<O>> {
        let wire = &self.jobs.wire;
        let mut outage = Outage::default();
        let (mut since, mut contradicted) = (None, None);
        loop {
            let error = match self.fetch().await {
                Ok(answer) => return Ok(self.response(answer)),
                Err(error) => error,
            };
            let judgement = error.judge(Some(&self.request_id), Reported::Completed);
            if judgement == Judgement::Contradicted {
                contradicted.get_or_insert_with(clock::now);
            }
            outage.failures = outage.failures.saturating_add(1);
            outage.lasting = clock::since(*since.get_or_insert_with(clock::now));
            outage.contradicting = contradicted.map_or(Duration::ZERO, clock::since);
            outage.age = self.age();
            outage.asked = error.retry_after();
            let wait =
                |outage: &Outage, judgement| outage.wait(judgement, &wire.retry, wire.timeouts.deadline, jitter());
            let (error, wait) = match (judgement, wait(&outage, judgement)) {
                (Judgement::NotFound, None) => match self.forgotten(error).await {
                    // The history cannot be read now, but perhaps a little later.
                    Err(unread) if unread.is_job_open() && unread.is_transient() => {
                        outage.asked = unread.retry_after();
                        (unread, wait(&outage, Judgement::NotYetKnown))
                    }
                    outcome => return outcome,
                },
                (_, wait) => (error, wait),
            };
            if let Some(wait) = wait {
                let kind = error.kind();
                let request_id = wire.secrets.hide(&self.request_id);
                tracing::debug!(fal.request_id = &*request_id, wait_ms = wait.as_millis(), error.kind = ?kind, "asking again");
                wire.repeating(&error, wait);
                trouble.set(Some(error));
                tokio::time::sleep(wait).await;
                continue;
            }
            return match judgement {
                Judgement::Failed | Judgement::Cancelled | Judgement::Contradicted => Err(error.into_verdict()),
                Judgement::Answered => Err(error),
                Judgement::Denied | Judgement::NotFound | Judgement::RateLimited | Judgement::NotYetKnown => {
                    Err(self.outcome_unknown(error))
                }
            };
        }
    }

    /// The error of a job that has failed, from its result, because only the result has the typed details. It is asked
    /// for once.
    async fn failure(&self) -> Error {
        let body = match self.fetch().await {
            // The queue says that the job failed, but there is an output. It may be paid for, so the error keeps it.
            Ok((_, (_, body))) => Some(Body::of_output(&body)),
            Err(error) => match error.judge(Some(&self.request_id), Reported::Error) {
                Judgement::Failed | Judgement::Cancelled | Judgement::Answered => return error,
                _ => None,
            },
        };
        let error = Error::verdict("", body)
            .hiding(&self.jobs.wire.secrets)
            .of_job(&self.request_id)
            .with_files_of(self.endpoint);
        error.at(Operation::Result, Some(self.endpoint.id))
    }
}

impl<O: CallOutput> IntoFuture for Job<O> {
    type Output = Result<Response<O>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.wait().await }.boxed()
    }
}

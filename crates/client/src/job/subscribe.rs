//! Submit, follow, fetch: the call that most programs want.

use crate::clock;
use crate::error::{Error, ErrorKind, RequestState, Result};
use crate::job::follow::Follower;
use crate::job::lost_reply::LostReply;
use crate::job::poll::PollPolicy;
use crate::job::response::Response;
use crate::job::submit::Submit;
use crate::job::{Job, Jobs};
use crate::wire::input::{CallInput, CallOutput};
use crate::wire::options::CallOptions;
use futures_util::future::{BoxFuture, Either, FutureExt, select};
use ideogram_schema::{CancelState, QueueStatus};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;

type OnStatus<'a> = Box<dyn FnMut(&QueueStatus) + Send + 'a>;

/// A submit that is followed to its end, made by [`Client::subscribe`](crate::Client::subscribe); awaiting it sends it.
#[must_use = "a call is sent when it is awaited"]
pub struct Subscribe<'a, O> {
    jobs: &'a Arc<Jobs>,
    submit: Submit<'a, O>,
    deadline: Option<Duration>,
    logs: bool,
    policy: PollPolicy,
    on_status: Option<OnStatus<'a>>,
    cancel_on_drop: bool,
    cancel: Option<BoxFuture<'a, ()>>,
}

impl<'a, O: CallOutput> Subscribe<'a, O> {
    pub(crate) fn new(jobs: &'a Arc<Jobs>, input: &impl CallInput<Output = O>) -> Self {
        Self {
            jobs,
            submit: Submit::new(jobs, input),
            deadline: None,
            logs: false,
            policy: PollPolicy::default(),
            on_status: None,
            cancel_on_drop: false,
            cancel: None,
        }
    }

    /// Sets what is asked of the platform besides the input.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.submit = self.submit.with_options(options);
        self
    }

    /// A URL that gets the outcome as well, by `POST`, when the job is done.
    pub fn with_webhook(mut self, url: impl Into<String>) -> Self {
        self.submit = self.submit.with_webhook(url);
        self
    }

    /// Gives up with 429 when more requests than this are waiting already.
    pub fn with_max_queue_length(mut self, length: u32) -> Self {
        self.submit = self.submit.with_max_queue_length(length);
        self
    }

    /// What to do about a reply to the submit that was lost after it may have been accepted.
    pub fn on_lost_reply(mut self, policy: LostReply) -> Self {
        self.submit = self.submit.on_lost_reply(policy);
        self
    }

    /// How long the whole call may take; by default the client's deadline. Past it the job is cancelled.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How often the job's status is polled where there is no status stream.
    pub fn with_poll_policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Shows each status as it comes: position in the queue, progress, new log lines.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let input = ideogram_client::GenerateInput::new("A fox");
    /// let response = client
    ///     .subscribe(&input)
    ///     .on_status(|status| eprintln!("{} {:?}", status.status, status.queue_position))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_status(mut self, on_status: impl FnMut(&QueueStatus) + Send + 'a) -> Self {
        self.on_status = Some(Box::new(on_status));
        self.logs = true;
        self
    }

    /// Cancels the job when this call is dropped before its end, as far as the runtime still runs by then. Without it a
    /// dropped call leaves the job to itself, to be found again by its id.
    pub fn with_cancel_on_drop(mut self) -> Self {
        self.cancel_on_drop = true;
        self
    }

    /// Cancels the job when this future is done: a token, a timer, a signal. What has been submitted by then is cancelled
    /// as a deadline does it, and the call ends in an error that says what came of it.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// let input = ideogram_client::GenerateInput::new("A fox");
    /// let call = client.subscribe(&input).cancel_when(async { drop(stopped.await) });
    /// # drop(stop);
    /// let response = call.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel_when(mut self, cancel: impl Future<Output = ()> + Send + 'a) -> Self {
        self.cancel = Some(cancel.boxed());
        self
    }

    async fn send(mut self) -> Result<Response<O>> {
        let begun = clock::now();
        let deadline = self.deadline.unwrap_or(self.jobs.wire.timeouts.deadline);
        let endpoint = self.submit.endpoint();
        let Ok(submitted) = tokio::time::timeout(deadline, self.submit.send()).await else {
            let message =
                format!("the submit to `{}` did not finish within {deadline:?}", endpoint.unwrap_or_default());
            return Err(
                Error::new(ErrorKind::Deadline, message).at(crate::call::operation::Operation::Submit, endpoint)
            );
        };
        let job = submitted?;
        let mut guard = CancelOnDrop(self.cancel_on_drop.then(|| job.clone()));
        let follower = Follower::new(job.clone(), self.logs).with_policy(self.policy);
        let finish = Box::pin(job.finish(follower, |status| {
            if let Some(on_status) = &mut self.on_status {
                on_status(status);
            }
        }));
        let cancel = self.cancel.unwrap_or_else(|| std::future::pending().boxed());
        let race = async {
            match select(finish, cancel).await {
                Either::Left((outcome, _)) => Some(outcome),
                Either::Right(_) => None,
            }
        };
        let outcome = match tokio::time::timeout(deadline.saturating_sub(clock::since(begun)), race).await {
            Ok(Some(outcome)) => outcome,
            gave_up => {
                let (kind, what) = match gave_up {
                    Ok(_) => (ErrorKind::Cancelled, "was cancelled by its caller".to_owned()),
                    Err(_) => (ErrorKind::Deadline, format!("did not finish within {deadline:?}")),
                };
                Box::pin(give_up(&job, kind, &what)).await
            }
        };
        guard.0 = None;
        outcome
    }
}

/// Nobody waits any more: cancels the job, and says what came of that. One that had completed by then is not wasted.
async fn give_up<O: CallOutput>(job: &Job<O>, kind: ErrorKind, what: &str) -> Result<Response<O>> {
    let (said, state) = match job.cancel().await {
        Ok(CancelState::AlreadyCompleted) => match job.result().await {
            Ok(response) => return Ok(response),
            Err(_) => {
                ("it has completed meanwhile, but its result could not be fetched".to_owned(), RequestState::Accepted)
            }
        },
        Ok(CancelState::Ok) => ("it was taken out of the queue".to_owned(), RequestState::Cancelled),
        Ok(state) => (format!("asked to cancel it, the server said `{state}`"), RequestState::Accepted),
        Err(error) => (format!("it could not be cancelled: {error}"), RequestState::Accepted),
    };
    let message = format!("the job of `{}` {what}; {said}", job.endpoint().id);
    Err(job.outcome_unknown(Error::new(kind, message)).in_state(state))
}

/// Cancels its job when dropped with it.
struct CancelOnDrop<O: CallOutput>(Option<Job<O>>);

impl<O: CallOutput> Drop for CancelOnDrop<O> {
    fn drop(&mut self) {
        if let (Some(job), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            // Nobody is left to hear of a failure.
            runtime.spawn(async move { drop(job.cancel().await) });
        }
    }
}

impl<'a, O: CallOutput> IntoFuture for Subscribe<'a, O> {
    type Output = Result<Response<O>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}

impl<O> fmt::Debug for Subscribe<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("submit", &self.submit)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::client::Client;
    use ideogram_schema::{Generate, GenerateInput};

    #[test]
    fn a_job_that_is_followed_takes_little_memory() {
        let client = Client::builder().with_key("a:b").build().unwrap();
        let input = GenerateInput::new("A fox");
        let job = client.job::<Generate>("1").unwrap();
        for (what, size) in [
            ("subscribe", size_of_val(&client.subscribe(&input).send())),
            ("wait", size_of_val(&job.wait())),
            ("stream", size_of_val(&job.stream(&job.jobs().wire.queue, true))),
        ] {
            assert!(size <= 5_000, "{what} takes {size} bytes before it is polled");
        }
    }
}

//! Submits a request, follows its job and fetches the result: the call that most programs want.

use crate::clock;
use crate::error::{Error, ErrorKind, RequestState, Result};
use crate::job::abandon::CancelOnDrop;
use crate::job::follow::Follower;
use crate::job::lost_reply::LostReply;
use crate::job::poll::PollPolicy;
use crate::job::response::Response;
use crate::job::submit::{Order, Submit};
use crate::job::{Job, Jobs, status};
use crate::wire::input::{CallInput, CallOutput};
use crate::wire::options::CallOptions;
use crate::wire::stop::Stop;
use crate::wire::trace;
use futures_util::future::{BoxFuture, FutureExt};
use ideogram_schema::QueueStatus;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::Instrument;

type OnStatus<'a> = Box<dyn FnMut(&QueueStatus) + Send + 'a>;

/// A submit that is followed to its end, made by [`Client::subscribe`](crate::Client::subscribe), which has its errors;
/// awaiting it sends it.
///
/// # Dropping it
/// Dropped before the submit is sent, it sends nothing. Dropped while the submit is on its way, the request may be
/// accepted and billed, and its id is lost. Dropped later, the job goes on, and its result can be fetched by id.
/// [`with_cancel_on_drop`](Self::with_cancel_on_drop) cancels it in both cases.
#[must_use = "a call is sent when it is awaited"]
pub struct Subscribe<'a, O> {
    submit: Submit<'a, O>,
    logs: bool,
    policy: PollPolicy,
    on_status: Option<OnStatus<'a>>,
    cancel_on_drop: bool,
}

impl<'a, O: CallOutput> Subscribe<'a, O> {
    pub(crate) fn new(jobs: &'a Arc<Jobs>, input: &impl CallInput<Output = O>) -> Self {
        Self {
            submit: Submit::new(jobs, input),
            logs: false,
            policy: PollPolicy::default(),
            on_status: None,
            cancel_on_drop: false,
        }
    }

    /// Sets options of the platform, such as a start timeout, a priority or tags.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.submit = self.submit.with_options(options);
        self
    }

    /// A URL to which the service also sends the outcome by `POST` when the job has ended: see
    /// [`Submit::with_webhook`](crate::Submit::with_webhook).
    pub fn with_webhook(mut self, url: impl Into<String>) -> Self {
        self.submit = self.submit.with_webhook(url);
        self
    }

    /// Refuses the request with 429 when more than this many requests are waiting in the queue already; nothing is billed then.
    /// The error is [`is_rate_limited`](crate::Error::is_rate_limited).
    pub fn with_max_queue_length(mut self, length: u32) -> Self {
        self.submit = self.submit.with_max_queue_length(length);
        self
    }

    /// What to do about a reply to the submit that was lost after it may have been accepted.
    pub fn on_lost_reply(mut self, policy: LostReply) -> Self {
        self.submit = self.submit.on_lost_reply(policy);
        self
    }

    /// How long the whole call may take; by default the client's deadline. After it, a submit that is under way and the
    /// job are handled as [`cancel_when`](Self::cancel_when) says, within [`limits::WIND_UP`](crate::limits::WIND_UP)
    /// by default. A deadline that passes between two attempts of the submit ends in the last attempt's error.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.submit = self.submit.with_deadline(deadline);
        self
    }

    /// How often the job's status is polled where there is no status stream.
    pub fn with_poll_policy(mut self, policy: PollPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Calls this function with each status: position in the queue, progress, new log lines.
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

    /// Cancels the job when this call is dropped before its end. A task of its own sends the submit. If the call is
    /// dropped while the submit is on its way, the task waits for the answer and cancels the job by its id. If it is
    /// dropped between two attempts, nothing more is sent.
    ///
    /// This happens on the runtime on which the call was awaited, wherever it is dropped. A runtime that is shutting
    /// down, at the end of `main` for example, runs no more tasks: use [`cancel_when`](Self::cancel_when) there and
    /// wait for the call to end. A cancel that fails is not reported.
    pub fn with_cancel_on_drop(mut self) -> Self {
        self.cancel_on_drop = true;
        self
    }

    /// Gives the call up when this future is done: a cancellation token, a timer, a signal. The call then ends in an
    /// error whose [`state`](crate::Error::state) says whether the request may be billed:
    ///
    /// - Before the submit is sent, or between two attempts, nothing more is sent.
    /// - While it is on its way, the client waits for its answer, three seconds by default, and cancels the job by its
    ///   id. Without an answer the state is [`Unknown`](crate::RequestState::Unknown), and
    ///   [`sent_within`](crate::Error::sent_within) says where to look.
    /// - While the job is followed, one request cancels it.
    /// - If the job has completed by then, its result is fetched, and the call succeeds.
    ///
    /// All of it takes at most [`limits::WIND_UP`](crate::limits::WIND_UP), or what
    /// [`ClientBuilder::with_wind_up`](crate::ClientBuilder::with_wind_up) says.
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
        self.submit = self.submit.cancel_when(cancel);
        self
    }

    async fn send(mut self) -> Result<Response<O>> {
        let (order, mut stop) = self.submit.begin()?;
        let job = if self.cancel_on_drop {
            Box::pin(place_beside(order, &mut stop)).await?
        } else {
            Box::pin(order.place(&mut stop)).await?
        };
        // The call was to end, and the job was returned because it has completed.
        if let Some(why) = stop.came() {
            return Box::pin(job.last_result(stop.left(), why)).await;
        }
        let guard = self.cancel_on_drop.then(|| CancelOnDrop::new(Some(job.clone())));
        let outcome = Box::pin(follow(&job, self.logs, self.policy, self.on_status.take(), &mut stop)).await;
        drop(guard.and_then(CancelOnDrop::disarm));
        outcome
    }
}

/// Follows the job until it ends, or until the call's deadline or cancellation.
async fn follow<O: CallOutput>(
    job: &Job<O>,
    logs: bool,
    policy: PollPolicy,
    mut on_status: Option<OnStatus<'_>>,
    stop: &mut Stop<'_>,
) -> Result<Response<O>> {
    let completed = AtomicBool::new(false);
    let follower = Follower::new(job.clone(), logs).with_policy(policy);
    let trouble = follower.trouble().clone();
    let mut finish = pin!(job.finish(follower, |status| {
        completed.fetch_or(status::has_ended(status), Ordering::Relaxed);
        if let Some(on_status) = &mut on_status {
            on_status(status);
        }
    }));
    let why = match stop.unless(&mut finish).await {
        Ok(outcome) => return outcome,
        Err(why) => why,
    };
    if completed.load(Ordering::Relaxed) {
        // The job has completed, so there is nothing to cancel: only its result is fetched.
        let Ok(outcome) = timeout(stop.left(), finish).await else {
            let said = "it has completed, but its result did not come in time";
            return Err(trouble.told(job.given_up(why, said)));
        };
        return outcome;
    }
    job.abandon(stop.left(), why).await.map_err(|error| trouble.told(error))?;
    job.last_result(stop.left(), why).await.map_err(|error| trouble.told(error))
}

/// Sends the request from a task of its own, which goes on when the call is dropped: it waits for the answer of a
/// submit that is on its way, and cancels the job by its id.
async fn place_beside<O: CallOutput>(order: Box<Order>, stop: &mut Stop<'_>) -> Result<Job<O>> {
    let (wire, begun) = (order.wire().clone(), clock::system_time());
    // Dropping `hold` tells the task that the call was dropped or cancelled.
    let (hold, dropped) = oneshot::channel::<()>();
    let mut own = stop.with_cancel(dropped.map(drop).boxed());
    let placing = async move { order.place(&mut own).await.map(|job| CancelOnDrop::new(Some(job))) };
    let mut task = tokio::spawn(placing.in_current_span());
    let outcome = if let Ok(outcome) = stop.unless(&mut task).await {
        outcome
    } else {
        drop(hold);
        task.await
    };
    let gone = |error| Error::new(ErrorKind::Cancelled, "the task of the submit has ended").with_source(error);
    // The task has ended early, with its runtime for example, so it is unknown whether the request was accepted.
    let unknown = |error| gone(error).in_state(RequestState::Unknown).sent_since(begun, wire.clock.offset_ms());
    let guard: CancelOnDrop<O> = outcome.map_err(unknown)??;
    guard.disarm().ok_or_else(|| Error::new(ErrorKind::Cancelled, "the submit has no job"))
}

impl<'a, O: CallOutput> IntoFuture for Subscribe<'a, O> {
    type Output = Result<Response<O>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let endpoint = self.submit.endpoint_id();
        Box::pin(trace::call("subscribe", endpoint, None, move || self.send()))
    }
}

impl<O> fmt::Debug for Subscribe<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe").field("submit", &self.submit).finish_non_exhaustive()
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
            assert!(size <= 1_500, "{what} takes {size} bytes before it is polled");
        }
    }
}

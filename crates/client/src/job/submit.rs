//! Putting a request into the queue.

use crate::call::operation::Operation;
use crate::clock;
use crate::error::Result;
use crate::generated::parameters::SubmitParameters;
use crate::job::lost_reply::LostReply;
use crate::job::{Job, Jobs, preflight};
use crate::wire::Wire;
use crate::wire::input::{CallInput, CallOutput, Payload};
use crate::wire::options::CallOptions;
use crate::wire::stop::Stop;
use crate::wire::trace;
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http::header::HeaderMap;
use ideogram_schema::{QueueState, QueueStatus};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use url::form_urlencoded;

/// A submit, made by [`Client::submit`](crate::Client::submit), which has its errors; awaiting it sends it and gives the
/// [`Job`].
///
/// # Dropping it
/// Dropped before it has sent anything, between two attempts for example, it sends nothing. Dropped while the request is
/// on its way, it does not wait for the answer: the request may be accepted and billed, and the job's id is lost.
/// [`cancel_when`](Self::cancel_when) waits for the answer and cancels the job instead; so does
/// [`Subscribe::with_cancel_on_drop`](crate::Subscribe::with_cancel_on_drop) for a call that is dropped.
#[must_use = "a call is sent when it is awaited"]
pub struct Submit<'a, O> {
    jobs: &'a Arc<Jobs>,
    payload: Result<Payload>,
    /// On the heap, because futures that contain it would hold it several times.
    settings: Box<Settings>,
    cancel: Option<BoxFuture<'a, ()>>,
    unsent: Option<BoxFuture<'a, ()>>,
    output: PhantomData<fn() -> O>,
}

/// The settings of the call that are not needed after the request has been sent.
#[derive(Default)]
struct Settings {
    options: CallOptions,
    webhook: Option<String>,
    max_queue_length: Option<i64>,
    lost_reply: LostReply,
    deadline: Option<Duration>,
}

impl<'a, O: CallOutput> Submit<'a, O> {
    pub(crate) fn new(jobs: &'a Arc<Jobs>, input: &impl CallInput<Output = O>) -> Self {
        let (payload, settings) = (Payload::new(input), Box::default());
        Self { jobs, payload, settings, cancel: None, unsent: None, output: PhantomData }
    }

    /// Sets options of the platform, such as a start timeout, a priority or tags.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.settings.options = options;
        self
    }

    /// The URL to which the service sends the outcome by `POST` when the job has ended; it goes out in the query as
    /// `fal_webhook`. fal delivers to public `https` addresses only. The module `webhook` checks a delivery.
    pub fn with_webhook(mut self, url: impl Into<String>) -> Self {
        self.settings.webhook = Some(url.into());
        self
    }

    /// The URL that the request is posted to, its query included. Nothing is sent.
    ///
    /// ```
    /// # fn main() -> ideogram_client::Result<()> {
    /// use ideogram_client::{Client, GenerateInput};
    ///
    /// let client = Client::builder().with_key("id:secret").build()?;
    /// let input = GenerateInput::new("A fox");
    /// assert_eq!(
    ///     client.submit(&input).with_webhook("https://example.com/done").url(),
    ///     "https://queue.fal.run/fal-ai/ideogram/v2/turbo?fal_webhook=https%3A%2F%2Fexample.com%2Fdone"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn url(&self) -> String {
        let base = self.jobs.wire.bases.queue.as_str().trim_end_matches('/');
        let mut parameters = SubmitParameters::default();
        parameters.webhook.clone_from(&self.settings.webhook);
        parameters.max_queue_length = self.settings.max_queue_length;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters.query());
        match query.finish().as_str() {
            "" => format!("{base}/{}", self.endpoint_id()),
            query => format!("{base}/{}?{query}", self.endpoint_id()),
        }
    }

    /// Refuses the request with 429 when more than this many requests are waiting in the queue already; nothing is billed then.
    /// The error is [`is_rate_limited`](crate::Error::is_rate_limited).
    pub fn with_max_queue_length(mut self, length: u32) -> Self {
        self.settings.max_queue_length = Some(i64::from(length));
        self
    }

    /// What to do about a reply that was lost after the request may have been accepted.
    pub fn on_lost_reply(mut self, policy: LostReply) -> Self {
        self.settings.lost_reply = policy;
        self
    }

    /// How long the submit may take, retries and the search for a lost reply included; by default the client's
    /// deadline. After it no new attempt is made. A request that is on its way is handled as
    /// [`cancel_when`](Self::cancel_when) says.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// Gives the submit up when this future is done: a cancellation token, a timer, a signal.
    ///
    /// Between two attempts nothing more is sent, and the error's state is [`NotSent`](crate::RequestState::NotSent).
    /// While the request is on its way, the client waits for its answer, three seconds by default, and cancels the job
    /// by its id; the error says whether that succeeded. If the job has completed by then, it is returned. Without an
    /// answer the state is [`Unknown`](crate::RequestState::Unknown), and [`sent_within`](crate::Error::sent_within)
    /// says where to look.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let input = ideogram_client::GenerateInput::new("A fox");
    /// let two_minutes = tokio::time::sleep(std::time::Duration::from_secs(120));
    /// let job = client.submit(&input).cancel_when(two_minutes).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel_when(mut self, cancel: impl Future<Output = ()> + Send + 'a) -> Self {
        self.cancel = Some(cancel.boxed());
        self
    }

    /// Sends nothing more once this future is done: before the submit is sent, or between two attempts, it then ends in an
    /// error whose state is [`NotSent`](crate::RequestState::NotSent). Unlike with [`cancel_when`](Self::cancel_when), a
    /// request that is on its way goes on, and its job is returned: it is for a program that begins nothing more and ends
    /// what it has begun.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// let input = ideogram_client::GenerateInput::new("A fox");
    /// let call = client.submit(&input).give_up_unsent_when(async { drop(stopped.await) });
    /// # drop(stop);
    /// let job = call.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn give_up_unsent_when(mut self, given_up: impl Future<Output = ()> + Send + 'a) -> Self {
        self.unsent = Some(given_up.boxed());
        self
    }

    /// Checks the request, and returns it with the deadline and the cancellation of its call.
    pub(crate) fn begin(self) -> Result<(Box<Order>, Stop<'a>)> {
        let (timeouts, settings) = (&self.jobs.wire.timeouts, self.settings);
        let stop = Stop::new(settings.deadline.unwrap_or(timeouts.deadline), self.cancel, timeouts.wind_up);
        let stop = stop.with_unsent(self.unsent);
        let payload = self.payload?;
        preflight::check(&payload)?;
        let mut parameters = settings.options.submit_parameters()?;
        parameters.webhook = settings.webhook;
        parameters.max_queue_length = settings.max_queue_length;
        let extra = settings.options.extra()?;
        let order = Order { jobs: self.jobs.clone(), payload, parameters, extra, lost_reply: settings.lost_reply };
        Ok((Box::new(order), stop))
    }

    /// The endpoint's id, if the input fits it.
    pub(crate) fn endpoint_id(&self) -> &'static str {
        self.payload.as_ref().map_or("", |payload| payload.endpoint.id)
    }

    async fn send(self) -> Result<Job<O>> {
        let (order, mut stop) = self.begin()?;
        order.place(&mut stop).await
    }
}

/// A request that is ready to be sent, on this task or another.
pub(crate) struct Order {
    jobs: Arc<Jobs>,
    payload: Payload,
    parameters: SubmitParameters,
    extra: Option<Arc<HeaderMap>>,
    lost_reply: LostReply,
}

impl Order {
    pub(crate) fn wire(&self) -> &Arc<Wire> {
        &self.jobs.wire
    }

    /// Sends it. If the call's deadline or cancellation comes meanwhile, the job is cancelled, and returned only if it
    /// has completed.
    pub(crate) async fn place<O: CallOutput>(self: Box<Self>, stop: &mut Stop<'_>) -> Result<Job<O>> {
        let job: Job<O> = self.send(stop).await?;
        trace::request_id(job.request_id(), &job.jobs().wire.secrets);
        tracing::debug!("accepted");
        if let Some(why) = stop.came() {
            job.abandon(stop.left(), why).await?;
        }
        Ok(job)
    }

    async fn send<O: CallOutput>(&self, stop: &mut Stop<'_>) -> Result<Job<O>> {
        let (jobs, begun) = (&self.jobs, clock::system_time());
        let error = match self.attempt(stop).await {
            Ok(job) => {
                jobs.submitted.claim(job.request_id());
                return Ok(job);
            }
            Err(error) => error.sent_since(begun, jobs.wire.clock.offset_ms()),
        };
        let Some(window) = error.sent_within() else { return Err(error) };
        let search = Box::pin(self.lost_reply.reconcile(jobs, &self.payload, window));
        stop.within(search).await.flatten().ok_or(error)
    }

    async fn attempt<O: CallOutput>(&self, stop: &mut Stop<'_>) -> Result<Job<O>> {
        let (jobs, endpoint) = (&self.jobs, self.payload.endpoint);
        let operations = jobs.wire.queue.of_call(self.extra.clone(), stop.sent());
        let send = || self.parameters.submit(&operations, endpoint.id, &self.payload.json);
        let read = |body: &Bytes| accepted(body);
        let answer = jobs.wire.call_until(stop, Operation::Submit, Some(endpoint.id), send, read).await;
        let error = match answer {
            Ok((head, status)) => match Job::accepted(jobs.clone(), endpoint, &status) {
                Ok(job) => return Ok(job),
                Err(error) => error.with_head(head).at(Operation::Submit, Some(endpoint.id)),
            },
            Err(error) => error,
        };
        // The answer's headers say that the request was accepted, and its id, so the body is not needed.
        let head = error.repr().head.as_ref().filter(|head| head.status.is_success());
        let Some(id) = head.and_then(|head| head.request_id.clone()) else { return Err(error) };
        Job::accepted(jobs.clone(), endpoint, &QueueStatus::new(QueueState::InQueue, id)).map_err(|_| error)
    }
}

impl<O> fmt::Debug for Submit<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submit")
            .field("payload", &self.payload)
            .field("options", &self.settings.options)
            .finish_non_exhaustive()
    }
}

impl<'a, O: CallOutput> IntoFuture for Submit<'a, O> {
    type Output = Result<Job<O>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let endpoint = self.endpoint_id();
        Box::pin(trace::call("submit", endpoint, None, move || self.send()))
    }
}

/// Reads the answer to a submit. The job exists and is paid for, so only its id is required.
fn accepted(body: &[u8]) -> serde_json::Result<QueueStatus> {
    let strict = match serde_json::from_slice(body) {
        Ok(status) => return Ok(status),
        Err(error) => error,
    };
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(body) else { return Err(strict) };
    let text = |name: &str| object.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let Some(request_id) = text("request_id") else { return Err(strict) };
    let mut status = QueueStatus::new(QueueState::InQueue, request_id);
    status.status_url = text("status_url");
    status.response_url = text("response_url");
    status.cancel_url = text("cancel_url");
    Ok(status)
}

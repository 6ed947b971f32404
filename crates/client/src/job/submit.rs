//! Putting a request into the queue.

use crate::call::operation::Operation;
use crate::clock;
use crate::error::Result;
use crate::generated::parameters::SubmitParameters;
use crate::generated::queue;
use crate::job::lost_reply::LostReply;
use crate::job::{Job, Jobs, preflight};
use crate::wire::input::{CallInput, CallOutput, Payload};
use crate::wire::options::CallOptions;
use futures_util::future::{BoxFuture, FutureExt};
use ideogram_schema::{QueueState, QueueStatus};
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

/// A submit, made by [`Client::submit`](crate::Client::submit); awaiting it sends it and gives the [`Job`].
#[must_use = "a call is sent when it is awaited"]
pub struct Submit<'a, O> {
    jobs: &'a Arc<Jobs>,
    payload: Result<Payload>,
    options: CallOptions,
    webhook: Option<String>,
    max_queue_length: Option<i64>,
    lost_reply: LostReply,
    output: PhantomData<fn() -> O>,
}

impl<'a, O: CallOutput> Submit<'a, O> {
    pub(crate) fn new(jobs: &'a Arc<Jobs>, input: &impl CallInput<Output = O>) -> Self {
        Self {
            jobs,
            payload: Payload::new(input),
            options: CallOptions::default(),
            webhook: None,
            max_queue_length: None,
            lost_reply: LostReply::Report,
            output: PhantomData,
        }
    }

    /// Sets what is asked of the platform besides the input.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// A URL that gets the outcome by `POST` when the job is done.
    pub fn with_webhook(mut self, url: impl Into<String>) -> Self {
        self.webhook = Some(url.into());
        self
    }

    /// Gives up with 429 when more requests than this are waiting already.
    pub fn with_max_queue_length(mut self, length: u32) -> Self {
        self.max_queue_length = Some(i64::from(length));
        self
    }

    /// What to do about a reply that was lost after the request may have been accepted.
    pub fn on_lost_reply(mut self, policy: LostReply) -> Self {
        self.lost_reply = policy;
        self
    }

    /// The endpoint's id, for messages.
    pub(crate) fn endpoint(&self) -> Option<&'static str> {
        self.payload.as_ref().ok().map(|payload| payload.endpoint.id)
    }

    pub(crate) async fn send(self) -> Result<Job<O>> {
        let (jobs, lost_reply, begun) = (self.jobs, self.lost_reply, clock::system_time());
        let payload = self.payload?;
        preflight::check(&payload)?;
        let mut parameters = self.options.submit_parameters()?;
        parameters.webhook = self.webhook;
        parameters.max_queue_length = self.max_queue_length;
        let operations = jobs.wire.queue.with_headers(self.options.extra()?);
        let error = match attempt(jobs, &operations, &payload, &parameters).await {
            Ok(job) => {
                jobs.submitted.claim(job.request_id());
                return Ok(job);
            }
            Err(error) => error.sent_since(begun),
        };
        let Some(window) = error.sent_within() else { return Err(error) };
        Box::pin(lost_reply.reconcile(jobs, &payload, window)).await.ok_or(error)
    }
}

async fn attempt<O: CallOutput>(
    jobs: &Arc<Jobs>,
    operations: &queue::Client,
    payload: &Payload,
    parameters: &SubmitParameters,
) -> Result<Job<O>> {
    let endpoint = payload.endpoint;
    let send = || parameters.submit(operations, endpoint.id, &payload.json);
    let outcome = jobs.wire.call(Operation::Submit, Some(endpoint.id), send, |body| accepted(body)).await;
    let error = match outcome {
        Ok((head, status)) => match Job::accepted(jobs.clone(), endpoint, &status) {
            Ok(job) => return Ok(job),
            Err(error) => error.with_head(head).at(Operation::Submit, Some(endpoint.id)),
        },
        Err(error) => error,
    };
    // Its head says that it was accepted, and by which id: what the body would have said can be done without.
    let head = error.repr().head.as_ref().filter(|head| head.status.is_success());
    let Some(id) = head.and_then(|head| head.request_id.clone()) else { return Err(error) };
    Job::accepted(jobs.clone(), endpoint, &QueueStatus::new(QueueState::InQueue, id)).map_err(|_| error)
}

impl<O> fmt::Debug for Submit<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submit").field("payload", &self.payload).field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a, O: CallOutput> IntoFuture for Submit<'a, O> {
    type Output = Result<Job<O>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}

/// Reads the answer to a submit. The job exists and is paid for, so all that is insisted on is its id.
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

//! A request in the queue.

pub(crate) mod abandon;
pub(crate) mod durations;
pub(crate) mod follow;
pub(crate) mod links;
pub(crate) mod lost_reply;
pub(crate) mod outage;
pub(crate) mod poll;
pub(crate) mod preflight;
pub(crate) mod response;
pub(crate) mod saved;
pub(crate) mod seen_logs;
pub(crate) mod sse;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod submitted;
pub(crate) mod subscribe;
pub(crate) mod trouble;
pub(crate) mod updates;
pub(crate) mod wait;

use crate::call::head::Head;
use crate::call::json;
use crate::call::operation::Operation;
use crate::clock::{self, Instant};
use crate::error::{Error, ErrorKind, Judgement, Reported, RequestState, Result};
use crate::generated::parameters::RawResult;
use crate::generated::queue;
use crate::job::durations::JobDurations;
use crate::job::links::Links;
use crate::job::response::Response;
use crate::job::submitted::SubmittedIds;
use crate::platform::history;
use crate::text::clean;
use crate::wire::answer::BodyStream;
use crate::wire::input::CallOutput;
use crate::wire::{Wire, read_output};
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http::Method;
use ideogram_schema::{CancelState, CancelStatus, EndpointInfo, LogEntry, QueueStatus};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What the jobs of one client share.
pub(crate) struct Jobs {
    pub(crate) wire: Arc<Wire>,
    /// How long the jobs of each endpoint took.
    pub(crate) durations: JobDurations,
    /// The ids of this client's own requests, which are not lost.
    pub(crate) submitted: SubmittedIds,
}

impl Jobs {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire, durations: JobDurations::default(), submitted: SubmittedIds::default() }
    }
}

/// A request in the queue of an endpoint whose output is `O`: made by [`Client::submit`](crate::Client::submit), or from
/// its id by [`Client::job`](crate::Client::job).
///
/// Awaiting it is the same as [`wait`](Self::wait). Dropping it does not cancel it: the job goes on, and its result can
/// be fetched by id. The queue keeps a result for an hour after completion; after that it is in the request history, which
/// `wait` and [`result`](Self::result) read too.
///
/// ```no_run
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let job = client.submit(&ideogram_client::GenerateInput::new("A fox")).await?;
/// println!("{}", job.request_id());
/// let response = job.await?;
/// # Ok(())
/// # }
/// ```
pub struct Job<O> {
    jobs: Arc<Jobs>,
    endpoint: &'static EndpointInfo,
    request_id: String,
    /// Where the server named other URLs than the description has.
    links: Option<Arc<Links>>,
    submitted: Instant,
    /// Whether this process has submitted it, and so knows its age.
    is_new: bool,
    output: PhantomData<fn() -> O>,
}

impl<O: CallOutput> Job<O> {
    /// A job that the server has just accepted.
    pub(crate) fn accepted(jobs: Arc<Jobs>, endpoint: &'static EndpointInfo, status: &QueueStatus) -> Result<Self> {
        let request_id = status.request_id.clone();
        let queue = &jobs.wire.queue;
        if !is_request_id(&request_id) {
            return Err(Error::new(ErrorKind::Decode, "its `request_id` is not one"));
        }
        let described = format!("{}/{}/{}/requests/{request_id}", queue.baseurl, endpoint.owner, endpoint.app);
        let links = Links::new(status, |url| queue.inner.allows(url), &described).map(Arc::new);
        Ok(Self { jobs, endpoint, request_id, links, submitted: clock::now(), is_new: true, output: PhantomData })
    }

    pub(crate) fn attach(jobs: Arc<Jobs>, endpoint: &'static EndpointInfo, request_id: String) -> Result<Self> {
        if !is_request_id(&request_id) {
            return Err(Error::input(format!(
                "{:?} is not a request id: expected are 1 to 128 letters, digits, `-` and `_`",
                clean(&request_id, 200)
            )));
        }
        Ok(Self {
            jobs,
            endpoint,
            request_id,
            links: None,
            submitted: clock::now(),
            is_new: false,
            output: PhantomData,
        })
    }

    /// The endpoint that it was submitted to.
    pub fn endpoint(&self) -> &'static EndpointInfo {
        self.endpoint
    }

    /// The id, with which [`Client::job`](crate::Client::job) attaches to it again, in this process or another.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(crate) fn jobs(&self) -> &Arc<Jobs> {
        &self.jobs
    }

    /// When it was submitted, or attached to.
    pub(crate) fn submitted_at(&self) -> Instant {
        self.submitted
    }

    /// How long ago it was submitted, where this program did that.
    pub(crate) fn age(&self) -> Option<Duration> {
        self.is_new.then(|| clock::since(self.submitted))
    }

    /// Asks for the job's status, without log lines: one request.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when the queue does not know the id; [`is_auth`](Error::is_auth),
    /// [`is_rate_limited`](Error::is_rate_limited), [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) or a
    /// server error when it could not be asked. None of them says anything about the job, which goes on:
    /// [`state`](Error::state) is `None`.
    pub async fn status(&self) -> Result<QueueStatus> {
        self.status_with(false).await
    }

    /// Asks for the log lines so far: one request. Not every model writes any.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn logs(&self) -> Result<Vec<LogEntry>> {
        Ok(self.status_with(true).await?.logs.unwrap_or_default())
    }

    pub(crate) async fn status_with(&self, logs: bool) -> Result<QueueStatus> {
        let send = || self.request(Operation::Status, logs);
        let answer = self.jobs.wire.call(Operation::Status, Some(self.endpoint.id), send, |body| self.read(body)).await;
        Ok(self.with_request_id(answer)?.1)
    }

    /// Asks for its status, by a request that is not repeated.
    pub(crate) async fn look(&self, logs: bool) -> Result<QueueStatus> {
        let (wire, send) = (&self.jobs.wire, || self.request(Operation::Status, logs));
        let answer = wire.call_once(Operation::Status, Some(self.endpoint.id), send, |body| self.read(body)).await;
        Ok(self.with_request_id(answer)?.1)
    }

    fn read(&self, body: &[u8]) -> serde_json::Result<QueueStatus> {
        status::read(body, &self.request_id)
    }

    /// Opens the status stream.
    pub(crate) async fn stream(&self, queue: &queue::Client, logs: bool) -> Result<(Head, BodyStream)> {
        let logs = logs.then_some(1);
        let wire = &self.jobs.wire;
        let opened = match self.links.as_ref().and_then(|links| links.status.as_ref()) {
            None => {
                let (owner, app) = (self.endpoint.owner, self.endpoint.app);
                wire.stream(Operation::Stream, || queue.status_stream(owner, app, &self.request_id, logs)).await
            }
            Some(url) => {
                let mut url = url.clone();
                let path = format!("{}/stream", url.path().trim_end_matches('/'));
                url.set_path(&path);
                let url = with_logs(&url, logs);
                wire.stream(Operation::Stream, || self.send_by(queue, Method::GET, url)).await
            }
        };
        self.with_request_id(opened)
    }

    /// Fetches the result: one request. There is one when the job has completed; [`wait`](Self::wait) waits for that.
    /// If the queue no longer has the job, the result is looked for in the platform's history.
    ///
    /// # Errors
    /// - Over: [`is_job_failure`](Error::is_job_failure) when the model's own answer is a failure, or
    ///   [`is_cancelled`](Error::is_cancelled).
    /// - Billed: [`is_decode`](Error::is_decode) or [`is_too_large`](Error::is_too_large) when its answer cannot be
    ///   delivered; the files in one that does not fit are in [`files`](Error::files).
    /// - Not known: [`status`](Error::status) is 400 when the job has not completed;
    ///   [`is_not_found`](Error::is_not_found) when the id is unknown or the result has expired;
    ///   [`is_job_open`](Error::is_job_open) when the queue no longer has it and the history cannot be read;
    ///   [`is_auth`](Error::is_auth), [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) or a server
    ///   error when the queue could not be asked. Ask again: that costs nothing.
    pub async fn result(&self) -> Result<Response<O>> {
        let (wire, send) = (&self.jobs.wire, || self.request(Operation::Result, false));
        let answer = wire.call(Operation::Result, Some(self.endpoint.id), send, read_output).await;
        let error = match self.with_request_id(answer) {
            Ok(answer) => return Ok(self.response(answer)),
            Err(error) => error,
        };
        match error.judge(Some(&self.request_id), Reported::Nothing) {
            Judgement::NotFound => self.forgotten(error).await,
            Judgement::Failed | Judgement::Cancelled | Judgement::Contradicted => Err(error.into_verdict()),
            _ => Err(error),
        }
    }

    /// The result, by a request that is not repeated.
    async fn fetch(&self) -> Result<(Head, (O, Bytes))> {
        let (wire, send) = (&self.jobs.wire, || self.request(Operation::Result, false));
        self.with_request_id(wire.call_once(Operation::Result, Some(self.endpoint.id), send, read_output).await)
    }

    /// The result from the history, for a job that the queue no longer has. If the history cannot be read, nothing is
    /// known about the job.
    async fn forgotten(&self, error: Error) -> Result<Response<O>> {
        match Box::pin(self.recorded_result()).await {
            Ok(Some(response)) => Ok(response),
            Ok(None) => Err(error),
            Err(failure) if failure.state().is_some() => Err(failure),
            Err(unread) => Err(self.outcome_unknown(unread)),
        }
    }

    fn response(&self, (head, answer): (Head, (O, Bytes))) -> Response<O> {
        let elapsed = clock::since(self.submitted);
        Response::new(self.jobs.wire.clone(), self.endpoint, answer, head, elapsed).with_job(
            &self.request_id,
            None,
            elapsed,
        )
    }

    /// Fetches the output from the platform's history, which keeps it for 30 days by default; the queue keeps a result
    /// for an hour at most. `None` if the history does not have it, or not yet.
    ///
    /// # Errors
    /// [`is_job_failure`](Error::is_job_failure) when the request failed; [`is_decode`](Error::is_decode) when its output does
    /// not fit, which is billed and whose files are in [`files`](Error::files); [`is_auth`](Error::is_auth) for a key that may
    /// not read the history; [`is_timeout`](Error::is_timeout) and [`is_connect`](Error::is_connect) when the platform cannot
    /// be reached, which says nothing about the request.
    pub async fn recorded_result(&self) -> Result<Option<Response<O>>> {
        let wire = &self.jobs.wire;
        let recorded = history::result(wire, self.endpoint, &self.request_id).await?;
        Ok(recorded.map(|(head, answer, took)| Response::new(wire.clone(), self.endpoint, answer, head, took)))
    }

    /// Asks the queue to cancel the job: one request. A job that is running already may still finish, and be billed.
    ///
    /// ```no_run
    /// use ideogram_client::CancelState;
    ///
    /// # async fn example(job: ideogram_client::Job<ideogram_client::Output>) -> ideogram_client::Result<()> {
    /// match job.cancel().await? {
    ///     // It is billed, so take what it made.
    ///     CancelState::AlreadyCompleted => drop(job.result().await?),
    ///     state => println!("{state}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when the queue does not know the id; [`is_auth`](Error::is_auth),
    /// [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) or a server error when no answer came: the job may
    /// go on and be billed. For a job that has completed already the result is [`CancelState::AlreadyCompleted`], not
    /// an error.
    pub async fn cancel(&self) -> Result<CancelState> {
        let (wire, send) = (&self.jobs.wire, || self.request(Operation::Cancel, false));
        self.cancelled(wire.call(Operation::Cancel, Some(self.endpoint.id), send, read_cancel).await)
    }

    /// The same, by a request that is not repeated.
    async fn cancel_once(&self) -> Result<CancelState> {
        let (wire, send) = (&self.jobs.wire, || self.request(Operation::Cancel, false));
        self.cancelled(wire.call_once(Operation::Cancel, Some(self.endpoint.id), send, read_cancel).await)
    }

    fn cancelled(&self, answer: Result<(Head, CancelStatus)>) -> Result<CancelState> {
        match self.with_request_id(answer) {
            Ok((_, answer)) => Ok(answer.status),
            Err(error) => match error.body().map(serde_json::from_str::<CancelStatus>) {
                Some(Ok(CancelStatus { status: CancelState::AlreadyCompleted, .. })) => {
                    Ok(CancelState::AlreadyCompleted)
                }
                _ => Err(error),
            },
        }
    }

    /// An error of this job while its outcome is unknown.
    pub(crate) fn outcome_unknown(&self, error: Error) -> Error {
        let error = error.of_job(&self.request_id).at(Operation::Status, Some(self.endpoint.id));
        error.hiding(&self.jobs.wire.secrets).in_state(RequestState::Accepted)
    }

    fn with_request_id<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.of_job(&self.request_id).with_files_of(self.endpoint))
    }

    /// Sends one request about the job, to the URL that the server has named below the configured base, or else to the
    /// described one.
    fn request(&self, operation: Operation, logs: bool) -> BoxFuture<'_, RawResult> {
        let (queue, links) = (&self.jobs.wire.queue, self.links.as_deref());
        let (owner, app, id) = (self.endpoint.owner, self.endpoint.app, self.request_id.as_str());
        let logs = logs.then_some(1);
        match operation {
            Operation::Result => match links.and_then(|links| links.result.clone()) {
                None => queue.result(owner, app, id).boxed(),
                Some(url) => self.send_by(queue, Method::GET, url).boxed(),
            },
            Operation::Cancel => match links.and_then(|links| links.cancel.clone()) {
                None => queue.cancel(owner, app, id).boxed(),
                Some(url) => self.send_by(queue, Method::PUT, url).boxed(),
            },
            _ => match links.and_then(|links| links.status.as_ref()) {
                None => queue.status(owner, app, id, logs).boxed(),
                Some(url) => self.send_by(queue, Method::GET, with_logs(url, logs)).boxed(),
            },
        }
    }

    async fn send_by(&self, queue: &queue::Client, method: Method, url: Url) -> RawResult {
        let mut request = reqwest::Request::new(method, url);
        queue.inner.prepare(&mut request);
        Ok(queue.inner.execute(&queue.client, request).await?)
    }
}

impl<O> Clone for Job<O> {
    fn clone(&self) -> Self {
        Self {
            jobs: self.jobs.clone(),
            request_id: self.request_id.clone(),
            links: self.links.clone(),
            submitted: self.submitted,
            is_new: self.is_new,
            endpoint: self.endpoint,
            output: PhantomData,
        }
    }
}

impl<O> fmt::Debug for Job<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("endpoint", &self.endpoint.id)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

fn read_cancel(body: &Bytes) -> serde_json::Result<CancelStatus> {
    json::from_slice(body)
}

/// Whether a text is safe as one segment of a path; `..`, for example, would lead to another path.
fn is_request_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn with_logs(url: &Url, logs: Option<i64>) -> Url {
    let mut url = url.clone();
    if let Some(logs) = logs {
        url.query_pairs_mut().append_pair("logs", &logs.to_string());
    }
    url
}

#[cfg(test)]
mod tests {
    use super::is_request_id;

    #[test]
    fn a_request_id_cannot_climb_or_branch() {
        assert!(is_request_id("764cabcf-b745-4b3e-ae38-1200304cf45b"));
        for bad in ["", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "é", &"a".repeat(129)] {
            assert!(!is_request_id(bad), "{bad}");
        }
    }
}

//! A request in the queue.

pub(crate) mod follow;
pub(crate) mod links;
pub(crate) mod lost_reply;
pub(crate) mod pace;
pub(crate) mod preflight;
pub(crate) mod saved;
pub(crate) mod sse;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod submitted;
pub(crate) mod subscribe;
pub(crate) mod trail;
pub(crate) mod updates;
pub(crate) mod wait;

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::clock::{self, Instant};
use crate::error::{Error, ErrorKind, RequestState, Result};
use crate::generated::parameters::RawResult;
use crate::generated::queue;
use crate::job::links::{Link, Links};
use crate::job::pace::Paces;
use crate::job::submitted::SubmittedIds;
use crate::platform::history;
use crate::wire::Wire;
use crate::wire::answer::BodyStream;
use crate::wire::input::CallOutput;
use crate::wire::response::Response;
use crate::wire::transport::sort;
use futures_util::future::FutureExt;
use ideogram_schema::{CancelState, CancelStatus, EndpointInfo, LogEntry, QueueStatus};
use reqwest::Method;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use url::Url;

/// What the jobs of one client share.
pub(crate) struct Jobs {
    pub(crate) wire: Arc<Wire>,
    /// How long the jobs of each endpoint took.
    pub(crate) paces: Paces,
    /// Which requests are not lost ones.
    pub(crate) submitted: SubmittedIds,
}

impl Jobs {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire, paces: Paces::default(), submitted: SubmittedIds::default() }
    }
}

/// A request in the queue of an endpoint whose output is `O`: made by [`Client::submit`](crate::Client::submit), or from its id by [`Client::job`](crate::Client::job).
///
/// Awaiting it is the same as [`wait`](Self::wait). Dropping it does not cancel it: the job goes on, and its result can
/// be fetched by id, for an hour after completion.
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
        Ok(Self { jobs, endpoint, request_id, links, submitted: clock::now(), output: PhantomData })
    }

    pub(crate) fn attach(jobs: Arc<Jobs>, endpoint: &'static EndpointInfo, request_id: String) -> Result<Self> {
        if !is_request_id(&request_id) {
            return Err(Error::input(format!(
                "{request_id:?} is not a request id: letters, digits and `-` are expected"
            )));
        }
        Ok(Self { jobs, endpoint, request_id, links: None, submitted: clock::now(), output: PhantomData })
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
    pub(crate) fn begun(&self) -> Instant {
        self.submitted
    }

    /// Where it stands, without log lines: one request.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when the queue does not know the id.
    pub async fn status(&self) -> Result<QueueStatus> {
        self.status_with(false).await
    }

    /// The log lines so far: one request. Not every model writes any.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn logs(&self) -> Result<Vec<LogEntry>> {
        Ok(self.status_with(true).await?.logs.unwrap_or_default())
    }

    pub(crate) async fn status_with(&self, logs: bool) -> Result<QueueStatus> {
        let (queue, id) = (&self.jobs.wire.queue, self.request_id.as_str());
        let logs = logs.then_some(1);
        let read = |body: &[u8]| status::read(body, id);
        let answer = match self.given(|links| &links.status)? {
            None => {
                let send = || queue.status(self.endpoint.owner, self.endpoint.app, id, logs);
                self.jobs.wire.call(Operation::Status, Some(self.endpoint.id), send, read).await
            }
            Some(url) => {
                let send = || self.send(Method::GET, with_logs(url, logs));
                self.jobs.wire.call(Operation::Status, Some(self.endpoint.id), send, read).await
            }
        };
        Ok(self.named(answer)?.1)
    }

    /// Opens the status stream.
    pub(crate) async fn stream(&self, queue: &queue::Client, logs: bool) -> Result<(Head, BodyStream)> {
        let id = self.request_id.as_str();
        let logs = logs.then_some(1);
        let opened = match self.given(|links| &links.status)? {
            None => {
                let send = queue.status_stream(self.endpoint.owner, self.endpoint.app, id, logs);
                self.jobs.wire.open(Operation::Stream, send.boxed()).await
            }
            Some(url) => {
                let mut url = url.clone();
                let path = format!("{}/stream", url.path().trim_end_matches('/'));
                url.set_path(&path);
                let send = self.send_by(queue, Method::GET, with_logs(&url, logs));
                self.jobs.wire.open(Operation::Stream, send.boxed()).await
            }
        };
        self.named(opened)
    }

    /// Fetches the result: one request. It is there once the job has completed; [`wait`](Self::wait) waits for that.
    /// One that the queue has forgotten is looked for in the platform's history.
    ///
    /// # Errors
    /// The model's own error when the job failed, [`is_validation`](Error::is_validation) for one; 400 when the job has
    /// not completed; [`is_not_found`](Error::is_not_found) when the id is unknown or the result has expired.
    pub async fn result(&self) -> Result<Response<O>> {
        let (queue, id) = (&self.jobs.wire.queue, self.request_id.as_str());
        let read = |body: &[u8]| serde_json::from_slice::<O>(body);
        let answer = match self.given(|links| &links.result)? {
            None => {
                let send = || queue.result(self.endpoint.owner, self.endpoint.app, id);
                self.jobs.wire.call(Operation::Result, Some(self.endpoint.id), send, read).await
            }
            Some(url) => {
                self.jobs
                    .wire
                    .call(Operation::Result, Some(self.endpoint.id), || self.send(Method::GET, url.clone()), read)
                    .await
            }
        };
        let (head, output) = match self.named(answer) {
            Ok(answer) => answer,
            // Expired: the history keeps it longer. Trouble there does not hide what the queue said.
            Err(error) if error.is_not_found() => {
                return match Box::pin(self.recorded_result()).await {
                    Ok(Some(response)) => Ok(response),
                    Err(failure) if failure.state().is_some_and(RequestState::is_over) => Err(failure),
                    _ => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        let elapsed = clock::since(self.submitted);
        Ok(Response::new(output, head, elapsed).with_job(id, None, elapsed))
    }

    /// The output from the platform's history: there for 30 days by default, where the queue keeps a result for an hour at
    /// most. `None` when it is not there, or not yet.
    ///
    /// # Errors
    /// [`is_job_failure`](Error::is_job_failure) when the request failed; [`is_auth`](Error::is_auth) for a key that may
    /// not read the history; [`is_timeout`](Error::is_timeout) and [`is_connect`](Error::is_connect) when the platform
    /// cannot be reached.
    pub async fn recorded_result(&self) -> Result<Option<Response<O>>> {
        history::result(&self.jobs.wire, self.endpoint, &self.request_id).await
    }

    /// Asks the queue to cancel the job: one request. A job that is running already may still finish.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when the queue does not know the id. That the job has completed already is
    /// not an error but [`CancelState::AlreadyCompleted`].
    pub async fn cancel(&self) -> Result<CancelState> {
        let (queue, id) = (&self.jobs.wire.queue, self.request_id.as_str());
        let read = |body: &[u8]| serde_json::from_slice::<CancelStatus>(body);
        let answer = match self.given(|links| &links.cancel)? {
            None => {
                let send = || queue.cancel(self.endpoint.owner, self.endpoint.app, id);
                self.jobs.wire.call(Operation::Cancel, Some(self.endpoint.id), send, read).await
            }
            Some(url) => {
                self.jobs
                    .wire
                    .call(Operation::Cancel, Some(self.endpoint.id), || self.send(Method::PUT, url.clone()), read)
                    .await
            }
        };
        match self.named(answer) {
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
    pub(crate) fn open(&self, error: Error) -> Error {
        error.of_job(&self.request_id).at(Operation::Status, Some(self.endpoint.id)).in_state(RequestState::Accepted)
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.of_job(&self.request_id))
    }

    fn given(&self, which: impl Fn(&Links) -> &Link) -> Result<Option<&Url>> {
        self.links.as_deref().map_or(Ok(None), |links| which(links).given())
    }

    /// Sends to a URL that the server named, which `Link::given` found to lie below the configured base.
    async fn send(&self, method: Method, url: Url) -> RawResult {
        self.send_by(&self.jobs.wire.queue, method, url).await
    }

    async fn send_by(&self, queue: &queue::Client, method: Method, url: Url) -> RawResult {
        let mut request = reqwest::Request::new(method, url);
        queue.inner.prepare(&mut request);
        sort(queue.inner.execute(&queue.client, request).await?)
    }
}

impl<O> Clone for Job<O> {
    fn clone(&self) -> Self {
        Self {
            jobs: self.jobs.clone(),
            request_id: self.request_id.clone(),
            links: self.links.clone(),
            submitted: self.submitted,
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

/// Whether a text can stand in a path as one segment that means nothing else: `..` would climb.
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

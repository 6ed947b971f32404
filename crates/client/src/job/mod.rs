//! A request in the queue.

pub(crate) mod follow;
pub(crate) mod links;
pub(crate) mod pace;
pub(crate) mod saved;
pub(crate) mod sse;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod subscribe;
pub(crate) mod trail;
pub(crate) mod updates;

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::client::Client;
use crate::error::{Error, Kind, Result};
use crate::generated::glue::Callable;
use crate::generated::glue::RawResult;
use crate::generated::queue;
use crate::job::follow::Follower;
use crate::job::links::{Link, Links};
use crate::job::updates::Updates;
use crate::wire::answer::BodyStream;
use crate::wire::response::Response;
use crate::wire::transport::sort;
use futures_util::future::{BoxFuture, FutureExt};
use ideogram_schema::{CancelState, CancelStatus, LogEntry, QueueStatus};
use reqwest::Method;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;
use url::Url;

/// A request in the queue of endpoint `E`: made by [`Client::submit`], or from its id by [`Client::job`].
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
pub struct Job<E> {
    client: Client,
    request_id: String,
    /// Where the server named other URLs than the description has.
    links: Option<Arc<Links>>,
    submitted: Instant,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Callable> Job<E> {
    /// A job that the server has just accepted.
    pub(crate) fn accepted(client: Client, status: &QueueStatus) -> Result<Self> {
        let request_id = status.request_id.clone();
        let queue = &client.shared().queue;
        if !is_request_id(&request_id) {
            return Err(Error::new(Kind::Decode, "its `request_id` is not one"));
        }
        let described = format!("{}/{}/{}/requests/{request_id}", queue.baseurl, E::INFO.owner, E::INFO.app);
        let links = Links::new(status, |url| queue.inner.allows(url), &described).map(Arc::new);
        Ok(Self { client, request_id, links, submitted: Instant::now(), endpoint: PhantomData })
    }

    pub(crate) fn attach(client: Client, request_id: String) -> Result<Self> {
        if !is_request_id(&request_id) {
            return Err(Error::input(format!(
                "{request_id:?} is not a request id: letters, digits and `-` are expected"
            )));
        }
        Ok(Self { client, request_id, links: None, submitted: Instant::now(), endpoint: PhantomData })
    }

    /// The id, with which [`Client::job`] attaches to it again, in this process or another.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
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
        let (queue, id) = (&self.client.shared().queue, self.request_id.as_str());
        let logs = logs.then_some(1);
        let read = |body: &[u8]| status::read(body, id);
        let answer = match self.given(|links| &links.status)? {
            None => {
                let send = || queue.status(E::INFO.owner, E::INFO.app, id, logs);
                self.client.call(Operation::Status, Some(E::ID), send, read).await
            }
            Some(url) => {
                let send = || self.send(Method::GET, with_logs(url, logs));
                self.client.call(Operation::Status, Some(E::ID), send, read).await
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
                let send = queue.status_stream(E::INFO.owner, E::INFO.app, id, logs);
                self.client.open(Operation::Stream, send.boxed()).await
            }
            Some(url) => {
                let mut url = url.clone();
                let path = format!("{}/stream", url.path().trim_end_matches('/'));
                url.set_path(&path);
                let send = self.send_by(queue, Method::GET, with_logs(&url, logs));
                self.client.open(Operation::Stream, send.boxed()).await
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
    pub async fn result(&self) -> Result<Response<E::Output>> {
        let (queue, id) = (&self.client.shared().queue, self.request_id.as_str());
        let read = |body: &[u8]| serde_json::from_slice::<E::Output>(body);
        let answer = match self.given(|links| &links.result)? {
            None => {
                let send = || queue.result(E::INFO.owner, E::INFO.app, id);
                self.client.call(Operation::Result, Some(E::ID), send, read).await
            }
            Some(url) => {
                self.client.call(Operation::Result, Some(E::ID), || self.send(Method::GET, url.clone()), read).await
            }
        };
        let (head, output) = match self.named(answer) {
            Ok(answer) => answer,
            // Expired: the history keeps it longer. Trouble there does not hide what the queue said.
            Err(error) if error.is_not_found() => {
                return match Box::pin(self.client.recorded_result::<E>(id)).await {
                    Ok(Some(response)) => Ok(response),
                    Err(failure) if failure.is_job_failure() => Err(failure),
                    _ => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        let elapsed = self.submitted.elapsed();
        Ok(Response::new(output, head, elapsed).with_job(id, None, elapsed))
    }

    /// Asks the queue to cancel the job: one request. A job that is running already may still finish.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) when the queue does not know the id. That the job has completed already is
    /// not an error but [`CancelState::AlreadyCompleted`].
    pub async fn cancel(&self) -> Result<CancelState> {
        let (queue, id) = (&self.client.shared().queue, self.request_id.as_str());
        let read = |body: &[u8]| serde_json::from_slice::<CancelStatus>(body);
        let answer = match self.given(|links| &links.cancel)? {
            None => {
                let send = || queue.cancel(E::INFO.owner, E::INFO.app, id);
                self.client.call(Operation::Cancel, Some(E::ID), send, read).await
            }
            Some(url) => {
                self.client.call(Operation::Cancel, Some(E::ID), || self.send(Method::PUT, url.clone()), read).await
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

    /// Follows the job to its end and fetches the result, for as long as the client's deadline allows. Past it the job
    /// goes on: wait again, or [`cancel`](Self::cancel) it.
    ///
    /// # Errors
    /// [`is_job_failure`](Error::is_job_failure) when the job failed, with the model's own details;
    /// [`is_timeout`](Error::is_timeout) past the deadline.
    pub async fn wait(&self) -> Result<Response<E::Output>> {
        let deadline = self.client.shared().timeouts.deadline;
        let Ok(outcome) = tokio::time::timeout(deadline, self.finish(Follower::new(self.clone(), false), |_| {})).await
        else {
            let message = format!("the job of `{}` did not finish within {deadline:?}; it goes on", E::ID);
            return Err(self.open(Error::new(Kind::Deadline, message)));
        };
        outcome
    }

    /// Follows the job to its end, showing each status on the way with its new log lines, and fetches the result.
    ///
    /// It goes on for as long as the job does: put a timeout around it, or take [`wait`](Self::wait).
    ///
    /// # Errors
    /// As [`wait`](Self::wait), its deadline apart.
    pub async fn follow(&self, on_status: impl FnMut(&QueueStatus) + Send) -> Result<Response<E::Output>> {
        self.finish(Follower::new(self.clone(), true), on_status).await
    }

    /// Each thing that happens to the job, as it happens, up to its completion. The stream ends after
    /// [`Update::Completed`](crate::Update::Completed) or an error; [`result`](Self::result) has the result then.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use ideogram_client::Update;
    ///
    /// # async fn example(job: ideogram_client::Job<ideogram_client::Generate>) -> ideogram_client::Result<()> {
    /// let mut updates = job.updates();
    /// while let Some(update) = updates.try_next().await? {
    ///     match update {
    ///         Update::Queued { position } => println!("{position:?} ahead"),
    ///         Update::Started => println!("running"),
    ///         Update::Log(entry) => println!("{}", entry.message),
    ///         _ => {}
    ///     }
    /// }
    /// let response = job.result().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn updates(&self) -> Updates {
        Updates::new(Follower::new(self.clone(), true))
    }

    /// Follows to the end, shows each status to `seen`, and fetches the result.
    pub(crate) async fn finish(
        &self,
        mut follower: Follower<E>,
        mut seen: impl FnMut(&QueueStatus) + Send,
    ) -> Result<Response<E::Output>> {
        let mut last = None;
        while let Some(status) = follower.next().await? {
            seen(&status);
            last = Some(status);
        }
        drop(follower);
        let failure = last.as_ref().and_then(|status| status.error.clone());
        let outcome = self.result().await;
        match (outcome, failure) {
            (Ok(response), None) => Ok(response.with_job(&self.request_id, last, self.submitted.elapsed())),
            (Err(error), None) => Err(self.judged(error)),
            // The typed details are in the result only; the status has a sentence.
            (Err(mut error), Some(sentence)) if error.status().is_some() => {
                let repr = error.repr_mut();
                repr.kind = Kind::Failed;
                repr.message = sentence;
                if let (Some(body), Some(status)) = (&mut repr.body, last) {
                    body.error_type = body.error_type.take().or(status.error_type.map(|kind| kind.to_string()));
                }
                Err(error)
            }
            (_, Some(sentence)) => {
                let error = Error::new(Kind::Failed, sentence).of_job(&self.request_id);
                let mut error = error.at(Operation::Result, Some(E::ID));
                error.repr_mut().body = last
                    .and_then(|status| status.error_type)
                    .map(|kind| crate::error::Body { error_type: Some(kind.to_string()), ..Default::default() });
                Err(error)
            }
        }
    }

    /// What a failed result says of a job that has completed: the model's own answer ends it, anything else leaves its
    /// outcome unknown.
    fn judged(&self, mut error: Error) -> Error {
        let answered = error.status().is_some_and(|status| status.is_client_error() || status.is_server_error());
        if answered && !error.is_auth() && !error.is_rate_limited() && !error.is_not_found() {
            error.repr_mut().kind = Kind::Failed;
            error
        } else {
            self.open(error)
        }
    }

    /// An error of this job while its outcome is unknown.
    pub(crate) fn open(&self, error: Error) -> Error {
        error.of_job(&self.request_id).at(Operation::Status, Some(E::ID)).with_job_open(true)
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| error.of_job(&self.request_id))
    }

    fn given(&self, which: impl Fn(&Links) -> &Link) -> Result<Option<&Url>> {
        self.links.as_deref().map_or(Ok(None), |links| which(links).given())
    }

    /// Sends to a URL that the server named, which `Link::given` found to lie below the configured base.
    async fn send(&self, method: Method, url: Url) -> RawResult {
        self.send_by(&self.client.shared().queue, method, url).await
    }

    async fn send_by(&self, queue: &queue::Client, method: Method, url: Url) -> RawResult {
        let mut request = reqwest::Request::new(method, url);
        queue.inner.prepare(&mut request);
        sort(queue.inner.execute(&queue.client, request).await?)
    }
}

impl<E: Callable> IntoFuture for Job<E> {
    type Output = Result<Response<E::Output>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.wait().await }.boxed()
    }
}

impl<E> Clone for Job<E> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            request_id: self.request_id.clone(),
            links: self.links.clone(),
            submitted: self.submitted,
            endpoint: PhantomData,
        }
    }
}

impl<E: Callable> fmt::Debug for Job<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("endpoint", &E::ID).field("request_id", &self.request_id).finish_non_exhaustive()
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

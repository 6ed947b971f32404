//! The client itself: what all calls share.

use crate::call::head::Head;
use crate::call::operation::{Operation, Timeouts};
use crate::config::{Bases, ClientBuilder};
use crate::error::{Error, Kind, Result};
use crate::generated::glue::Callable;
use crate::generated::glue::RawResult;
use crate::generated::{queue, run};
use crate::job::Job;
use crate::job::pace::Paces;
use crate::job::submit::Submit;
use crate::job::subscribe::Subscribe;
use crate::picture::image::Image;
use crate::platform::Known;
use crate::run::Run;
use crate::wire::answer::{self, BodyStream};
use crate::wire::http::Http;
use crate::wire::key::Key;
use crate::wire::lanes::{Gate, Lanes, POLLS, REQUESTS};
use crate::wire::retry::{Budget, RetryPolicy, jitter};
use crate::wire::transport::Inner;
use futures_util::future::BoxFuture;
use ideogram_schema::{EndpointInput, File};
use reqwest::header::HeaderValue;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// A client of the endpoints: cheap to clone, and every clone shares connections, limits and retry budget.
///
/// ```no_run
/// use ideogram_client::{Client, GenerateInput};
///
/// # async fn example() -> ideogram_client::Result<()> {
/// let client = Client::from_env()?;
/// let response = client.subscribe(&GenerateInput::new("A fox reading a map, poster")).await?;
/// client.image(&response.images[0]).save_to("fox.png").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What all clones share.
pub(crate) struct Shared {
    pub(crate) bases: Bases,
    pub(crate) run: run::Client,
    pub(crate) queue: queue::Client,
    pub(crate) http: Http,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeouts: Timeouts,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) paces: Paces,
    pub(crate) known: Known,
    #[cfg(feature = "media")]
    pub(crate) tokens: crate::media::Tokens,
    requests: Gate,
    polls: Gate,
    budget: Budget,
}

impl Client {
    /// A client with everything from the [environment](crate::env): the key, and where things are.
    ///
    /// # Errors
    /// [`is_missing_key`](Error::is_missing_key) without a key; [`is_configuration`](Error::is_configuration) when a
    /// variable cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::builder().with_env()?.build()
    }

    /// Settings to begin with; nothing is read from the environment unless
    /// [`with_env`](ClientBuilder::with_env) is called.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(
        bases: Bases,
        key: Key,
        user_agent: HeaderValue,
        http: Http,
        retry: RetryPolicy,
        timeouts: Timeouts,
    ) -> Result<Self> {
        let inner = Inner::new(key, user_agent, bases.run.clone(), bases.run_backup.clone());
        let queue_inner = inner.at(bases.queue.clone(), bases.queue_backup.clone());
        let run = run::Client::new_with_client(bases.run.as_str(), http.keyed(&bases.run)?, inner);
        let queue =
            queue::Client::new_with_client(bases.queue.as_str(), http.bounded(bases.queue.as_str())?, queue_inner);
        Ok(Self {
            shared: Arc::new(Shared {
                bases,
                run,
                queue,
                http,
                retry,
                timeouts,
                lanes: Arc::new(Lanes::new()),
                paces: Paces::default(),
                known: Known::default(),
                #[cfg(feature = "media")]
                tokens: crate::media::Tokens::default(),
                requests: Gate::new(REQUESTS),
                polls: Gate::new(POLLS),
                budget: Budget::new(),
            }),
        })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Runs an endpoint in one HTTP call, without the queue.
    ///
    /// The connection must hold until the picture is made: when it breaks, the picture is lost and may still be billed.
    /// Where that matters take [`subscribe`](Self::subscribe), which can look again.
    pub fn run<'a, I>(&'a self, input: &'a I) -> Run<'a, I::Endpoint>
    where
        I: EndpointInput<Endpoint: Callable>,
    {
        Run::new(self, input)
    }

    /// Puts a request into the endpoint's queue and gives the [`Job`].
    pub fn submit<'a, I>(&'a self, input: &'a I) -> Submit<'a, I::Endpoint>
    where
        I: EndpointInput<Endpoint: Callable>,
    {
        Submit::new(self, input)
    }

    /// Submits, follows the job, and fetches the result the moment it is there.
    pub fn subscribe<'a, I>(&'a self, input: &'a I) -> Subscribe<'a, I::Endpoint>
    where
        I: EndpointInput<Endpoint: Callable>,
    {
        Subscribe::new(self, input)
    }

    /// A job by its id, submitted by this program or another. Nothing is sent.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let job = client.job::<ideogram_client::Remix>("764cabcf-b745-4b3e-ae38-1200304cf45b")?;
    /// let response = job.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when the text cannot be a request id.
    pub fn job<E: Callable>(&self, request_id: impl Into<String>) -> Result<Job<E>> {
        Job::attach(self.clone(), request_id.into())
    }

    /// The base URL of the queue that this client uses: what a job's id belongs to.
    pub fn queue_url(&self) -> &str {
        self.shared.bases.queue.as_str()
    }

    /// The base URL of synchronous runs that this client uses.
    pub fn run_url(&self) -> &str {
        self.shared.bases.run.as_str()
    }

    /// A file that the server made, ready to be downloaded.
    pub fn image(&self, file: &File) -> Image {
        Image::new(self.clone(), file.clone())
    }

    /// Sends one operation, again where the policy allows, and reads its answer.
    ///
    /// What cannot be read counts as a failed attempt: a reading call is repeated over a cut or garbled answer too.
    pub(crate) async fn call<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        send: F,
        read: impl Fn(&[u8]) -> serde_json::Result<T>,
    ) -> Result<(Head, T)>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = RawResult>,
    {
        let attempt = || async {
            // On the heap: these futures are large, and every layer above would carry them in itself.
            let (head, body) = answer::open(Box::pin(send()).await).await?;
            let body = answer::read(&head, body, operation.limit()).await?;
            match read(&body) {
                Ok(value) => Ok((head, value)),
                Err(error) => Err(Error::unreadable(head, error)),
            }
        };
        self.repeat(operation, endpoint, attempt).await
    }

    /// Sends one operation once, and gives its answer's body unread. Who follows a job has another way where it fails.
    pub(crate) async fn open(
        &self,
        operation: Operation,
        send: BoxFuture<'_, RawResult>,
    ) -> Result<(Head, BodyStream)> {
        self.once(operation, async { answer::open(send.await).await }).await
    }

    /// Repeats what fails, where the policy allows.
    pub(crate) async fn repeat<F, Fut, T>(
        &self,
        operation: Operation,
        endpoint: Option<&'static str>,
        attempt: F,
    ) -> Result<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let shared = &*self.shared;
        let mut attempts = 1;
        loop {
            let error = match self.once(operation, attempt()).await {
                Ok(answer) => {
                    shared.budget.deposit();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // Told when to come back, a call may: it is not what makes an overload worse.
            let asked = error.retry_after();
            let wait = Some(())
                .filter(|()| shared.retry.allows(operation, &error))
                .and_then(|()| shared.retry.delay(attempts, asked, jitter()))
                .filter(|_| asked.is_some() || shared.budget.withdraw());
            let Some(wait) = wait else {
                let mut error = error.at(operation, endpoint);
                error.repr_mut().attempts = attempts;
                return Err(error);
            };
            tracing::debug!(
                fal.operation = operation.name(),
                fal.endpoint = endpoint,
                http.request.resend_count = attempts,
                wait_ms = wait.as_millis(),
                %error,
                "sending again"
            );
            tokio::time::sleep(wait).await;
            attempts += 1;
        }
    }

    /// One attempt within the operation's time, and in its turn.
    async fn once<T>(&self, operation: Operation, attempt: impl Future<Output = Result<T>>) -> Result<T> {
        let gate = match operation {
            // The call's own deadline stands around a run.
            Operation::Run => return attempt.await,
            Operation::Submit | Operation::Result | Operation::Cancel => Some(&self.shared.requests),
            Operation::Status => Some(&self.shared.polls),
            // Streams have permits of their own; the rest is no burden on the queue.
            _ => None,
        };
        let _turn = match gate {
            Some(gate) => gate.turn().await,
            None => None,
        };
        let outcome = tokio::time::timeout(self.shared.timeouts.of(operation), attempt).await;
        if let Some(gate) = gate {
            gate.open();
        }
        outcome.unwrap_or_else(|_| Err(Error::new(Kind::Timeout, "")))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("bases", &self.shared.bases)
            .field("retry", &self.shared.retry)
            .field("timeouts", &self.shared.timeouts)
            .finish_non_exhaustive()
    }
}

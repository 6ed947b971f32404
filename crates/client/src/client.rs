//! The client itself: every call that a program can make begins here.

use crate::call::window::Window;
use crate::config::ClientBuilder;
use crate::error::Result;
use crate::job::lost_reply::{Found, find_submitted};
use crate::job::saved::SavedJob;
use crate::job::submit::Submit;
use crate::job::subscribe::Subscribe;
use crate::job::{Job, Jobs};
#[cfg(feature = "media")]
use crate::media::{hosted::HostedUrl, input::ImageInput, mask, storage::Storage, upload::Upload};
use crate::picture::image::Image;
use crate::platform::money;
use crate::run::Run;
use crate::wire::Wire;
use crate::wire::input::{CallInput, Payload, endpoint_of};
use crate::wire::reach::{Reach, reach};
use ideogram_schema::{BillingEvent, Endpoint, EndpointInfo, File, ListPrice};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// A client of the endpoints: cheap to clone, and every clone shares connections, limits and retry budget.
///
/// ```no_run
/// use ideogram_client::{Client, GenerateInput};
///
/// # async fn example() -> ideogram_client::Result<()> {
/// let client = Client::from_env()?;
/// let response = client.subscribe(&GenerateInput::new("A fox reading a map, poster")).await?;
/// response.save_to("fox.png").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    wire: Arc<Wire>,
    jobs: Arc<Jobs>,
    #[cfg(feature = "media")]
    storage: Arc<Storage>,
}

impl Client {
    /// Makes a client with the key and the addresses from the [environment](crate::env); without addresses it uses fal's.
    ///
    /// # Errors
    /// [`is_missing_key`](crate::Error::is_missing_key) without a key;
    /// [`is_configuration`](crate::Error::is_configuration) when a variable cannot be used, with its name in the message.
    pub fn from_env() -> Result<Self> {
        Self::builder().with_env()?.build()
    }

    /// Starts to build a client with other settings. Nothing is read from the environment unless
    /// [`with_env`](ClientBuilder::with_env) is called.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    pub(crate) fn new(wire: Wire) -> Self {
        let wire = Arc::new(wire);
        Self {
            jobs: Arc::new(Jobs::new(wire.clone())),
            #[cfg(feature = "media")]
            storage: Arc::new(Storage::new(wire.clone())),
            wire,
        }
    }

    #[cfg(feature = "webhook")]
    pub(crate) fn wire(&self) -> &Arc<Wire> {
        &self.wire
    }

    /// Removes this client's key from a text: the secret in plain, in base64 and percent-encoded, and the key's id if it has
    /// eight characters or more, are each replaced by `[redacted]`. Use it on server text before you show or store it, since a
    /// server can send back what it received. Errors and traces of this crate are redacted already.
    ///
    /// ```
    /// let client = ideogram_client::Client::builder().with_key("0123abcd:hush-hush").build()?;
    /// assert_eq!(client.redact("you sent `hush-hush`"), "you sent `[redacted]`");
    /// # Ok::<(), ideogram_client::Error>(())
    /// ```
    pub fn redact<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        self.wire.secrets.hide(text)
    }

    /// Sixteen hexadecimal digits that identify this client's key, by the key's id if it has one. The key cannot be computed
    /// from them, so they can be stored with data of the account, such as the URLs of uploads.
    ///
    /// ```
    /// # use ideogram_client::Client;
    /// let of = |key: &str| Client::builder().with_key(key).build().map(|client| client.key_fingerprint().to_owned());
    /// assert_eq!(of("0123abcd:secret")?, of("0123abcd:another")?);
    /// assert_ne!(of("0123abcd:secret")?, of("4567abcd:secret")?);
    /// # Ok::<(), ideogram_client::Error>(())
    /// ```
    pub fn key_fingerprint(&self) -> &str {
        &self.wire.key_fingerprint
    }

    /// Runs an endpoint in one HTTP call, without the queue. Awaiting the [`Run`] sends it.
    ///
    /// The connection must last until the picture is made: when it breaks, the picture is lost and may still be billed.
    /// [`subscribe`](Self::subscribe) has no such risk, because it can fetch the result again.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let response = client.run(&ideogram_client::GenerateInput::new("A fox")).await?;
    /// println!("{} picture(s) with seed {}", response.images.len(), response.seed);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - Not accepted, so nothing is billed: [`is_input`](crate::Error::is_input) for an input or an option that cannot be
    ///   sent; [`is_connect`](crate::Error::is_connect); [`is_auth`](crate::Error::is_auth),
    ///   [`is_exhausted_balance`](crate::Error::is_exhausted_balance) and
    ///   [`is_rate_limited`](crate::Error::is_rate_limited) when the service refuses it.
    /// - Over: [`is_job_failure`](crate::Error::is_job_failure) when the model refused the input
    ///   ([`is_validation`](crate::Error::is_validation)), which may be billed, or failed, which is not.
    /// - Perhaps billed ([`may_have_been_accepted`](crate::Error::may_have_been_accepted)):
    ///   [`is_timeout`](crate::Error::is_timeout) past the deadline; a connection that broke; a server error;
    ///   [`is_decode`](crate::Error::is_decode) for an answer that does not fit, whose files are in
    ///   [`files`](crate::Error::files).
    pub fn run<'a, I: CallInput>(&'a self, input: &'a I) -> Run<'a, I::Output> {
        Run::new(&self.wire, input)
    }

    /// Puts a request into the endpoint's queue and returns the [`Job`], without waiting for its result. Awaiting the [`Submit`]
    /// sends it.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let job = client.submit(&ideogram_client::GenerateInput::new("A fox")).await?;
    /// println!("request {}", job.request_id());
    /// let response = job.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - Not accepted, so nothing is billed: [`is_input`](crate::Error::is_input) for an input or an option that cannot be
    ///   sent; [`is_connect`](crate::Error::is_connect); [`is_auth`](crate::Error::is_auth),
    ///   [`is_exhausted_balance`](crate::Error::is_exhausted_balance) and
    ///   [`is_rate_limited`](crate::Error::is_rate_limited) when the queue refuses it.
    /// - Perhaps accepted, and billed ([`may_have_been_accepted`](crate::Error::may_have_been_accepted)):
    ///   [`is_timeout`](crate::Error::is_timeout), a connection that broke, a server error, or a reply that cannot be read.
    ///   Look with [`find_submitted`](Self::find_submitted) before you send it again.
    ///
    /// The model checks the input only when the job runs, so those errors come from [`Job::wait`].
    pub fn submit<'a, I: CallInput>(&'a self, input: &'a I) -> Submit<'a, I::Output> {
        Submit::new(&self.jobs, input)
    }

    /// Submits a request, waits for the job, and returns the result. Awaiting the [`Subscribe`] sends it; its methods set a
    /// deadline, show the progress or cancel the job.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, GenerateInput};
    /// use std::time::Duration;
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// let input = GenerateInput::new("A fox reading a map, poster");
    /// let response = client.subscribe(&input).with_deadline(Duration::from_secs(120)).await?;
    /// response.save_to("fox.png").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`submit`](Self::submit) until the queue has the request, and as [`Job::wait`] from then on, with one difference:
    /// past the deadline ([`is_timeout`](crate::Error::is_timeout)) the job is cancelled.
    /// [`state`](crate::Error::state) is [`Cancelled`](crate::RequestState::Cancelled) where that is certain, and
    /// [`Accepted`](crate::RequestState::Accepted) where the job may go on and be billed.
    pub fn subscribe<'a, I: CallInput>(&'a self, input: &'a I) -> Subscribe<'a, I::Output> {
        Subscribe::new(&self.jobs, input)
    }

    /// The job with this id, submitted by this program or another. Nothing is sent, so the id may still be unknown to the queue.
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
    /// [`is_input`](crate::Error::is_input) when the text cannot be a request id: 1 to 128 letters, digits, `-` and `_`.
    pub fn job<E: Endpoint>(&self, request_id: impl Into<String>) -> Result<Job<E::Output>> {
        Job::attach(self.jobs.clone(), E::INFO, request_id.into())
    }

    /// The job with this id, of an endpoint that is known at run time only: its output is JSON. Nothing is sent.
    ///
    /// # Errors
    /// As [`job`](Self::job): [`is_input`](crate::Error::is_input) when the text cannot be a request id.
    pub fn job_of(&self, endpoint: &'static EndpointInfo, request_id: impl Into<String>) -> Result<Job<Value>> {
        Job::attach(self.jobs.clone(), endpoint, request_id.into())
    }

    /// The job of a [`SavedJob`]. Nothing is sent.
    ///
    /// # Errors
    /// [`is_input`](crate::Error::is_input) when it is a job of another endpoint, or of another queue than this client's.
    pub fn restore<E: Endpoint>(&self, saved: &SavedJob) -> Result<Job<E::Output>> {
        saved.restore(self.jobs.clone(), E::INFO)
    }

    /// The job of a [`SavedJob`], of an endpoint that is known at run time only: its output is JSON. Nothing is sent.
    ///
    /// # Errors
    /// [`is_input`](crate::Error::is_input) when the description has no such endpoint, or when it is a job of another
    /// queue than this client's.
    pub fn restore_json(&self, saved: &SavedJob) -> Result<Job<Value>> {
        saved.restore(self.jobs.clone(), endpoint_of(&saved.endpoint)?)
    }

    /// The base URL of the queue that this client uses. A job's id is known to this queue only.
    pub fn queue_url(&self) -> &str {
        self.wire.bases.queue.as_str()
    }

    /// The base URL of synchronous runs that this client uses.
    pub fn run_url(&self) -> &str {
        self.wire.bases.run.as_str()
    }

    /// How far the service's clock is ahead of this machine's, in milliseconds, computed from the `Date` header of the API's
    /// latest answers; negative if it is behind. It is exact to about a second. `None` before the first answer.
    ///
    /// The history is searched by the time at which a request was sent, and a clock that is wrong by minutes would hide the
    /// request. The searches of this client correct for that ([`Window::clock_offset_ms`]).
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// client.price::<ideogram_client::Generate>().await?;
    /// if client.clock_offset_ms().is_some_and(|offset| offset.abs() > 60_000) {
    ///     eprintln!("the clock of this machine is wrong by more than a minute");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock_offset_ms(&self) -> Option<i64> {
        self.wire.clock.offset_ms()
    }

    /// A file of a result, ready to be downloaded: read it into memory, or save it. Nothing is sent before that.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, Output};
    ///
    /// # async fn example(client: Client, output: Output) -> ideogram_client::Result<()> {
    /// for file in &output.images {
    ///     let saved = client.image(file).save_in("pictures").await?;
    ///     println!("{}: {} bytes", saved.path().display(), saved.bytes());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn image(&self, file: &File) -> Image {
        Image::new(self.wire.clone(), file.clone())
    }

    /// Makes a picture available to the endpoints: a local picture is uploaded, a URL is used unchanged. Awaiting the [`Upload`]
    /// sends it. An upload costs nothing.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, ImageInput, RemixInput};
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// let image = client.upload(ImageInput::path("fox.png")).await?;
    /// let response = client.subscribe(&RemixInput::new("An ice cream, poster", image)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_file`](crate::Error::is_file) when the picture cannot be read; [`is_input`](crate::Error::is_input) when it
    /// is empty, too large to be inlined, or at a URL that is not `http` or `https`; [`is_auth`](crate::Error::is_auth)
    /// when the key is refused; [`is_connect`](crate::Error::is_connect), [`is_timeout`](crate::Error::is_timeout),
    /// [`is_decode`](crate::Error::is_decode) or a server error when neither the CDN nor the storage takes it. Nothing is
    /// paid for, so it can be begun again.
    #[cfg(feature = "media")]
    pub fn upload(&self, image: impl Into<ImageInput>) -> Upload {
        Upload::new(self.storage.clone(), image.into())
    }

    /// Uploads a picture and the mask over it, at the same time. If both are local and their sizes differ, it returns an
    /// error before anything is sent: the endpoint would refuse them, and might charge for that.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, EditInput, ImageInput};
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// let picture = ImageInput::path("garden.png");
    /// let (image, mask) = client.upload_with_mask(picture, ImageInput::path("mask.png")).await?;
    /// let response = client.subscribe(&EditInput::new("A bowl of oranges", image, mask)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_input`](crate::Error::is_input) when the sizes differ, and then nothing was sent; else as
    /// [`upload`](Self::upload): the first of the two that fails.
    #[cfg(feature = "media")]
    pub async fn upload_with_mask(
        &self,
        image: impl Into<ImageInput>,
        mask: impl Into<ImageInput>,
    ) -> Result<(HostedUrl, HostedUrl)> {
        let (image, mask) = (image.into(), mask.into());
        mask::check(&image, &mask).await?;
        futures_util::future::try_join(async { self.upload(image).await }, async { self.upload(mask).await }).await
    }

    /// Looks for a request whose reply was lost in the platform's request history, by its exact input and the time when it was
    /// sent ([`Error::sent_within`](crate::Error::sent_within)).
    ///
    /// Give each input a random seed: then no other request has the same input, and the search cannot find a wrong one.
    ///
    /// ```no_run
    /// use ideogram_client::{Client, Found, GenerateInput};
    ///
    /// # async fn example(client: Client) -> ideogram_client::Result<()> {
    /// // A seed that no other request has: the nanoseconds of now, where the program has no generator of random numbers.
    /// let now = std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.subsec_nanos());
    /// let input = GenerateInput::new("A fox").with_seed(i64::from(now));
    /// let job = match client.submit(&input).await {
    ///     Err(error) if error.may_have_been_accepted() => {
    ///         let Some(window) = error.sent_within() else { return Err(error) };
    ///         match client.find_submitted(&input, window).await? {
    ///             Found::Once(job) => job,
    ///             // Not found is no proof that it does not run; see below.
    ///             _ => return Err(error),
    ///         }
    ///     }
    ///     outcome => outcome?,
    /// };
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// When nothing is found, or it cannot be decided, keep the error and look again later with the same window: a request
    /// appears in the history with a delay that the platform does not state. If it is still not found after some
    /// minutes, look for its charge in fal's dashboard. Sending it again then means that you may pay twice.
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth) for a key that may not read the history;
    /// [`is_connect`](crate::Error::is_connect) and [`is_timeout`](crate::Error::is_timeout) when the platform cannot be
    /// reached. None of them says anything about the lost request.
    ///
    /// If the platform stores no payloads for the account, requests cannot be distinguished, and the result is
    /// [`Found::Undecided`].
    pub async fn find_submitted<I: CallInput>(&self, input: &I, window: Window) -> Result<Found<I::Output>> {
        find_submitted(&self.jobs, &Payload::new(input)?, window).await
    }

    /// Checks whether each configured service can be reached, with one `HEAD` request each, without the key. It costs nothing.
    ///
    /// ```
    /// # async fn example(client: ideogram_client::Client) {
    /// for reach in client.reach().await {
    ///     match reach.status {
    ///         Ok(status) => println!("{} answers {status} after {:?}", reach.url, reach.elapsed),
    ///         Err(error) => println!("{} does not answer: {error}", reach.url),
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn reach(&self) -> Vec<Reach> {
        reach(&self.wire).await
    }

    /// Asks the platform for the endpoint's current price. [`EndpointInfo::price`](crate::EndpointInfo::price) has the price that
    /// was known when this crate was made, without a request.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let price = client.price::<ideogram_client::Generate>().await?;
    /// println!("{} {} a {}", price.unit_price, price.currency, price.unit);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth) when the key was not accepted; [`is_decode`](crate::Error::is_decode) when the
    /// platform names no price of the endpoint; [`is_connect`](crate::Error::is_connect) or
    /// [`is_timeout`](crate::Error::is_timeout) when the platform could not be asked.
    pub async fn price<E: Endpoint>(&self) -> Result<ListPrice> {
        money::price::<E>(&self.wire).await
    }

    /// Asks the platform what was charged for a request; empty if nothing was charged, or not yet. It needs a key with the right
    /// to see bills.
    ///
    /// ```no_run
    /// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// let response = client.subscribe(&ideogram_client::GenerateInput::new("A fox")).await?;
    /// for event in client.billed(response.request_id().unwrap_or_default()).await? {
    ///     println!("{:?} units, {:?} in all", event.output_units, event.cost_total);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_auth`](crate::Error::is_auth) without that right; [`is_connect`](crate::Error::is_connect) or
    /// [`is_timeout`](crate::Error::is_timeout) when the platform could not be asked.
    pub async fn billed(&self, request_id: &str) -> Result<Vec<BillingEvent>> {
        money::billed(&self.wire, request_id).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("wire", &self.wire).finish_non_exhaustive()
    }
}

//! The same client for programs without an async runtime.
//!
//! ```no_run
//! use ideogram_client::{GenerateInput, blocking::Client};
//!
//! # fn main() -> ideogram_client::Result<()> {
//! let client = Client::from_env()?;
//! let response = client.subscribe(&GenerateInput::new("A fox reading a map, poster"))?;
//! client.save_to(&response, "fox.png")?;
//! # Ok(())
//! # }
//! ```
//!
//! Every call has a twin that takes a function over the call as the async client has it, for all that can be set:
//!
//! ```no_run
//! # use ideogram_client::{GenerateInput, blocking::Client};
//! # use std::time::Duration;
//! # fn example(client: &Client, input: &GenerateInput) -> ideogram_client::Result<()> {
//! let response = client.subscribe_with(input, |call| {
//!     call.with_deadline(Duration::from_secs(60)).on_status(|status| eprintln!("{}", status.status))
//! })?;
//! # Ok(())
//! # }
//! ```
//!
//! What has no twin here goes through [`Client::block_on`] with [`Client::as_async`].

use crate::error::{Error, ErrorKind, Result};
use crate::{CallInput, CallOutput, CancelState, Endpoint, File, LogEntry, QueueStatus, Response, SavedFile, Update};
use bytes::Bytes;
use futures_util::StreamExt;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::runtime::{Builder, Runtime};
use tokio::task::coop;

/// A client whose calls return when they are done. Cheap to clone; clones share one background thread.
///
/// It must not be used inside an async task: there, its calls end in an error. A thread that may wait is no task:
/// `tokio::task::spawn_blocking` is a place for it.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Background>,
}

/// A runtime that may be dropped anywhere.
struct Background(Option<Runtime>);

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Client {
    /// A client with everything from the [environment](crate::env).
    ///
    /// # Errors
    /// [`is_missing_key`](Error::is_missing_key) without a key; [`is_configuration`](Error::is_configuration) when a variable
    /// cannot be used, or the background thread cannot be started.
    pub fn from_env() -> Result<Self> {
        Self::new(crate::Client::from_env()?)
    }

    /// Wraps an async client, made with [`crate::Client::builder`].
    ///
    /// # Errors
    /// When the background thread cannot be started.
    pub fn new(client: crate::Client) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("ideogram-client").enable_all().build();
        let runtime = runtime
            .map_err(|error| Error::configuration("the thread for calls cannot be started").with_source(error))?;
        Ok(Self { client, runtime: Arc::new(Background(Some(runtime))) })
    }

    /// The async client behind it.
    pub fn as_async(&self) -> &crate::Client {
        &self.client
    }

    /// Waits for any call of the async client.
    ///
    /// ```no_run
    /// # use ideogram_client::{Generate, blocking::Client};
    /// # fn example(client: &Client) -> ideogram_client::Result<()> {
    /// let price = client.block_on(client.as_async().price::<Generate>())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The call's own; [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn block_on<T>(&self, call: impl IntoFuture<Output = Result<T>>) -> Result<T> {
        if is_inside_a_task() {
            return Err(Error::configuration(
                "a blocking call stands inside an async task; take the async client there, or `spawn_blocking`",
            ));
        }
        let Some(runtime) = &self.runtime.0 else {
            return Err(Error::new(ErrorKind::Configuration, "the client is being dropped"));
        };
        // The call is made inside the runtime: it may need its clock from the start. The runtime's own `block_on` would
        // panic where another runtime's has not ended.
        let _entered = runtime.enter();
        wait(call.into_future())
    }

    /// Saves every file of an answer: see [`Response::save_to`].
    ///
    /// # Errors
    /// See [`Response::save_to`]; [`is_configuration`](Error::is_configuration) inside an async program.
    pub fn save_to<T: Sync>(&self, response: &Response<T>, path: impl AsRef<Path>) -> Result<Vec<SavedFile>> {
        self.block_on(async { response.save_to(path).await })
    }

    /// See [`crate::Client::run`].
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when the input is refused before it is sent; [`is_auth`](Error::is_auth),
    /// [`is_rate_limited`](Error::is_rate_limited) and [`is_connect`](Error::is_connect) when the request was not accepted;
    /// [`is_job_failure`](Error::is_job_failure) when the model failed. Where the answer was lost, or did not come in time
    /// ([`is_timeout`](Error::is_timeout)), [`may_have_been_accepted`](Error::may_have_been_accepted) is true: look before
    /// you send it again. [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn run<I: CallInput>(&self, input: &I) -> Result<Response<I::Output>> {
        self.block_on(self.client.run(input))
    }

    /// As [`run`](Self::run), with what else can be set.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_with<'a, I: CallInput>(
        &'a self,
        input: &'a I,
        set: impl FnOnce(crate::Run<'a, I::Output>) -> crate::Run<'a, I::Output>,
    ) -> Result<Response<I::Output>> {
        self.block_on(set(self.client.run(input)))
    }

    /// See [`crate::Client::submit`].
    ///
    /// # Errors
    /// As [`run`](Self::run), except for what the model says: it has not begun.
    pub fn submit<I: CallInput>(&self, input: &I) -> Result<Job<I::Output>> {
        self.submit_with(input, |call| call)
    }

    /// As [`submit`](Self::submit), with what else can be set.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub fn submit_with<'a, I: CallInput>(
        &'a self,
        input: &'a I,
        set: impl FnOnce(crate::Submit<'a, I::Output>) -> crate::Submit<'a, I::Output>,
    ) -> Result<Job<I::Output>> {
        let job = self.block_on(set(self.client.submit(input)))?;
        Ok(Job { client: self.clone(), job })
    }

    /// See [`crate::Client::subscribe`].
    ///
    /// # Errors
    /// As [`run`](Self::run) and [`Job::wait`]; past the deadline [`state`](Error::state) says whether the job was cancelled
    /// or goes on.
    pub fn subscribe<I: CallInput>(&self, input: &I) -> Result<Response<I::Output>> {
        self.block_on(self.client.subscribe(input))
    }

    /// As [`subscribe`](Self::subscribe), with what else can be set.
    ///
    /// # Errors
    /// As [`subscribe`](Self::subscribe).
    pub fn subscribe_with<'a, I: CallInput>(
        &'a self,
        input: &'a I,
        set: impl FnOnce(crate::Subscribe<'a, I::Output>) -> crate::Subscribe<'a, I::Output>,
    ) -> Result<Response<I::Output>> {
        self.block_on(set(self.client.subscribe(input)))
    }

    /// See [`crate::Client::job`].
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when the text cannot be a request id.
    pub fn job<E: Endpoint>(&self, request_id: impl Into<String>) -> Result<Job<E::Output>> {
        Ok(Job { client: self.clone(), job: self.client.job::<E>(request_id)? })
    }

    /// See [`crate::Client::image`].
    pub fn image(&self, file: &File) -> Image {
        Image { client: self.clone(), image: self.client.image(file) }
    }

    /// See [`crate::Client::upload`].
    ///
    /// # Errors
    /// [`is_file`](Error::is_file) when the picture cannot be read; [`is_input`](Error::is_input) when it is empty, or too
    /// large to be inlined; [`is_auth`](Error::is_auth) when the key is refused; [`is_connect`](Error::is_connect),
    /// [`is_timeout`](Error::is_timeout) and [`is_decode`](Error::is_decode) when neither the CDN nor the storage takes it.
    /// Nothing is paid for. [`is_configuration`](Error::is_configuration) inside an async task.
    #[cfg(feature = "media")]
    pub fn upload(&self, image: impl Into<crate::ImageInput>) -> Result<crate::HostedUrl> {
        self.block_on(self.client.upload(image))
    }

    /// As [`upload`](Self::upload), with what else can be set.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    #[cfg(feature = "media")]
    pub fn upload_with(
        &self,
        image: impl Into<crate::ImageInput>,
        set: impl FnOnce(crate::Upload) -> crate::Upload,
    ) -> Result<crate::HostedUrl> {
        self.block_on(set(self.client.upload(image)))
    }
}

/// Whether this thread must not wait here, since other tasks wait for it. A runtime gives a task a budget, and none to a
/// thread that may wait.
fn is_inside_a_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    // Dropping it gives back what is taken from the budget below.
    let Poll::Ready(_budget) = coop::poll_proceed(&mut context) else { return true };
    (0..=u8::MAX).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(step) => {
            step.made_progress();
            false
        }
        Poll::Pending => true,
    })
}

/// Runs a future on this thread, which sleeps in between.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Caller(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(outcome) => return outcome,
            // Woken in the meantime, it returns at once.
            Poll::Pending => thread::park(),
        }
    }
}

/// The thread that waits.
struct Caller(Thread);

impl Wake for Caller {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// A request in the queue: see [`crate::Job`].
#[derive(Clone, Debug)]
pub struct Job<O: CallOutput> {
    client: Client,
    job: crate::Job<O>,
}

impl<O: CallOutput> Job<O> {
    /// See [`crate::Job::request_id`].
    pub fn request_id(&self) -> &str {
        self.job.request_id()
    }

    /// The async job behind it.
    pub fn as_async(&self) -> &crate::Job<O> {
        &self.job
    }

    /// See [`crate::Job::status`].
    ///
    /// # Errors
    /// See [`crate::Job::status`].
    pub fn status(&self) -> Result<QueueStatus> {
        self.client.block_on(self.job.status())
    }

    /// See [`crate::Job::logs`].
    ///
    /// # Errors
    /// See [`crate::Job::logs`].
    pub fn logs(&self) -> Result<Vec<LogEntry>> {
        self.client.block_on(self.job.logs())
    }

    /// See [`crate::Job::result`].
    ///
    /// # Errors
    /// See [`crate::Job::result`].
    pub fn result(&self) -> Result<Response<O>> {
        self.client.block_on(self.job.result())
    }

    /// See [`crate::Job::cancel`].
    ///
    /// # Errors
    /// See [`crate::Job::cancel`].
    pub fn cancel(&self) -> Result<CancelState> {
        self.client.block_on(self.job.cancel())
    }

    /// See [`crate::Job::wait`].
    ///
    /// # Errors
    /// See [`crate::Job::wait`].
    pub fn wait(&self) -> Result<Response<O>> {
        self.client.block_on(self.job.wait())
    }

    /// Each thing that happens to the job: see [`crate::Job::updates`].
    pub fn updates(&self) -> Updates {
        Updates { client: self.client.clone(), updates: self.job.updates() }
    }
}

/// What happens to a job, one thing after another: see [`crate::Updates`].
#[derive(Debug)]
pub struct Updates {
    client: Client,
    updates: crate::Updates,
}

impl Iterator for Updates {
    type Item = Result<Update>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = async { Ok(self.updates.next().await) };
        self.client.block_on(next).unwrap_or_else(|error| Some(Err(error)))
    }
}

/// A picture that the server made: see [`crate::Image`].
#[derive(Clone, Debug)]
pub struct Image {
    client: Client,
    image: crate::Image,
}

impl Image {
    /// See [`crate::Image::bytes`].
    ///
    /// # Errors
    /// See [`crate::Image::bytes`].
    pub fn bytes(&self) -> Result<Bytes> {
        self.client.block_on(self.image.bytes())
    }

    /// See [`crate::Image::save_to`].
    ///
    /// # Errors
    /// See [`crate::Image::save_to`].
    pub fn save_to(&self, path: impl AsRef<Path>) -> Result<SavedFile> {
        self.client.block_on(self.image.save_to(path))
    }

    /// See [`crate::Image::save_in`].
    ///
    /// # Errors
    /// See [`crate::Image::save_in`].
    pub fn save_in(&self, folder: impl AsRef<Path>) -> Result<SavedFile> {
        self.client.block_on(self.image.save_in(folder))
    }
}

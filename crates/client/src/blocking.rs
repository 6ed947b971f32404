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
//! Every call has a second form, `…_with`, which takes a function that sets options on the async client's call:
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
//! For calls that only the async client has, pass them to [`Client::block_on`]; [`Client::as_async`] is that client.

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
/// It must not be used inside an async task: there, its calls end in an error. Use it on a thread that may block, for
/// example one of `tokio::task::spawn_blocking`.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Background>,
}

/// A runtime that may be dropped anywhere, also inside another runtime.
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
    /// [`is_configuration`](Error::is_configuration) when the background thread cannot be started.
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
    /// The call's own. [`is_configuration`](Error::is_configuration) inside an async task: then the call was not begun, and
    /// nothing was sent.
    pub fn block_on<T>(&self, call: impl IntoFuture<Output = Result<T>>) -> Result<T> {
        if is_inside_a_task() {
            return Err(Error::configuration(
                "a blocking call was made inside an async task; use the async client there, or `spawn_blocking`",
            ));
        }
        let Some(runtime) = &self.runtime.0 else {
            return Err(Error::new(ErrorKind::Configuration, "the client is being dropped"));
        };
        // The call is made inside the runtime, because it may need the runtime's clock from the start.
        // `Runtime::block_on` would panic inside the `block_on` of another runtime.
        let _entered = runtime.enter();
        wait(call.into_future())
    }

    /// Saves every file of an answer: see [`Response::save_to`].
    ///
    /// # Errors
    /// As [`Response::save_to`]: [`is_file`](Error::is_file) when a file cannot be written;
    /// [`is_expired`](Error::is_expired) when a picture has expired; [`is_connect`](Error::is_connect) and
    /// [`is_timeout`](Error::is_timeout) when one cannot be fetched, though it is paid for:
    /// [`file_url`](Error::file_url) has its address. [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn save_to<T: Sync>(&self, response: &Response<T>, path: impl AsRef<Path>) -> Result<Vec<SavedFile>> {
        self.block_on(async { response.save_to(path).await })
    }

    /// Runs an endpoint in one HTTP call, without the queue: see [`crate::Client::run`].
    ///
    /// # Errors
    /// As [`crate::Client::run`]: [`is_input`](Error::is_input), [`is_connect`](Error::is_connect),
    /// [`is_auth`](Error::is_auth), [`is_exhausted_balance`](Error::is_exhausted_balance) and
    /// [`is_rate_limited`](Error::is_rate_limited) when the request was not accepted;
    /// [`is_job_failure`](Error::is_job_failure) when the model refused it or failed. Where the answer was lost, did not come
    /// in time ([`is_timeout`](Error::is_timeout)) or does not fit ([`is_decode`](Error::is_decode)),
    /// [`may_have_been_accepted`](Error::may_have_been_accepted) is true: look before you send it again.
    /// [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn run<I: CallInput>(&self, input: &I) -> Result<Response<I::Output>> {
        self.block_on(self.client.run(input))
    }

    /// As [`run`](Self::run), with options: `set` is given the call and returns it with them.
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

    /// Puts a request into the queue and returns its job: see [`crate::Client::submit`].
    ///
    /// # Errors
    /// As [`crate::Client::submit`]: those of [`run`](Self::run) but for [`is_job_failure`](Error::is_job_failure) and an
    /// answer that does not fit, since the model has not begun. A reply that was lost may belong to a job that was accepted
    /// ([`may_have_been_accepted`](Error::may_have_been_accepted)).
    pub fn submit<I: CallInput>(&self, input: &I) -> Result<Job<I::Output>> {
        self.submit_with(input, |call| call)
    }

    /// As [`submit`](Self::submit), with options: `set` is given the call and returns it with them.
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

    /// Submits a request, waits for the job and returns the result: see [`crate::Client::subscribe`].
    ///
    /// # Errors
    /// As [`submit`](Self::submit) until the queue has the request, and as [`Job::wait`] from then on. Past the deadline,
    /// [`is_timeout`](Error::is_timeout): [`state`](Error::state) says whether the job was cancelled or goes on and may be
    /// billed.
    pub fn subscribe<I: CallInput>(&self, input: &I) -> Result<Response<I::Output>> {
        self.block_on(self.client.subscribe(input))
    }

    /// As [`subscribe`](Self::subscribe), with options: `set` is given the call and returns it with them.
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

    /// The job with this id, submitted by this program or another: see [`crate::Client::job`]. Nothing is sent.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when the text cannot be a request id. Whether the job exists shows only in a later
    /// call, such as [`Job::status`].
    pub fn job<E: Endpoint>(&self, request_id: impl Into<String>) -> Result<Job<E::Output>> {
        Ok(Job { client: self.clone(), job: self.client.job::<E>(request_id)? })
    }

    /// A file of a result, ready to be downloaded: see [`crate::Client::image`]. Nothing is sent.
    pub fn image(&self, file: &File) -> Image {
        Image { client: self.clone(), image: self.client.image(file) }
    }

    /// Makes a picture available to the endpoints: see [`crate::Client::upload`].
    ///
    /// # Errors
    /// As [`crate::Client::upload`]: [`is_file`](Error::is_file) and [`is_input`](Error::is_input) for the picture,
    /// [`is_auth`](Error::is_auth) for the key, [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) and
    /// [`is_decode`](Error::is_decode) when neither the CDN nor the storage takes it. Nothing is paid for.
    /// [`is_configuration`](Error::is_configuration) inside an async task.
    #[cfg(feature = "media")]
    pub fn upload(&self, image: impl Into<crate::ImageInput>) -> Result<crate::HostedUrl> {
        self.block_on(self.client.upload(image))
    }

    /// As [`upload`](Self::upload), with options: `set` is given the call and returns it with them.
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

/// Whether this code runs inside an async task, where blocking would stop other tasks. Tokio gives a task a budget; a
/// thread that may block has none.
fn is_inside_a_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    // Dropping it gives back the budget that is used below.
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
            // If the wake-up came before this, `park` returns at once.
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

/// A request in the queue, made by [`Client::submit`] or [`Client::job`]: see [`crate::Job`].
#[derive(Clone, Debug)]
pub struct Job<O: CallOutput> {
    client: Client,
    job: crate::Job<O>,
}

impl<O: CallOutput> Job<O> {
    /// The job's id, with which [`Client::job`] attaches to it again.
    pub fn request_id(&self) -> &str {
        self.job.request_id()
    }

    /// The async job behind it.
    pub fn as_async(&self) -> &crate::Job<O> {
        &self.job
    }

    /// Asks for the job's status, without log lines: one request.
    ///
    /// # Errors
    /// As [`crate::Job::status`]: [`is_not_found`](Error::is_not_found) when the queue does not know the id;
    /// [`is_auth`](Error::is_auth), [`is_connect`](Error::is_connect) or [`is_timeout`](Error::is_timeout) when it could not
    /// be asked. The job goes on all the same. [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn status(&self) -> Result<QueueStatus> {
        self.client.block_on(self.job.status())
    }

    /// Asks for the log lines so far: one request. Not every model writes any.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn logs(&self) -> Result<Vec<LogEntry>> {
        self.client.block_on(self.job.logs())
    }

    /// Fetches the result of a job that has completed: see [`crate::Job::result`].
    ///
    /// # Errors
    /// As [`crate::Job::result`]: [`is_job_failure`](Error::is_job_failure) or [`is_cancelled`](Error::is_cancelled) when the
    /// job is over; [`is_decode`](Error::is_decode) when its answer does not fit, which is billed; status 400 when it has not
    /// completed; [`is_not_found`](Error::is_not_found) when the id is unknown or the result has expired.
    /// [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn result(&self) -> Result<Response<O>> {
        self.client.block_on(self.job.result())
    }

    /// Asks the queue to cancel the job: one request. A job that is running already may still finish, and be billed.
    ///
    /// # Errors
    /// As [`crate::Job::cancel`]: [`is_not_found`](Error::is_not_found) when the queue does not know the id;
    /// [`is_connect`](Error::is_connect) or [`is_timeout`](Error::is_timeout) when no answer came, and the job may go
    /// on. A job that has completed already is not an error. [`is_configuration`](Error::is_configuration) inside an
    /// async task.
    pub fn cancel(&self) -> Result<CancelState> {
        self.client.block_on(self.job.cancel())
    }

    /// Follows the job to its end and fetches the result, for as long as the client's deadline allows.
    ///
    /// # Errors
    /// As [`crate::Job::wait`]: [`is_job_failure`](Error::is_job_failure) or [`is_cancelled`](Error::is_cancelled) when the
    /// job is over; [`is_decode`](Error::is_decode) when its answer does not fit, which is billed;
    /// [`is_timeout`](Error::is_timeout) past the deadline and [`is_auth`](Error::is_auth) for a refused key, after which the
    /// job goes on ([`is_job_open`](Error::is_job_open)). [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn wait(&self) -> Result<Response<O>> {
        self.client.block_on(self.job.wait())
    }

    /// The job's updates, one after another: see [`crate::Job::updates`].
    pub fn updates(&self) -> Updates {
        Updates { client: self.client.clone(), updates: self.job.updates() }
    }
}

/// An iterator over the updates of a job: see [`crate::Updates`]. Made by [`Job::updates`].
///
/// ```no_run
/// # use ideogram_client::{GenerateInput, Update, blocking::Client};
/// # fn example(client: &Client) -> ideogram_client::Result<()> {
/// let job = client.submit(&GenerateInput::new("A fox"))?;
/// for update in job.updates() {
///     if let Update::Queued { position: Some(ahead) } = update? {
///         println!("{ahead} ahead");
///     }
/// }
/// let response = job.result()?;
/// # Ok(())
/// # }
/// ```
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

/// A file that the server made, ready to be downloaded; made by [`Client::image`]: see [`crate::Image`].
#[derive(Clone, Debug)]
pub struct Image {
    client: Client,
    image: crate::Image,
}

impl Image {
    /// Downloads the whole picture into memory.
    ///
    /// # Errors
    /// As [`crate::Image::bytes`]: [`is_expired`](Error::is_expired) when the server no longer has it;
    /// [`is_too_large`](Error::is_too_large) and [`is_foreign_url`](Error::is_foreign_url) when it must not be
    /// downloaded; [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout) or
    /// [`is_decode`](Error::is_decode) when it did not come. It is paid for in each case.
    /// [`is_configuration`](Error::is_configuration) inside an async task.
    pub fn bytes(&self) -> Result<Bytes> {
        self.client.block_on(self.image.bytes())
    }

    /// Saves the picture under this path, whole or not at all: see [`crate::Image::save_to`].
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and [`is_file`](Error::is_file) when the path cannot be written.
    pub fn save_to(&self, path: impl AsRef<Path>) -> Result<SavedFile> {
        self.client.block_on(self.image.save_to(path))
    }

    /// Saves the picture in this folder, under the server's name for it: see [`crate::Image::save_in`].
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and [`is_file`](Error::is_file) when the folder cannot be written to.
    pub fn save_in(&self, folder: impl AsRef<Path>) -> Result<SavedFile> {
        self.client.block_on(self.image.save_in(folder))
    }
}

//! A typed client for fal's Ideogram V2 Turbo endpoints: generate, remix, edit.
//!
//! ```no_run
//! use ideogram_client::{AspectRatio, Client, GenerateInput};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> ideogram_client::Result<()> {
//! let client = Client::from_env()?; // `FAL_KEY`
//! let input = GenerateInput::new("A fox reading a map, poster").with_aspect_ratio(AspectRatio::Ratio16x9);
//! let response = client.subscribe(&input).await?;
//! response.save_to("fox.png").await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Client::from_env`] also reads the services' addresses from the [environment](mod@env), so the same program can run against
//! a sandbox without a change.
//!
//! # Three endpoints
//! | endpoint | input | what it makes |
//! |---|---|---|
//! | [`Generate`] | [`GenerateInput`]: a prompt | a picture |
//! | [`Remix`] | [`RemixInput`]: a prompt and the URL of a picture | a new picture from both; its [`Strength`] says how much the old one weighs |
//! | [`Edit`] | [`EditInput`]: a prompt, and the URLs of a picture and of a mask of the same size | the picture, repainted where the mask selects |
//!
//! `new` takes what is required, and `with_…` sets the rest; what is not set is not sent, and the service uses its
//! default. The result of each is an [`Output`]: [`images`](Output::images), and the [`seed`](Output::seed) that they
//! were made with. [`EndpointInfo`] has the fields, ranges and price of an endpoint as data.
//!
//! # Three ways to call
//! - [`Client::subscribe`] submits to the queue, waits for the job, and returns the result. Use it unless you need one of the
//!   others. It has a deadline, past which it cancels the job; it can report each [status](Subscribe::on_status), and be
//!   [cancelled](Subscribe::cancel_when).
//! - [`Client::submit`] returns a [`Job`] at once: ask for its status, read its [updates](Job::updates), [wait](Job::wait) for
//!   it, cancel it, or [save its id](#after-a-crash) and continue in another process.
//! - [`Client::run`] is one HTTP call without the queue. It has the least overhead, but its picture is lost when the connection
//!   breaks.
//!
//! All of them take any input of the [schema](ideogram_schema), and [`CallOptions`] for the platform's own options, such as start
//! timeout, priority and tags. [`JsonInput`] is for programs that learn the endpoint's name at run time.
//!
//! # Pictures
//! [`Client::upload`] uploads a file, bytes, a reader or a `data:` URI and returns a [URL](HostedUrl), which every input
//! field for a picture takes. [`Client::upload_with_mask`] first checks that picture and mask have the same size.
//! [`Client::image`] reads or saves a picture of a result, from a URL or a `data:` URI: without the key, up to a size
//! limit, and a file is saved completely or not at all.
//!
//! # Money
//! A paid request is sent again only when it certainly was not accepted: no connection could be made, the server said 429, the
//! ingress had no server to pass it to, or the server said over HTTP/2 that it did not process it. Any other failure ends in an
//! [`Error`], and [`Error::state`] says what became of the request:
//!
//! | [`Error::state`] | is it billed? | what to do |
//! |---|---|---|
//! | [`NotSent`](RequestState::NotSent), [`Refused`](RequestState::Refused) | no | correct it, or send it again |
//! | [`Unknown`](RequestState::Unknown): the reply was lost | perhaps | look it up before you send it again: [`find_submitted`](Client::find_submitted) finds it by its exact input and [`sent_within`](Error::sent_within) |
//! | [`Accepted`](RequestState::Accepted): the job goes on | when it has run | [`Client::job`] with its [`request_id`](Error::request_id), and [`wait`](Job::wait) |
//! | [`Answered`](RequestState::Answered): a result that could not be delivered | yes | its files are in [`files`](Error::files) and [`file_url`](Error::file_url) |
//! | [`Failed`](RequestState::Failed) | an input that the model refused may be; a failure of the service or the model is not | sending it again is a new job |
//! | [`Cancelled`](RequestState::Cancelled) | not if it had not begun to run | sending it again is a new job |
//! | `None`: the call was not a paid one | | |
//!
//! [`may_have_been_accepted`](Error::may_have_been_accepted) is true for the three in the middle, which can still have a result:
//! do not send such a request again before you have looked. [`on_lost_reply`](Subscribe::on_lost_reply) makes a call look for a
//! lost reply itself. [`RetryPolicy`] sets how often and how fast a request is repeated; [`Client::price`] and
//! [`Client::billed`] say what a picture costs and what was charged.
//!
//! # After a crash
//! To lose nothing when your own program ends in the middle of a call, use [`Client::submit`] and store the [`Job`] before you
//! wait for it:
//!
//! ```no_run
//! use ideogram_client::{Client, Generate, GenerateInput, SavedJob};
//!
//! # async fn example(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let job = client.submit(&GenerateInput::new("A fox")).await?;
//! std::fs::write("job.json", serde_json::to_string(&job)?)?;
//! let response = job.wait().await?;
//!
//! // After a restart:
//! let saved: SavedJob = serde_json::from_str(&std::fs::read_to_string("job.json")?)?;
//! let response = client.restore::<Generate>(&saved)?.wait().await?;
//! # Ok(())
//! # }
//! ```
//!
//! With the id alone it is `client.job::<Generate>(request_id)?`. The queue keeps a result for an hour; after that `wait` reads it
//! from the request history, where fal keeps it for 30 days by default.
//!
//! # Timeouts
//! | set with | default | what it limits |
//! |---|---|---|
//! | [`with_deadline`](ClientBuilder::with_deadline) | 15 min | a whole `run`, `submit`, `subscribe` or `wait`; each attempt at an upload or a download |
//! | [`with_wind_up`](ClientBuilder::with_wind_up) | 5 s | what a call still does after its deadline or cancellation |
//! | [`with_connect_timeout`](ClientBuilder::with_connect_timeout) | 5 s | opening a connection, TLS included |
//! | [`with_answer_timeout`](ClientBuilder::with_answer_timeout) | 30 s | the answer to a submit, a status or a cancel |
//! | [`with_result_timeout`](ClientBuilder::with_result_timeout) | 120 s | the answer to a result |
//! | [`with_stream_silence`](ClientBuilder::with_stream_silence) | 40 s | how long a status stream sends nothing |
//!
//! A single call has its own deadline, as in [`Subscribe::with_deadline`]. What is past its deadline is cancelled, not only
//! forgotten.
//!
//! # Errors
//! There is one [`Error`] type. Printed, it is a sentence that says what happened, on what, and what to do next. Its predicates
//! (`is_…`) and [`Error::kind`] say what went wrong. [`Error::details`] names the fields that were refused, and [`Allowed`] the
//! values that they take.
//!
//! ```no_run
//! use ideogram_client::{Client, GenerateInput};
//!
//! # async fn example(client: Client) {
//! match client.subscribe(&GenerateInput::new("A fox")).await {
//!     Ok(response) => println!("{} picture(s)", response.images.len()),
//!     Err(error) if error.is_content_policy() => eprintln!("change the prompt: {error}"),
//!     Err(error) if error.may_have_been_accepted() => eprintln!("look before you pay twice: {error}"),
//!     Err(error) => eprintln!("{error}"),
//! }
//! # }
//! ```
//!
//! # Bounds
//! Every read has a size limit and every wait a time limit: see [`limits`]. The key goes to the configured base URLs
//! and their backup hosts only, over TLS or to this machine, and is in no log, error or `Debug`. Many jobs at once share a
//! bounded number of connections: over HTTP/2 each job has a status stream; over HTTP/1.1 the first 64 have one, and the
//! client polls the others.
//!
//! # Testing your program
//! The crate `ideogram-sandbox` imitates the service on this machine: the same protocol over real sockets, with no key and no
//! bill. It returns the requests and charges as values, so "paid exactly once" is one assertion. It produces the faults that you
//! choose, and a word in a prompt makes a job fail: `__content_policy_violation__` has it refused by moderation.
//!
//! ```
//! use ideogram_client::{Client, GenerateInput};
//! use ideogram_sandbox::{Call, Fault, Rule, Sandbox};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().start().await?;
//! let client = Client::builder().with_key(sandbox.key()).with_base_url(sandbox.url()).build()?;
//! sandbox.set_faults(Rule::new([Call::Result], Fault::IngressError).with_times(1));
//!
//! client.subscribe(&GenerateInput::new("A fox")).await?;
//!
//! assert_eq!(sandbox.charged().len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! As a dev-dependency without default features the sandbox makes pictures of one colour and builds no font and no drawing crate.
//!
//! # Features
//! | feature | default | what it adds |
//! |---|---|---|
//! | `media` | yes | uploads, pictures within the request, the check that mask and picture have the same size, text chunks of a PNG; two small dependencies |
//! | `webhook` | no | the module [`webhook`], to check in a server that a webhook comes from fal, and to read it |
//! | `reqwest` | no | [`ClientBuilder::with_http`], to change reqwest's own builder; may change in any release |
//! | `blocking` | no | the module [`blocking`]: the same client for programs without an async runtime; it starts a thread |
//!
//! This crate builds `reqwest` with rustls but without a cryptography provider, and cargo unifies that for the whole program.
//! Building a [`Client`] installs ring as the process's default provider if there is none. A program that uses `reqwest` itself
//! before that, without one of its TLS features, must call `rustls::crypto::ring::default_provider().install_default()` first.
//!
//! # Tracing
//! The client emits spans and events for [`tracing`]. `run`, `submit`, `subscribe`, `wait` and `follow` have a span each, with
//! endpoint, request id and how often the paid request was sent; inside it, and for every other call, each HTTP request has a
//! span with the field names of OpenTelemetry's conventions. Events say when a request is accepted, when a
//! status arrives, when something is tried again, and how the call ends. None of them contains the key or a prompt. To print
//! them, add `tracing-subscriber = { version = "0.3", features = ["env-filter"] }`, and start the program with
//! `RUST_LOG=ideogram_client=debug`:
//!
//! ```
//! use tracing_subscriber::EnvFilter;
//!
//! tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "media", feature = "webhook", feature = "blocking")),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod chance;
mod client;
mod clock;
mod config;
pub mod env;
mod error;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
#[allow(clippy::all, clippy::pedantic, clippy::unwrap_used, missing_docs, unreachable_pub, unused)]
#[rustfmt::skip]
mod generated;
mod job;
pub mod limits;
#[cfg(feature = "media")]
mod media;
mod picture;
mod platform;
mod run;
mod text;
mod transport;
#[cfg(feature = "webhook")]
pub mod webhook;
mod wire;

pub use call::files::OutputFile;
pub use call::window::Window;
pub use client::Client;
pub use config::ClientBuilder;
pub use error::{Allowed, Error, ErrorKind, RequestState, Result};
pub use http;
pub use ideogram_schema::endpoints::*;
pub use ideogram_schema::{
    BillingEvent, Bounds, CancelState, ENDPOINTS, Endpoint, EndpointInfo, EndpointInput, Field, FieldKind, FileAccess,
    FileRole, InputError, Integer, ListPrice, Location, LogEntry, LogLevel, Metrics, OutOfRange, Price, QueuePriority,
    QueueState, QueueStatus, RequestErrorType, Unknown, UnknownText, ValidationErrorDetail, ValidationErrorType,
    ValidationLocation,
};
pub use job::Job;
pub use job::lost_reply::{Found, LostReply};
pub use job::poll::PollPolicy;
pub use job::response::Response;
pub use job::saved::SavedJob;
pub use job::submit::Submit;
pub use job::subscribe::Subscribe;
pub use job::updates::{Update, Updates};
#[cfg(feature = "media")]
pub use media::{hosted::HostedUrl, input::ImageInput, upload::Upload};
#[cfg(feature = "media")]
pub use picture::dimensions::Dimensions;
pub use picture::facts::{DownloadWarning, FileFacts};
pub use picture::file_name::numbered;
pub use picture::format::Format;
pub use picture::image::Image;
pub use picture::progress::Progress;
pub use picture::saved::{Download, SavedFile};
#[cfg(feature = "reqwest")]
pub use reqwest;
pub use run::Run;
pub use wire::input::{CallInput, CallOutput, JsonInput};
pub use wire::lifecycle::ObjectLifecycle;
pub use wire::options::CallOptions;
pub use wire::reach::Reach;
pub use wire::retry::RetryPolicy;

/// The examples of the README are tested too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! A safe, typed client of fal's Ideogram V2 Turbo endpoints: generate, remix, edit.
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
//! The [environment](mod@env) says where things are as well, so the same program runs against a sandbox.
//!
//! # Three ways to call
//! - [`Client::subscribe`] submits to the queue, follows the job, and gives the result. Take this one. It has a deadline,
//!   past which it cancels the job; it can show each [status](Subscribe::on_status), and be
//!   [cancelled](Subscribe::cancel_when).
//! - [`Client::submit`] gives a [`Job`]: look at it, follow its [updates](Job::updates), [wait](Job::wait) for it, cancel
//!   it, or [write it down](SavedJob) and come back to it in another process.
//! - [`Client::run`] is one HTTP call. It is the quickest, and what it made is lost when the connection breaks.
//!
//! All of them take any input of the [schema](ideogram_schema), and [`CallOptions`] for what the platform can be asked
//! besides: start timeout, priority, tags. [`JsonInput`] is for programs that learn the endpoint's name at run time.
//!
//! # Pictures
//! [`Client::upload`] makes a [URL](HostedUrl) of a file, bytes, a reader or a `data:` URI; every input field takes it.
//! [`Client::upload_with_mask`] compares picture and mask first. [`Client::image`] reads or saves what came out, from a
//! URL or a `data:` URI: without the key, up to a size limit, and a file is saved completely or not at all.
//!
//! # Money
//! A request that costs is sent again only when it certainly was not accepted: no connection could be made, the server
//! said 429, the ingress had no server to pass it to, or the peer said over HTTP/2 that it did not process it. Any other trouble ends in an [`Error`] whose
//! [`may_have_been_accepted`](Error::may_have_been_accepted) is true. Then look first:
//! [`find_submitted`](Client::find_submitted) finds a request whose reply was lost by its exact input, and
//! [`on_lost_reply`](Subscribe::on_lost_reply) does so by itself. [`RetryPolicy`] has the rest; [`Client::price`] and
//! [`Client::billed`] say what a picture costs and what was charged.
//!
//! # Errors
//! There is one [`Error`]. Print it, and it is a sentence that says what happened, on what, and what to do next; ask it
//! with its predicates, and it says what kind of trouble it is. [`Error::details`] names the fields that were refused, and
//! [`Allowed`] what they would take.
//!
//! # Bounds
//! Nothing is read without a bound, and nothing waits for ever: see [`limits`]. The key goes to the configured base URLs
//! and their backup hosts only, over TLS or to this machine, and is in no log, error or `Debug`. Many jobs at once share a
//! bounded number of connections: on HTTP/2 each job has a status stream, on HTTP/1.1 the first 64 have one and the
//! others are polled, in turn.
//!
//! # Testing your program
//! The crate `ideogram-sandbox` is the service on this machine, for anybody's tests: the same protocol over real sockets,
//! with no key and no bill. As a dev-dependency without default features it makes pictures of one colour and needs no font
//! and no drawing crate: 42 packages beside the client's, and 104 s of CPU time more in a first debug build, where the client
//! takes 69 s (`time cargo build -p ideogram-sandbox --no-default-features` after the client, 2 cores, 2026-11-26). It says what came in as values, so "paid exactly once" is one assertion, and it can be told what
//! goes wrong:
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
//! # Features
//! | feature | default | why it is one |
//! |---|---|---|
//! | `media` | yes | uploads, inlining, sizes of pictures, texts in them; two small dependencies |
//! | `webhook` | no | checking deliveries: for servers only |
//! | `reqwest` | no | [`ClientBuilder::with_http`] over reqwest's own builder; outside the promises of semantic versioning |
//! | `blocking` | no | the same client for programs without an async runtime; a thread |
//!
//! `reqwest` is built with rustls and without a provider of cryptography, for the whole program. Building a client installs
//! ring's as the process' default where there is none; a program that uses its own `reqwest` before that, and asks for no
//! TLS feature of it, calls `rustls::crypto::ring::default_provider().install_default()` first.
//!
//! # Tracing
//! Spans and events go to [`tracing`]: a span for each call, with endpoint, request id and attempts, around those of its
//! HTTP requests, which have the names of OpenTelemetry's conventions; an event when a request is accepted, when a status
//! comes, when something is tried again, and when the call ends. There is no key and no prompt in them. With the crate
//! `tracing-subscriber` and its feature `env-filter`, a program shows them when it is started with
//! `RUST_LOG=ideogram_client=debug`:
//!
//! ```
//! use tracing_subscriber::EnvFilter;
//!
//! tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
//! ```

#![cfg_attr(not(feature = "media"), allow(rustdoc::broken_intra_doc_links))]

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

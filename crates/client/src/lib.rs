//! A safe, typed client of fal's Ideogram V2 Turbo endpoints.
//!
//! ```no_run
//! use ideogram_client::{AspectRatio, Client, GenerateInput};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> ideogram_client::Result<()> {
//! let client = Client::from_env()?; // `FAL_KEY`
//! let input = GenerateInput::new("A fox reading a map, poster").with_aspect_ratio(AspectRatio::Ratio16x9);
//! let response = client.subscribe(&input).await?;
//! client.image(&response.images[0]).save_to("fox.png").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Three ways to call
//! - [`Client::subscribe`] submits to the queue, follows the job, and gives the result. Take this one.
//! - [`Client::submit`] gives a [`Job`]: look at it, wait for it, cancel it, or come back to it in another process by its
//!   id with [`Client::job`].
//! - [`Client::run`] is one HTTP call. It is the quickest, and what it made is lost when the connection breaks.
//!
//! All of them take any input of the [schema](ideogram_schema); [`visit_endpoint`] is for programs that learn the
//! endpoint's name at run time.
//!
//! # Money
//! A request that costs is sent again only when it certainly was not accepted: no connection could be made, the server
//! said 429, or the ingress had nobody to pass it to. Any other trouble ends in an [`Error`] whose
//! [`may_have_been_accepted`](Error::may_have_been_accepted) is true. [`RetryPolicy`] has the rest.
//!
//! # Bounds
//! Nothing is read without a bound, and nothing waits for ever: see [`limits`]. The key goes to the configured base URLs
//! only, over TLS or to this machine.

mod answer;
mod base;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod config;
mod data_uri;
mod dns;
mod download;
pub mod env;
mod error;
mod file_name;
mod follow;
mod format;
#[allow(clippy::all, clippy::pedantic, clippy::unwrap_used, missing_docs, unreachable_pub, unused)]
#[rustfmt::skip]
mod generated;
mod head;
mod http;
mod image;
mod job;
mod key;
mod lanes;
pub mod limits;
mod links;
#[cfg(feature = "media")]
mod media;
mod operation;
mod options;
mod pace;
mod platform;
mod response;
mod retry;
mod run;
mod save;
mod saved;
mod span;
mod sse;
mod status;
mod submit;
mod subscribe;
mod text;
mod tls;
mod trail;
mod transport;
mod updates;
mod visit;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use client::Client;
pub use config::ClientBuilder;
pub use error::{Allowed, Error, Result};
pub use format::Format;
pub use generated::glue::{Callable, visit_endpoint};
pub use ideogram_schema::*;
pub use image::Image;
pub use job::Job;
#[cfg(feature = "media")]
pub use media::{Dimensions, HostedUrl, ImageInput, Progress, Upload};
pub use options::CallOptions;
pub use pace::PollPolicy;
pub use platform::{Found, LostReply, Window};
pub use reqwest;
pub use response::Response;
pub use retry::RetryPolicy;
pub use run::Run;
pub use saved::SavedJob;
pub use submit::Submit;
pub use subscribe::Subscribe;
pub use updates::{Update, Updates};
pub use visit::EndpointVisitor;

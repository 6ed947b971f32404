//! A local stand-in for fal's Ideogram V2 Turbo endpoints: the same protocol, real pictures, no key and no bill.
//!
//! [`Sandbox::builder`] starts one on a loopback port. Everything that fal spreads over hosts lies under one origin:
//!
//! | fal | here |
//! |---|---|
//! | `https://fal.run` | `/run` |
//! | `https://queue.fal.run` | `/queue` |
//! | `https://rest.fal.ai` | `/rest` |
//! | `https://v3.fal.media` | `/cdn` |
//! | `https://api.fal.ai/v1` | `/platform/v1` |
//! | `https://fal.ai` | `/site` |
//!
//! A request that comes with one of those hosts in its `Host` header finds the same services without a prefix, and so does
//! one on a service's own port ([`Builder::service_ports`]). `/_sandbox` is the look inside, for people and as JSON for
//! tests; `/api/fal/proxy` is the proxy that programs in a browser go through.
//!
//! ```
//! use ideogram_sandbox::Sandbox;
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! let sandbox = Sandbox::builder().start().await?;
//! assert!(sandbox.queue_url().ends_with("/queue"));
//! // … point a client at `sandbox.url()` with any key of the form `id:secret` …
//! sandbox.shutdown().await;
//! # Ok::<_, ideogram_sandbox::StartError>(())
//! # }).unwrap();
//! ```
//!
//! **Architecture Invariant.** What an endpoint takes and gives is read from [`ideogram_schema::ENDPOINTS`] alone: no
//! endpoint id, field list, value or price stands in this crate. **Architecture Invariant.** The typed models are not used
//! to check inputs: they take what fal refuses.

mod chance;
mod clock;
mod config;
pub mod draw;
mod faults;
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "the generator knows no crate's privacy")]
mod generated;
mod hash;
mod http;
mod json;
mod lock;
mod log;
mod query;
mod records;
mod sandbox;
mod services;
mod tls;
mod validate;
mod world;

pub use config::{Builder, Keys};
pub use draw::MaskEdits;
pub use faults::{Call, Fault, Faults, InvalidFaults, Rule};
pub use records::{Charge, JobPhase, JobRecord, RequestRecord};
pub use sandbox::{Sandbox, StartError};
pub use services::Service;
pub use world::trigger::{HANG, TRIGGERS, Trigger};

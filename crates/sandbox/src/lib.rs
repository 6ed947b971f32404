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
//! one on a service's own port ([`Builder::service_ports`]). The URLs of an answer lead back the way the request came.
//! `/_sandbox` is the look inside, for people and as JSON; `/api/fal/proxy` is the proxy that programs in a browser go
//! through.
//!
//! # In a test
//! A sandbox starts in a line, says what came in as values, and does wrong what it is told to:
//!
//! ```
//! use ideogram_sandbox::{Call, Fault, Rule, Sandbox};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! let sandbox = Sandbox::builder().start().await?;
//! sandbox.set_faults(Rule::new([Call::Submit], Fault::LostReply).with_times(1));
//!
//! // … point a client at `sandbox.url()` with the key `sandbox.key()`, and let it work …
//!
//! assert!(sandbox.charged().is_empty(), "what was paid for, a line for each job");
//! assert!(sandbox.jobs().is_empty() && sandbox.requests().is_empty());
//! sandbox.shutdown().await;
//! # Ok::<_, ideogram_sandbox::StartError>(())
//! # }).unwrap();
//! ```
//!
//! # Features
//! | feature | default | why it is one |
//! |---|---|---|
//! | `pictures` | yes | pictures that show what was asked for; without it they are of one colour, and no font or drawing crate is built |
//!
//! **Architecture Invariant.** What an endpoint takes and gives is read from its own document, what it costs from
//! [`ideogram_schema::ENDPOINTS`]: no endpoint id, field list or price stands in the code of this crate.
//!
//! **Architecture Invariant.** The typed models are not used to check inputs: they take what fal refuses.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod chance;
mod clock;
mod config;
mod description;
pub mod draw;
mod faults;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
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

/// The examples of the README are tested too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

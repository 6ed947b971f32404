//! A local server that imitates fal's Ideogram V2 Turbo endpoints: the same protocol, real pictures, no key and no
//! bill.
//!
//! [`Sandbox::builder`] starts one on a loopback port. It serves all of fal's hosts under one address, each with a prefix:
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
//! A request with one of those hosts in its `Host` header, or to a service's own port ([`Builder::service_ports`]), needs no
//! prefix. The URLs in an answer have the host that the request used. `/_sandbox` shows the jobs and requests, as a page and as
//! JSON; `/api/fal/proxy` is the proxy through which programs in a browser call fal.
//!
//! # In a test
//! One line starts a sandbox. It returns the jobs, requests and charges as values, and produces the faults that you choose:
//!
//! ```
//! use ideogram_sandbox::{Call, Fault, Rule, Sandbox};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! let sandbox = Sandbox::builder().start().await?;
//! sandbox.set_faults(Rule::new([Call::Submit], Fault::LostReply).with_times(1));
//!
//! // Here the program under test would call `sandbox.url()` with the key `sandbox.key()`.
//!
//! assert!(sandbox.charged().is_empty(), "nothing was called, so nothing was charged");
//! assert!(sandbox.jobs().is_empty() && sandbox.requests().is_empty());
//! sandbox.shutdown().await;
//! # Ok::<_, ideogram_sandbox::StartError>(())
//! # }).unwrap();
//! ```
//!
//! If the prompt contains one of the words of [`TRIGGERS`], such as `__content_policy_violation__`, the job fails as it
//! can fail at the real model, and is not charged.
//!
//! # Features
//! | feature | default | what it adds |
//! |---|---|---|
//! | `pictures` | yes | pictures that show prompt, style and seed; without it each has one colour, and no font or drawing crate is built |
//!
//! **Architecture Invariant.** The inputs and outputs of an endpoint are read from its own document, its price from
//! [`ideogram_schema::ENDPOINTS`]: the code of this crate contains no endpoint id, list of fields or price.
//!
//! **Architecture Invariant.** The typed models are not used to check inputs, because they accept values that fal refuses.

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

//! The client against real servers: sandboxes, and sockets that misbehave as they are told.
//!
//! One program, so that what the tests share is built once and tests that wait do so at once. Beside it stand those that must have
//! a process of their own.

#[cfg(feature = "blocking")]
mod blocking;
mod calls;
mod deadline;
mod durations;
mod echo;
#[cfg(all(feature = "media", feature = "webhook", feature = "blocking"))]
mod examples;
mod faults;
mod follow;
mod history;
#[cfg(feature = "reqwest")]
mod http2;
mod lost;
#[cfg(feature = "media")]
mod media;
mod money;
mod odd_answers;
#[cfg(feature = "media")]
mod outages;
#[cfg(feature = "media")]
mod png_texts;
#[cfg(all(feature = "media", feature = "reqwest"))]
mod proxy;
mod save;
mod save_response;
mod support;
mod tls;
mod verdict;
#[cfg(feature = "webhook")]
mod webhook;
mod wrong_clock;

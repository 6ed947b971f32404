//! The HTTP server, and fal's services on it.

mod auth;
mod caller;
mod cdn;
pub(crate) mod connection;
mod dispatch;
mod fault_body;
mod fault_injection;
mod inspect;
mod inspect_events;
mod inspect_report;
mod openapi;
mod platform;
mod proxy;
mod queue;
mod range;
mod redact;
mod reply;
mod rest;
mod route;
mod run;
pub(crate) mod server;
mod status_report;
mod status_stream;
mod submit_options;

//! Who listens, and how fal's services answer over HTTP.

pub(crate) mod auth;
mod cdn;
pub(crate) mod connection;
mod documents;
mod fault_body;
mod fault_injection;
pub(crate) mod inspect;
mod platform;
mod queue;
pub(crate) mod reply;
mod rest;
pub(crate) mod route;
mod run;
pub(crate) mod server;
pub(crate) mod service;
mod status_stream;

//! The real binary, run as people and scripts run it.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may")]

mod auth;
#[cfg(feature = "sandbox")]
mod batch;
#[cfg(all(unix, feature = "sandbox"))]
mod batch_ends;
#[cfg(all(unix, feature = "sandbox"))]
mod batch_trouble;
mod calls;
mod colour;
mod command_line;
mod config;
mod cost;
mod deadline;
mod detach;
mod disk;
#[cfg(feature = "sandbox")]
mod doctor;
#[cfg(feature = "sandbox")]
mod documents;
mod echo;
#[cfg(feature = "sandbox")]
mod examples;
mod exit;
#[cfg(feature = "sandbox")]
mod gallery;
#[cfg(feature = "sandbox")]
mod golden;
mod help;
mod jobs;
mod ledger;
mod local_pictures;
mod man_pages;
mod masks;
mod mcp;
mod metadata;
mod odd_answers;
mod output;
#[cfg(target_os = "linux")]
mod progress;
#[cfg(feature = "sandbox")]
mod readme;
mod requests;
mod rerun;
mod resume;
#[cfg(feature = "sandbox")]
mod sandbox;
mod save;
mod schemas;
mod server;
mod several;
mod shells;
mod shown;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
mod texts;
mod uploads;

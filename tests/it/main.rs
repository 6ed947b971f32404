//! The integration tests over the whole workspace: the generated code against the description, and every layer through
//! the sandbox on real sockets.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod codegen;
mod corpus_models;
mod description;
mod determinism;
mod documentation;
mod documents;
mod end_to_end;
mod guards;
mod mutation;
mod round_trip;
mod surface;
mod tables;
mod wire;

#[rustfmt::skip]
#[allow(clippy::pedantic, clippy::style, dead_code, unreachable_pub, unused_imports, reason = "generated; compiling it is the test")]
mod corpus;

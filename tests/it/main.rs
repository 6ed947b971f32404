//! One integration binary over the whole workspace: the generated code against the description, and every layer through
//! the sandbox on real sockets.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod codegen;
mod corpus_models;
#[cfg(target_os = "linux")]
mod crash;
mod description;
mod determinism;
mod documentation;
mod end_to_end;
mod fourth_endpoint;
mod guards;
mod mutation;
mod round_trip;
mod surface;
mod wire;

// The contract that the corpus' models fill in, where their macros look for it: at the root.
#[macro_use]
#[path = "../../crates/schema/src/value.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod value;
#[macro_use]
#[path = "../../crates/schema/src/number.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod number;
#[path = "../../crates/schema/src/check.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod check;
#[path = "../../crates/schema/src/endpoint.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod endpoint;
#[path = "../../crates/schema/src/field.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod field;
#[path = "../../crates/schema/src/union.rs"]
#[allow(dead_code, unreachable_pub, reason = "a contract, of which each model uses a part")]
mod union;
#[rustfmt::skip]
#[allow(clippy::pedantic, clippy::style, dead_code, unreachable_pub, unused_imports, reason = "generated; compiling it is the test")]
mod corpus;

use endpoint::{Endpoint, EndpointInfo, EndpointInput, Price};
use field::{Field, FieldKind, FileRole};
use number::Bounds;
use union::{JsonShape, candidates};

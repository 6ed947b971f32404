//! The targets: each test is one reader of what others wrote. `cargo test -p ideogram-fuzz` gives each a few inputs,
//! `cargo xtask fuzz` as many as fit into its time.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod answer;
mod bodies;
mod data_uri;
mod dimensions;
mod file_names;
mod ledger;
mod overlay;
mod refusals;
mod retry_after;
mod shown;
mod sse;
mod status;
mod unions;
mod upstream;

#[rustfmt::skip]
#[path = "../../it/corpus/mod.rs"]
#[allow(clippy::pedantic, clippy::style, dead_code, unreachable_pub, unused_imports, missing_docs, reason = "generated")]
mod corpus;

use ideogram_fuzz::{bytes, hold, json};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The workspace's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A JSON document below the workspace.
fn document(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

#[test]
fn what_does_not_hold_is_reported_with_its_smallest_input_and_its_seed() {
    let strategy = bytes(&["{\"a\":1}"], &["]"]);
    let fails = || hold("bodies", &strategy, |input| assert!(!input.ends_with(b"]"), "it ends so"));
    let told = catch_unwind(AssertUnwindSafe(fails)).unwrap_err().downcast::<String>().unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "bodies: it ends so");
    // What is right has seven bytes; the one change that is needed is left.
    assert!(lines[1].starts_with("the input: [") && lines[1].matches(',').count() <= 7, "{told}");
    assert!(lines[2].starts_with("again with: cargo xtask fuzz --target bodies --seed "), "{told}");
}

#[test]
fn a_seed_stands_for_the_same_inputs_each_time_and_nearly_all_are_different() {
    let drawn = || {
        let inputs = RefCell::new(Vec::new());
        let right = vec![serde_json::json!({"a": [1, {"b": "c"}]})];
        hold("drawn", &json(right), |input: Value| inputs.borrow_mut().push(input.to_string()));
        inputs.into_inner()
    };
    let (once, again) = (drawn(), drawn());
    let common = once.len().min(again.len());
    assert!(once[..common] == again[..common]);
    let first = &once[..128];
    let different = first.iter().collect::<BTreeSet<_>>().len();
    assert!(different > 100, "{different} of 128 are different");
}

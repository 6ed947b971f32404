//! The generated files are what `cargo xtask codegen` writes.

use crate::description::{files, generate};
use ideogram_tests::root;

#[test]
fn every_generated_file_is_up_to_date() {
    let output = generate(&files()).unwrap();
    assert_eq!(output.changes(&root()).unwrap(), [], "run `cargo xtask codegen` and commit what it changes");
}

#[test]
fn two_runs_give_the_same_bytes() {
    assert_eq!(generate(&files()).unwrap(), generate(&files()).unwrap());
}

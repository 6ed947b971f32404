//! The generated files are what `cargo xtask codegen` writes.

use crate::description::root;

#[test]
fn every_generated_file_is_up_to_date() {
    let output = xtask::emit::workspace::generate(&root()).unwrap();
    assert_eq!(output.changes(&root()).unwrap(), [], "run `cargo xtask codegen` and commit what it changes");
}

#[test]
fn two_runs_give_the_same_bytes() {
    assert_eq!(xtask::emit::workspace::generate(&root()).unwrap(), xtask::emit::workspace::generate(&root()).unwrap());
}

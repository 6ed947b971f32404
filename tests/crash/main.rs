//! What `cargo xtask crash` shows, on twenty points, and that it turns red where a promise has no ground.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use ideogram_tests::root;
use std::path::PathBuf;
use std::sync::LazyLock;
use xtask::crash::{Verdict, Without, kill, kill_batches};

/// The program, built once.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| xtask::cargo::program(&root(), "ideogram").unwrap());

fn killed(points: usize, without: Option<Without>) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    kill(&PROGRAM, folder.path(), points, 1, without).unwrap()
}

#[test]
fn twenty_killed_calls_lose_nothing_and_pay_nothing_twice() {
    let verdict = killed(20, None);
    assert!(verdict.is_good(), "{verdict}: {verdict:?}");
}

#[test]
fn ten_killed_batches_lose_nothing_and_pay_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let verdict = kill_batches(&PROGRAM, folder.path(), 10, 1, None).unwrap();
    assert!(verdict.is_good(), "{verdict}: {verdict:?}");
}

#[test]
fn without_the_sync_a_power_cut_loses_rows_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let verdict = kill_batches(&PROGRAM, folder.path(), 4, 1, Some(Without::Sync)).unwrap();
    assert!(verdict.lost + verdict.twice > 0 && !verdict.is_good(), "{verdict}");
}

#[test]
fn without_the_claim_two_runs_of_a_batch_save_one_picture_twice() {
    let folder = tempfile::tempdir().unwrap();
    let killed = || kill_batches(&PROGRAM, folder.path(), 4, 1, Some(Without::Claim)).unwrap();
    let verdict = (0..10).map(|_| killed()).find(|verdict| verdict.twice > 0).unwrap();
    assert!(!verdict.is_good(), "{verdict}");
}

#[test]
fn without_the_sync_a_power_cut_loses_what_was_paid_for() {
    let verdict = killed(14, Some(Without::Sync));
    assert!(verdict.lost > 0 && !verdict.is_good(), "{verdict}");
}

#[test]
fn without_the_claim_two_processes_save_one_picture_twice() {
    // Two processes have to come upon a row at the same moment, which they may miss for a while on a busy machine.
    let verdict = (0..10).map(|_| killed(14, Some(Without::Claim))).find(|verdict| verdict.twice > 0).unwrap();
    assert!(verdict.lost == 0 && !verdict.is_good(), "{verdict}");
}

#[test]
fn where_no_file_can_be_without_a_name_the_promises_hold_too() {
    let verdict = killed(21, Some(Without::Unnamed));
    assert!(verdict.is_good(), "{verdict}: {verdict:?}");
}

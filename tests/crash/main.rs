//! What `cargo xtask crash` shows, on twenty points, and that it turns red where a promise has no ground.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use ideogram_tests::root;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use xtask::crash::{Verdict, Without, kill, kill_batches};

/// How long two processes are started again and again until they come upon a row at the same moment, which they may miss for a
/// while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// The program, built once.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| xtask::cargo::program(&root(), "ideogram").unwrap());

fn killed(points: usize, without: Option<Without>) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    kill(&PROGRAM, folder.path(), points, 1, without).unwrap()
}

/// The first result in which that holds.
fn first<V>(run: impl FnMut() -> V, holds: impl FnMut(&V) -> bool) -> V {
    let begun = Instant::now();
    let mut runs = std::iter::repeat_with(run).take_while(|_| begun.elapsed() < PATIENCE);
    runs.find(holds).unwrap()
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
    let verdict = first(killed, |verdict| verdict.twice > 0);
    assert!(!verdict.is_good(), "{verdict}");
}

#[test]
fn without_the_sync_a_power_cut_loses_what_was_paid_for() {
    let verdict = killed(14, Some(Without::Sync));
    assert!(verdict.lost > 0 && !verdict.is_good(), "{verdict}");
}

#[test]
fn without_the_claim_two_processes_save_one_picture_twice() {
    let verdict = first(|| killed(14, Some(Without::Claim)), |verdict| verdict.twice > 0);
    assert!(verdict.lost == 0 && !verdict.is_good(), "{verdict}");
}

#[test]
fn where_no_file_can_be_without_a_name_the_promises_hold_too() {
    let verdict = killed(21, Some(Without::Unnamed));
    assert!(verdict.is_good(), "{verdict}: {verdict:?}");
}

//! A batch whose ledger, file or disk is not as it should be: it says so, nothing that is paid is lost, and nothing is bought
//! twice.

use crate::batch::{Service, prompts, until};
use crate::calls::kill_after;
use crate::support::{Place, Run, on_a_full_disk};
use std::path::Path;
use std::process::Command;

/// The prompts that were accepted, each of them once.
#[track_caller]
fn once(service: &Service) -> usize {
    let accepted = service.accepted();
    let mut once = accepted.clone();
    once.dedup();
    assert_eq!(once, accepted, "bought twice");
    once.len()
}

#[test]
fn a_ledger_that_is_gone_damaged_or_newer_stops_the_batch_before_anything_is_sent() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(2).as_bytes());
    assert_eq!(place.batch(&service, "rows.jsonl --out out/").code, Some(0));
    place.write("rows.jsonl", prompts(3).as_bytes());
    let kept = std::fs::read(place.ledger()).unwrap();
    let of_version_99 = || {
        let db = rusqlite::Connection::open(place.ledger()).unwrap();
        db.execute_batch("PRAGMA user_version = 99").unwrap();
    };
    let write = |bytes: &[u8]| std::fs::write(place.ledger(), bytes).unwrap();
    let cases: [(&dyn Fn(), &str); 3] = [
        (&|| std::fs::remove_file(place.ledger()).unwrap(), "with its 2 requests is gone; `ideogram jobs salvage`"),
        (&|| write(&[b"no ledger".as_slice(), &kept[9..]].concat()), "is damaged: the head of the file"),
        (&of_version_99, "has version 99, which a newer `ideogram` made"),
    ];
    for (spoil, told) in cases {
        for end in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(place.ledger().with_extension(end));
        }
        write(&kept);
        spoil();
        let run = place.batch(&service, "rows.jsonl --out out/");
        let message = run.refused(3);
        assert!(message.contains(told) && message.ends_with("nothing was sent"), "{told}: {run:?}");
        assert_eq!(once(&service), 2, "{told}: {run:?}");
    }
}

#[test]
fn a_ledger_of_an_older_version_is_brought_along_and_used() {
    let (place, service) = (Place::new(), Service::start());
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers/version-1");
    std::fs::create_dir_all(place.ledger().parent().unwrap()).unwrap();
    for end in ["db", "db-wal"] {
        std::fs::copy(kept.join("ledger").with_extension(end), place.ledger().with_extension(end)).unwrap();
    }
    place.write("rows.jsonl", prompts(2).as_bytes());
    for _ in 0..2 {
        let run = place.batch(&service, "rows.jsonl --out out/");
        assert_eq!((run.code, once(&service), place.states().len()), (Some(0), 2, 8 + 2), "{run:?}");
    }
}

#[test]
fn a_ledger_that_is_gone_while_the_batch_runs_is_missed_by_the_next_run_and_this_one_saves_all() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(30).as_bytes());
    let child = place.batching(&service, "rows.jsonl --concurrency 4 --out out/").spawn().unwrap();
    until(|| service.accepted().len() >= 6);
    std::fs::remove_file(place.ledger()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 30, 30), "{run:?}");
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.refused(3).contains("requests is gone; `ideogram jobs salvage`"), "{run:?}");
    assert_eq!(once(&service), 30);
}

#[test]
fn a_ledger_that_another_program_keeps_locked_stops_the_batch_once_and_not_every_row() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(20).as_bytes());
    assert_eq!(place.batch(&service, "rows.jsonl --limit 1 --out out/").code, Some(0));
    let db = rusqlite::Connection::open(place.ledger()).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/");
    let message = run.stderr.lines().last().unwrap();
    assert!(
        message.contains("database is locked") && message.ends_with("run the same command again to continue"),
        "{run:?}"
    );
    assert_eq!(run.code, Some(3));
    assert_eq!((once(&service), run.stderr.matches("locked").count()), (1, 1), "{run:?}");
    db.execute_batch("COMMIT").unwrap();
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/");
    assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 20, 20), "{run:?}");
}

#[test]
fn a_file_that_changes_or_is_locked_while_it_runs_changes_nothing_of_the_run() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(12).as_bytes());
    let path = place.work().join("rows.jsonl");
    let locked = std::fs::File::open(&path).unwrap();
    locked.lock().unwrap();
    let child = place.batching(&service, "rows.jsonl --concurrency 1 --out out/").spawn().unwrap();
    until(|| service.accepted().len() >= 2);
    std::fs::write(&path, "{\"prompt\":\"another\"}\n{\"prompt\":").unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 12, 12), "{run:?}");
    assert!(service.accepted().iter().all(|prompt| prompt.starts_with("fox ")), "{:?}", service.accepted());
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && run.stderr.contains("rows.jsonl, line 2, column "), "{run:?}");
    assert_eq!((once(&service), place.pictures("out")), (13, 13), "{run:?}");
}

#[test]
fn a_picture_that_changes_after_it_was_looked_at_is_not_sent() {
    let (place, service) = (Place::new(), Service::start());
    place.write("a.png", &crate::support::png(64, 48));
    let rows = "{\"prompt\":\"fox\"}\n{\"endpoint\":\"remix\",\"prompt\":\"hare\",\"image_url\":\"a.png\"}\n";
    place.write("rows.jsonl", rows.as_bytes());
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"latency\"\nlatency_ms = 3000\ntimes = 1\n");
    let child = place.batching(&service, "rows.jsonl --concurrency 1 --out out/").spawn().unwrap();
    until(|| !service.sandbox.requests().is_empty());
    place.write("a.png", &crate::support::png(32, 32));
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, service.accepted()), (Some(7), vec!["fox".to_owned()]), "{run:?}");
    assert!(run.stderr.contains("line 2: a file that it names has changed since this run began"), "{run:?}");
}

#[test]
fn a_full_disk_stops_the_batch_and_the_next_run_goes_on() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(60).as_bytes());
    // The ledger soon grows beyond that.
    let whole = place.batching(&service, "rows.jsonl --concurrency 4 --out out/");
    let run = Run::of(on_a_full_disk(&whole, 96).output().unwrap());
    let sent = once(&service);
    let message = run.stderr.lines().last().unwrap();
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(message.contains("the ledger") && message.ends_with("run the same command again to continue"), "{run:?}");
    assert!((1..60).contains(&sent), "{sent}: {run:?}");
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/");
    assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 60, 60), "{run:?}");
}

/// A library that moves the clock of the program it is loaded into by so many seconds.
#[cfg(target_os = "linux")]
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int outcome = real(clock, now);
    if (outcome == 0 && clock == CLOCK_REALTIME) now->tv_sec += MOVED;
    return outcome;
}
"#;

#[cfg(target_os = "linux")]
const DAY: i64 = 24 * 60 * 60;

/// That library, built.
#[cfg(target_os = "linux")]
fn clock_moved_by(seconds: i64, place: &Place) -> std::path::PathBuf {
    let (source, library) = (place.write("clock.c", CLOCK.as_bytes()), place.work().join("clock.so"));
    let moved = format!("-DMOVED=({seconds})");
    let compiler = Command::new("cc").args(["-shared", "-fPIC", &moved, "-o"]).args([&library, &source]).status();
    assert!(compiler.unwrap().success());
    library
}

#[cfg(target_os = "linux")]
#[test]
fn a_request_that_was_sent_under_a_wrong_clock_is_found_when_the_clock_is_right() {
    for seconds in [-DAY, DAY] {
        let (place, service) = (Place::new(), Service::start());
        place.write("rows.jsonl", prompts(1).as_bytes());
        // Killed before any answer of the service has said how wrong the clock is.
        service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"stall\"\ntimes = 1\n");
        let mut command = place.batching(&service, "rows.jsonl --out out/");
        kill_after(command.env("LD_PRELOAD", clock_moved_by(seconds, &place)), || {
            until(|| service.accepted().len() == 1);
        });
        let row = ideogram_cli::ledger::Ledger::open(&place.ledger()).unwrap().row(1).unwrap().unwrap();
        assert_eq!((row.state, row.clock_offset_ms), (ideogram_cli::ledger::State::Sending, None));
        let run = place.batch(&service, "rows.jsonl --out out/ --retry-unknown");
        assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 1, 1), "{seconds}: {run:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_clock_that_goes_back_a_day_between_two_runs_loses_nothing() {
    let (place, service) = (Place::new(), Service::start());
    let library = clock_moved_by(-DAY, &place);
    place.write("rows.jsonl", prompts(3).as_bytes());
    // One is saved; the reply to the second is on its way when the process is killed.
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"stall\"\nskip = 1\ntimes = 1\n");
    kill_after(&mut place.batching(&service, "rows.jsonl --concurrency 1 --out out/"), || {
        until(|| service.accepted().len() == 2);
    });
    let mut later = place.batching(&service, "rows.jsonl --concurrency 1 --out out/");
    let run = Run::of(later.env("LD_PRELOAD", &library).output().unwrap());
    assert_eq!((run.code, once(&service), place.pictures("out")), (Some(0), 3, 3), "{run:?}");
    let created =
        |id| ideogram_cli::ledger::Ledger::open(&place.ledger()).unwrap().row(id).unwrap().unwrap().created_ms;
    assert!(created(3) < created(2) - 80_000_000, "its clock was a day behind");
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert_eq!((run.code, once(&service)), (Some(0), 3), "{run:?}");
}

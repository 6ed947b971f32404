//! The ledger's file as the commands meet it: old, damaged, used by many.

use crate::resume::completed;
use crate::server::{Reply, Server, queue};
use crate::support::{Place, Run, png};
use serde_json::json;
use std::path::Path;

fn honest() -> Server {
    Server::start(|request| queue(request, &png(8, 8)))
}

#[test]
fn a_damaged_ledger_stops_sending_until_it_is_salvaged() {
    let (place, server) = (Place::new(), honest());
    for seed in 1..=3 {
        assert_eq!(place.call(&server, &format!("generate fox --seed {seed}")).code, Some(0));
    }
    let silent = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::Nothing,
        _ => Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false})),
    });
    let files = ["db", "db-wal"].map(|end| place.ledger().with_extension(end));
    let before = files.clone().map(|path| std::fs::read(path).unwrap());
    assert_eq!(place.call(&silent, "generate fox --timeout 2s").code, Some(6));
    // The latest row is lost: the files are those of an hour ago.
    for (path, content) in files.iter().zip(before) {
        std::fs::write(path, content).unwrap();
    }
    let _ = std::fs::remove_file(place.ledger().with_extension("db-shm"));
    let sent = server.count("POST", "turbo");
    let refused = place.call(&server, "generate fox").refused(3).to_owned();
    assert!(refused.contains("is damaged") && refused.ends_with("; nothing was sent"), "{refused}");
    assert!(refused.contains("`ideogram jobs salvage`"), "{refused}");
    for command in ["jobs", "jobs resume", "jobs close 1"] {
        assert!(place.call(&server, command).refused(3).contains("`ideogram jobs salvage`"), "{command}");
    }
    let run = place.run(["jobs", "salvage", "--json"]);
    let salvaged = &run.json()["results"][0];
    assert_eq!((run.code, run.json()["error"].is_null()), (Some(0), true), "{run:?}");
    let rows = salvaged["rows"].as_u64().unwrap() + salvaged["missing"].as_array().unwrap().len() as u64;
    assert_eq!(rows, 4, "{run:?}");
    assert!(Path::new(salvaged["moved_to"].as_str().unwrap()).exists());
    assert_eq!(place.call(&server, "generate fox -o after.png").text(), "after.png\n");
    assert_eq!(server.count("POST", "turbo"), sent + 1);
    assert_eq!(place.run(["jobs", "salvage"]).text(), "nothing is damaged, so nothing was changed\n");
}

#[test]
fn damage_to_a_finished_request_is_a_warning() {
    let (place, server) = (Place::new(), honest());
    for seed in 1..=2 {
        place.call(&server, &format!("generate fox --seed {seed}"));
    }
    let db = rusqlite::Connection::open(place.ledger()).unwrap();
    db.execute("UPDATE requests SET base = 'elsewhere' WHERE id = 1", []).unwrap();
    drop(db);
    let run = place.run(["jobs", "--all"]);
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 2), "a head and a row");
    assert!(
        run.stderr.starts_with("warning: finished requests in the ledger are not as they were written: 1;"),
        "{run:?}"
    );
    assert_eq!(place.call(&server, "generate fox --seed 3").code, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_for_the_mark_stops_the_run_before_anything_is_noted() {
    let (place, server) = (Place::new(), honest());
    assert_eq!(place.call(&server, "generate fox -o fox.png").code, Some(0));
    let mark = place.ledger().with_extension("db.mark");
    std::fs::remove_file(&mark).unwrap();
    std::os::unix::fs::symlink("/dev/full", &mark).unwrap();
    let run = place.call(&server, "generate hare");
    let message = run.refused(3);
    assert!(message.contains("No space left on device") && message.ends_with("nothing was sent"), "{message}");
    let jobs = place.run(["jobs", "--all", "--json"]).json();
    assert_eq!((jobs["results"].as_array().map(Vec::len), server.count("POST", "turbo")), (Some(1), 1), "{jobs}");
}

#[test]
fn eight_first_calls_at_once_find_a_ledger() {
    let server = honest();
    for _ in 0..3 {
        let place = Place::new();
        let start = |seed: usize| {
            let arguments = format!("generate fox --sync --seed {seed}");
            place.calling(&server).args(arguments.split(' ')).spawn().unwrap()
        };
        let children: Vec<_> = (1..=8).map(start).collect();
        for child in children {
            let run = Run::of(child.wait_with_output().unwrap());
            assert_eq!(run.code, Some(0), "{run:?}");
        }
        assert_eq!(place.run(["jobs", "--all"]).text().lines().count(), 1 + 8);
    }
}

/// A ledger of version 1, as the program of that time left it, moved to this place and service.
fn version_1(place: &Place, server: &Server, also: &str) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers/version-1");
    std::fs::create_dir_all(place.ledger().parent().unwrap()).unwrap();
    for end in ["db", "db-wal"] {
        std::fs::copy(kept.join("ledger").with_extension(end), place.ledger().with_extension(end)).unwrap();
    }
    let db = rusqlite::Connection::open(place.ledger()).unwrap();
    let moved = format!(
        "UPDATE requests SET base = replace(base, 'http://127.0.0.1:9', '{}'), destination = NULL; {also}",
        server.origin()
    );
    db.execute_batch(&moved).unwrap();
}

#[test]
fn what_an_old_ledger_has_open_is_taken_up() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.starts_with("/platform/") => {
            Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false}))
        }
        _ => completed(request),
    });
    version_1(&place, &server, "");
    assert_eq!(place.run(["jobs"]).text().lines().count(), 1 + 4);
    let run = place.call(&server, "jobs resume");
    // The two whose reply was lost are not in the history.
    assert_eq!((run.code, place.files().len()), (Some(7), 2), "{run:?}");
    assert_eq!(place.run(["jobs"]).text().lines().count(), 1 + 2);
}

#[test]
fn a_clock_that_is_absurd_stops_nothing() {
    for times in ["9223372036854775807", "-9223372036854775808", "-1", "253402300800000", "8640000000000000"] {
        let place = Place::new();
        let server = Server::start(|request| match request.method.as_str() {
            "GET" if request.target.starts_with("/platform/") => {
                Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false}))
            }
            _ => completed(request),
        });
        version_1(&place, &server, &format!("UPDATE requests SET created_ms = {times}, updated_ms = {times};"));
        assert_eq!(place.run(["jobs", "--all"]).text().lines().count(), 1 + 8, "{times}");
        let run = place.call(&server, "jobs resume");
        assert_eq!((run.code, place.files().len()), (Some(7), 2), "{times}: {run:?}");
        assert!(!run.stderr.contains("panicked"), "{times}: {run:?}");
    }
}

/// When the service began with the latest request, whose key it was sent with, and how wrong the clock was.
fn noted(place: &Place) -> (i64, Option<i64>, Option<i64>, String, Option<i64>) {
    let ledger = rusqlite::Connection::open(place.ledger()).unwrap();
    let columns =
        "SELECT created_ms, started_ms, ended_ms, account, clock_offset_ms FROM requests ORDER BY id DESC LIMIT 1";
    let of_row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    ledger.query_row(columns, [], of_row).unwrap()
}

#[test]
fn a_row_knows_when_it_began_whose_it_is_and_how_wrong_the_clock_was() {
    let place = Place::new();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let server = Server::start(move |request| {
        let path = request.target.split('?').next().unwrap_or_default();
        if path.ends_with("/status/stream") {
            return Reply::Json(404, json!({}));
        }
        if path.ends_with("/status") && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            return Reply::Json(200, json!({"status": "IN_PROGRESS", "request_id": crate::server::ID}));
        }
        queue(request, &png(8, 8))
    });
    assert_eq!(place.call(&server, "generate fox -o one.png").code, Some(0));
    let (created, started, ended, account, _) = noted(&place);
    assert!(created <= started.unwrap() && started <= ended, "{created} {started:?} {ended:?}");
    assert!(!account.is_empty() && !account.contains("hunter2"), "{account}");
    assert_eq!(place.call(&server, "generate fox -o two.png").code, Some(0));
    assert_eq!(noted(&place).3, account, "the same key");
    let other =
        place.calling(&server).env("FAL_KEY", "another:hunter2").args(["generate", "fox", "-o", "three.png"]).output();
    assert_eq!(Run::of(other.unwrap()).code, Some(0));
    assert_ne!(noted(&place).3, account, "another key");

    // The reply is lost; what the history answers tells of the clock, an hour ahead.
    let server = Server::start(|request| {
        if request.method == "POST" {
            return Reply::Nothing;
        }
        let date = std::time::SystemTime::now() + std::time::Duration::from_secs(3_600);
        Reply::Dated(date, 200, json!({"items": [], "next_cursor": null, "has_more": false}))
    });
    let run = place.call(&server, "generate fox -o four.png --timeout 2s");
    assert_eq!(run.code, Some(6), "{run:?}");
    let (_, started, _, _, offset) = noted(&place);
    assert!(started.is_none() && offset.is_some_and(|offset| offset.abs_diff(3_600_000) < 60_000), "{offset:?}");
}

/// A library that lets no folder be synced, for the reason whose number is in the environment.
#[cfg(target_os = "linux")]
const NO_SYNC: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
int fsync(int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    struct stat about;
    if (fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
        errno = atoi(getenv("REASON"));
        return -1;
    }
    return real(file);
}
"#;

#[cfg(target_os = "linux")]
#[test]
fn a_ledger_whose_folder_is_not_safe_on_the_disk_stops_the_run_and_a_file_system_that_cannot_say_does_not() {
    // EIO; and EINVAL and EOPNOTSUPP, which tell of the file system and not of the folder.
    for (reason, code, sent) in [("5", 3, 0), ("22", 0, 1), ("95", 0, 1)] {
        let (place, server) = (Place::new(), honest());
        let (source, library) = (place.write("no_sync.c", NO_SYNC.as_bytes()), place.work().join("no_sync.so"));
        let compiler =
            std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).status();
        assert!(compiler.unwrap().success());
        let mut command = place.calling(&server);
        command.args(["generate", "fox", "-o", "fox.png", "--ledger", "new/deep/ledger.db"]);
        let run = Run::of(command.env("LD_PRELOAD", &library).env("REASON", reason).output().unwrap());
        assert_eq!((run.code, server.count("POST", "turbo")), (Some(code), sent), "{reason}: {run:?}");
        assert_eq!(run.stderr.contains("the ledger `"), code == 3, "{run:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_ledger_is_made_and_salvaged_from_a_folder_that_takes_no_file() {
    let (place, server) = (Place::new(), honest());
    let from_proc = |arguments: &[&str]| {
        let mut command = place.calling(&server);
        Run::of(command.current_dir("/proc").args(arguments).output().unwrap())
    };
    let picture = place.work().join("fox.png");
    let run = from_proc(&["generate", "fox", "-o", picture.to_str().unwrap()]);
    assert_eq!((run.code, place.files().len()), (Some(0), 1), "{run:?}");
    let db = rusqlite::Connection::open(place.ledger()).unwrap();
    assert_eq!(db.execute("UPDATE requests SET note = 'x'", []).unwrap(), 1);
    drop(db);
    let run = from_proc(&["jobs", "salvage"]);
    assert!(run.code == Some(0) && !run.stderr.contains("cannot"), "{run:?}");
}

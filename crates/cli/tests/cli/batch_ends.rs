//! How a batch ends: what its code and its last words say, what stops it, and what a row that fails leaves to others.

use crate::batch::{Service, prompts, until};
use crate::calls::kill_after;
use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, png};
use crate::uploads::{large, storage};
use ideogram_cli::ledger::{Ledger, State};
use serde_json::json;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// Faults of the submits: so many of them are refused after so many that go well.
fn refused(skip: usize, times: usize) -> String {
    format!("[[rule]]\ncalls = [\"submit\"]\nfault = \"app-error\"\nstatus = 422\nskip = {skip}\ntimes = {times}\n")
}

/// The last line on stderr.
fn last(run: &Run) -> &str {
    run.stderr.lines().last().unwrap_or_default()
}

#[test]
fn the_code_and_the_last_words_are_those_of_the_failures() {
    // Rows, which of them are refused, the code, how the last line ends.
    for (rows, skip, times, code, told) in [
        (3, 0, 0, 0, "3 saved, 0 failed"),
        (1, 0, 1, 1, "0 saved, 1 failed"),
        (3, 0, 3, 1, "all 3 failed"),
        (3, 0, 1, 7, "1 of 3 failed"),
        (4, 1, 3, 7, "3 of 4 failed"),
    ] {
        let (place, service) = (Place::new(), Service::start());
        place.write("rows.jsonl", prompts(rows).as_bytes());
        service.faults(&refused(skip, times));
        let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/");
        let saved = rows - times;
        assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(code), saved, saved), "{run:?}");
        assert!(last(&run).ends_with(told), "{told}: {run:?}");
        assert!(run.stderr.contains(&format!("{saved} saved, {times} failed")), "{run:?}");
        assert_eq!(run.text().lines().count(), saved, "a path for each: {run:?}");
        let lines = run.stderr.matches("rows.jsonl, line ").count();
        assert_eq!(lines, times, "each failure is told with its place, once: {run:?}");
    }
}

#[test]
fn what_failed_before_counts_until_it_is_bought_again() {
    let (place, service) = (Place::new(), Service::start());
    let rows = "{\"prompt\":\"fox\"}\n{\"prompt\":\"__no_media_generated__\"}\n".to_owned();
    place.write("rows.jsonl", rows.as_bytes());
    let hint = "; `--retry-failed` buys again what failed before";
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && last(&run).ends_with("1 of 2 failed"), "{run:?}");
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && last(&run).ends_with(&format!("1 of 2 failed{hint}")), "{run:?}");
    assert_eq!(service.accepted().len(), 2);
    // Together with one that fails now.
    place.write("rows.jsonl", (rows.clone() + "{\"prompt\":\"hare\"}\n").as_bytes());
    service.faults(&refused(0, 1));
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && last(&run).ends_with(&format!("2 of 3 failed{hint}")), "{run:?}");
    place.write("rows.jsonl", rows.as_bytes());
    let run = place.batch(&service, "rows.jsonl --out out/ --retry-failed");
    assert!(run.code == Some(7) && last(&run).ends_with("1 of 2 failed"), "{run:?}");
    assert_eq!(service.accepted().len(), 3);
}

#[test]
fn all_that_fail_and_a_bad_row_are_a_part_of_the_whole() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", (prompts(2) + "{\"prompt\":\n").as_bytes());
    service.faults(&refused(0, 2));
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && last(&run).ends_with("3 of 3 failed"), "{run:?}");
    // Nor are saved ones of an earlier run no part of it.
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(2).as_bytes());
    assert_eq!(place.batch(&service, "rows.jsonl --limit 1 --out out/").code, Some(0));
    service.faults(&refused(0, 1));
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert!(run.code == Some(7) && last(&run).ends_with("1 of 2 failed"), "{run:?}");
}

#[test]
fn failures_of_different_causes_are_a_part_and_those_of_unknown_outcome_are_counted() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(3).as_bytes());
    let lost = "[[rule]]\ncalls = [\"submit\"]\nfault = \"lost-reply\"\nskip = 1\n[[rule]]\ncalls = [\"platform\"]\nfault = \"app-error\"\nstatus = 403\n";
    service.faults(&(refused(0, 1) + lost));
    let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/ --timeout 10s --json");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &row["failed"], &row["unknown"]), (Some(7), &3.into(), &2.into()), "{run:?}");
    assert!(last(&run).contains("3 of 3 failed"), "{run:?}");
    assert!(run.stderr.contains("the outcome of 2 is not known"), "{run:?}");
}

#[test]
fn no_more_than_twenty_failures_are_told_one_by_one() {
    for (rows, told) in [(20, 20), (23, 20)] {
        let (place, service) = (Place::new(), Service::start());
        place.write("rows.jsonl", prompts(rows).as_bytes());
        service.faults(&refused(0, rows));
        let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/");
        assert_eq!((run.code, run.stderr.matches("rows.jsonl, line ").count()), (Some(1), told), "{run:?}");
        assert!(last(&run).ends_with(&format!("all {rows} failed")), "{run:?}");
    }
}

#[test]
fn with_fail_fast_nothing_more_is_sent_after_the_first_failure() {
    for (flag, code, accepted) in [(" --fail-fast", 1, 1), ("", 7, 3)] {
        let (place, service) = (Place::new(), Service::start());
        place.write("rows.jsonl", prompts(4).as_bytes());
        service.faults(&refused(1, 1));
        let run = place.batch(&service, &format!("rows.jsonl --concurrency 1 --out out/{flag}"));
        assert_eq!((run.code, service.accepted().len()), (Some(code), accepted), "{flag}: {run:?}");
    }
}

#[test]
fn a_reader_that_leaves_ends_no_batch_and_hides_no_failure() {
    let (go_on, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let server = Server::start(move |request| {
        let body = String::from_utf8_lossy(&request.body);
        if body.contains("fox 2") {
            held.lock().unwrap().recv().unwrap();
        }
        if body.contains("fox 3") {
            return Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}));
        }
        queue(request, &png(8, 8))
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(4).as_bytes());
    let arguments = "batch rows.jsonl --concurrency 1 --out out/ --results results.jsonl";
    let mut child = place.calling(&server).args(arguments.split(' ')).spawn().unwrap();
    assert!(crate::several::read_one_line(&mut child).ends_with(".png\n"));
    go_on.send(()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, server.count("POST", "turbo"), place.pictures("out")), (Some(7), 4, 3), "{run:?}");
    assert!(run.stderr.contains("3 saved, 1 failed") && last(&run).ends_with("1 of 4 failed"), "{run:?}");
    let results = std::fs::read_to_string(place.work().join("results.jsonl")).unwrap();
    assert_eq!(results.lines().count(), 4, "{results}");
}

#[test]
fn with_fail_fast_a_row_that_waits_or_uploads_when_another_fails_is_not_sent_any_more() {
    let [is_told_to_wait, is_uploading, has_failed] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
    let flags = [&is_told_to_wait, &is_uploading, &has_failed].map(Arc::clone);
    let server = Server::start(move |request| {
        let [is_told_to_wait, is_uploading, has_failed] = &flags;
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if request.target.starts_with("/cdn/files/upload") {
            is_uploading.store(true, Ordering::SeqCst);
            until(|| has_failed.load(Ordering::SeqCst));
            std::thread::sleep(Duration::from_millis(500));
        } else if body.contains("fox 1") {
            until(|| is_told_to_wait.load(Ordering::SeqCst) && is_uploading.load(Ordering::SeqCst));
            // The answer is on its way: what is to be seen is the wait after it.
            std::thread::sleep(Duration::from_millis(300));
            has_failed.store(true, Ordering::SeqCst);
            return Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}));
        } else if body.contains("fox 2") && !is_told_to_wait.swap(true, Ordering::SeqCst) {
            return Reply::Busy(2);
        }
        storage(request)
    });
    let place = Place::new();
    large(&place, "large.png", 0);
    let remix = json!({"endpoint": "remix", "prompt": "fox 3", "image_url": "large.png"});
    place.write("rows.jsonl", format!("{}{remix}\n", prompts(2)).as_bytes());
    let run = place.call(&server, "batch rows.jsonl --concurrency 3 --out out/ --fail-fast --json");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &row["failed"], &row["saved"]), (Some(1), &1.into(), &0.into()), "{run:?}");
    let sent = ["/turbo", "/remix", "/files/upload"].map(|end| server.count("POST", end));
    assert_eq!(sent, [2, 0, 1], "the refused one and the early one, once each: {run:?}");
    let states = place.states();
    assert!(states.len() == 2 && states.contains(&State::Refused) && states.contains(&State::NotSent), "{states:?}");
    // The next run buys what was held back.
    let run = place.call(&server, "batch rows.jsonl --out out/ --json");
    let row = &run.json()["results"][0];
    assert_eq!((&row["to_buy"], &row["saved"]), (&3.into(), &2.into()), "{run:?}");
}

#[test]
fn a_key_that_is_refused_stops_the_whole_and_a_row_that_has_no_place_does_not() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(9).as_bytes());
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"app-error\"\nstatus = 401\nskip = 1\n");
    let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/");
    assert_eq!((run.code, place.states().len()), (Some(4), 2), "{run:?}");
    assert!(last(&run).ends_with("the batch is stopped; run the same command again to continue"), "{run:?}");

    let (place, service) = (Place::new(), Service::start());
    std::fs::create_dir_all(place.work().join("out")).unwrap();
    place.write("out/there.png", b"mine");
    let rows = "{\"prompt\":\"a\",\"output\":\"there.png\"}\n{\"prompt\":\"b\",\"output\":\"deep/free.png\"}\n{\"prompt\":\"c\"}\n";
    place.write("rows.jsonl", rows.as_bytes());
    let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/");
    assert_eq!((run.code, service.accepted()), (Some(7), vec!["b".to_owned(), "c".to_owned()]), "{run:?}");
    assert_eq!(std::fs::read(place.work().join("out/there.png")).unwrap(), b"mine");
    let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/ --overwrite");
    assert_eq!((run.code, service.accepted().len()), (Some(0), 3), "{run:?}");
    assert_ne!(std::fs::read(place.work().join("out/there.png")).unwrap(), b"mine");
}

#[test]
fn each_row_has_its_own_number_in_names_with_fields() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", b"{\"prompt\":\"fox\",\"n\":2}\n{\"prompt\":\"hare\"}\n");
    std::fs::create_dir(place.work().join("out")).unwrap();
    place.write("out/fox-2.png", b"mine");
    let run = place.batch(&service, "rows.jsonl --out out/{slug}-{index}.png");
    assert_eq!((run.code, place.pictures("out")), (Some(0), 4), "{run:?}");
    for name in ["fox-1.png", "fox-2-2.png", "hare-3.png"] {
        assert!(place.work().join("out").join(name).exists(), "{name}: {run:?}");
    }
    assert_eq!(std::fs::read(place.work().join("out/fox-2.png")).unwrap(), b"mine");
}

#[test]
fn a_yes_beforehand_is_enough_and_so_is_a_limit() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(101).as_bytes());
    // Whatever is sent ends the run.
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"app-error\"\nstatus = 401\n");
    for (flag, code) in [("", 2), (" --yes", 4), (" --max-cost 10", 4)] {
        let run = place.batch(&service, &format!("rows.jsonl --concurrency 1 --out out/{flag}"));
        assert_eq!((run.code, service.accepted().len()), (Some(code), 0), "{flag}: {run:?}");
    }
}

#[test]
fn a_picture_without_an_address_is_a_bad_row_before_anything_is_paid() {
    let place = Place::new();
    for (address, code) in [("", 7), ("https://example.com/fox.png", 0), ("no address:", 7)] {
        let row = json!({"endpoint": "remix", "prompt": "fox", "image_url": address});
        place.write("rows.jsonl", row.to_string().as_bytes());
        let run = place.run(["batch", "rows.jsonl", "--dry-run"]);
        assert_eq!(
            (run.code, run.stderr.contains("rows.jsonl, line 1")),
            (Some(code), code == 7),
            "{address}: {run:?}"
        );
    }
}

#[test]
fn a_row_with_one_name_twice_is_a_bad_one_and_so_is_one_whose_picture_is_no_file() {
    let place = Place::new();
    assert!(Command::new("mkfifo").arg(place.work().join("pipe.png")).status().unwrap().success());
    for (name, content, told) in [
        ("a.csv", "prompt,style,prompt\nfox,auto,hare\n", "a.csv, line 2, column prompt: it is there twice"),
        ("b.csv", "prompt,style-x,style_x\nfox,a,b\n", "b.csv, line 2, column style_x: it is there as `style-x` too"),
        ("c.jsonl", "{\"prompt\":\"fox\",\"prompt\":\"hare\"}\n", "c.jsonl, line 1, column prompt: it is there twice"),
        (
            "d.jsonl",
            "{\"endpoint\":\"remix\",\"prompt\":\"fox\",\"image_url\":\"/dev/zero\"}\n",
            "d.jsonl, line 1, column image_url: cannot read `/dev/zero`: it is a folder, a device or a pipe, and no file",
        ),
        (
            "e.jsonl",
            "{\"endpoint\":\"remix\",\"prompt\":\"fox\",\"image_url\":\"pipe.png\"}\n",
            "e.jsonl, line 1, column image_url: cannot read `pipe.png`: it is a folder, a device or a pipe, and no file",
        ),
    ] {
        place.write(name, content.as_bytes());
        let mut child = place.command().args(["batch", name, "--dry-run"]).spawn().unwrap();
        let until = std::time::Instant::now() + Duration::from_secs(60);
        while child.try_wait().unwrap().is_none() {
            if std::time::Instant::now() > until {
                child.kill().unwrap();
                panic!("{told}: it does not end");
            }
            std::thread::yield_now();
        }
        let run = Run::of(child.wait_with_output().unwrap());
        assert!(run.code == Some(7) && run.stderr.contains(told), "{told}: {run:?}");
    }
}

#[test]
fn again_begins_another_batch_each_time_and_the_next_run_goes_on_with_the_latest() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(1).as_bytes());
    for (flag, bought) in [("", 1), (" --again", 2), (" --again", 3), ("", 3), (" --again", 4), ("", 4)] {
        let run = place.batch(&service, &format!("rows.jsonl --out out/{flag}"));
        assert_eq!((run.code, service.accepted().len()), (Some(0), bought), "{flag}: {run:?}");
    }
}

#[test]
fn an_output_of_a_row_is_below_the_folder_of_a_name_with_fields() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", b"{\"prompt\":\"fox\",\"output\":\"deep/a.png\"}\n{\"prompt\":\"hare\"}\n");
    let run = place.batch(&service, "rows.jsonl --out out/{slug}.png");
    assert_eq!(run.code, Some(0), "{run:?}");
    for name in ["deep/a.png", "hare.png"] {
        assert!(place.work().join("out").join(name).exists(), "{name}: {run:?}");
    }
}

#[test]
fn a_dry_run_does_without_a_key_and_not_without_a_ledger_that_can_be_read() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(1).as_bytes());
    let run = place.run(["batch", "rows.jsonl", "--dry-run"]);
    assert!(run.code == Some(0) && run.stderr.contains("there is no API key"), "{run:?}");
    std::fs::create_dir_all(place.ledger().parent().unwrap()).unwrap();
    std::fs::write(place.ledger(), "no ledger, and long enough to be told from one".repeat(20)).unwrap();
    let run = place.batch(&service, "rows.jsonl --dry-run");
    assert!(run.refused(3).contains("is not a ledger"), "{run:?}");
}

#[test]
fn a_row_that_comes_too_early_is_put_back_so_often_and_no_more() {
    // The client itself does not wait for longer than a minute.
    let busy = |times: usize| {
        let sent = Arc::new(AtomicUsize::new(0));
        let server = Server::start(move |request| match request.method.as_str() {
            "POST" if sent.fetch_add(1, Ordering::SeqCst) < times => Reply::Busy(61),
            _ => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        place.write("rows.jsonl", prompts(2).as_bytes());
        let run = place.call(&server, "batch rows.jsonl --concurrency 1 --out out/");
        (run, server.count("POST", "turbo"), place)
    };
    let (run, sent, place) = busy(3);
    assert_eq!((run.code, sent, place.pictures("out")), (Some(0), 5, 2), "{run:?}");
    let closed = place.states();
    assert_eq!(closed.iter().filter(|state| **state == State::Saved).count(), 2, "{closed:?}");
    // The first is given up after twenty times, and the second has as many of its own.
    let (run, sent, place) = busy(21 + 21);
    assert_eq!((run.code, sent, place.pictures("out")), (Some(5), 21 + 21, 0), "{run:?}");
    assert!(last(&run).ends_with("all 2 failed"), "{run:?}");
    let (run, sent, place) = busy(21 + 20);
    assert_eq!((run.code, sent, place.pictures("out")), (Some(7), 21 + 21, 1), "{run:?}");
    assert!(last(&run).ends_with("1 of 2 failed"), "{run:?}");
}

#[test]
fn after_too_many_requests_no_more_than_half_as_many_are_at_work_at_once() {
    #[derive(Default)]
    struct Seen {
        accepted: usize,
        fetched: usize,
        most: usize,
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (told, noted) = (AtomicBool::new(false), Arc::clone(&seen));
    let server = Server::start(move |request| {
        if request.method == "POST" {
            if !told.swap(true, Ordering::SeqCst) {
                return Reply::Busy(1);
            }
            let mut seen = noted.lock().unwrap();
            seen.accepted += 1;
            // The first eight are sent before anything is known.
            if seen.accepted > 8 {
                seen.most = seen.most.max(seen.accepted - seen.fetched);
            }
        }
        if request.target.starts_with("/cdn/") {
            // A picture takes a while, so that others are begun meanwhile.
            std::thread::sleep(Duration::from_millis(100));
            noted.lock().unwrap().fetched += 1;
        }
        queue(request, &png(8, 8))
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(24).as_bytes());
    let run = place.call(&server, "batch rows.jsonl --concurrency 8 --out out/");
    assert_eq!((run.code, place.pictures("out")), (Some(0), 24), "{run:?}");
    let most = seen.lock().unwrap().most;
    assert!((1..=4).contains(&most), "{most} at once: {run:?}");
}

#[test]
fn only_what_is_certainly_not_billed_is_taken_off_the_limit_again() {
    let lost = "[[rule]]\ncalls = [\"submit\"]\nfault = \"lost-reply\"\ntimes = 1\n[[rule]]\ncalls = [\"platform\"]\nfault = \"app-error\"\nstatus = 403\n";
    // The first of three rows is refused, or its reply is lost; two of them may be paid.
    for (faults, accepted, saved) in [(refused(0, 1), 2, 2), (lost.to_owned(), 2, 1)] {
        let (place, service) = (Place::new(), Service::start());
        place.write("rows.jsonl", prompts(4).as_bytes());
        service.faults(&faults);
        let run = place.batch(&service, "rows.jsonl --concurrency 1 --max-cost 0.10 --out out/ --timeout 10s");
        assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(8), accepted, saved), "{run:?}");
    }
}

/// A service that loses the reply to the first request, and whose history the key may not read.
fn losing_the_first_reply() -> Server {
    let sent = AtomicUsize::new(0);
    Server::start(move |request| match request.method.as_str() {
        "POST" if sent.fetch_add(1, Ordering::SeqCst) == 0 => Reply::Nothing,
        _ if request.target.starts_with("/platform/") => Reply::Json(403, json!({"detail": "no"})),
        _ => queue(request, &png(8, 8)),
    })
}

#[test]
fn what_is_lost_is_left_until_it_is_to_be_bought_again() {
    let server = losing_the_first_reply();
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    for (flag, code, states) in [
        ("", Some(6), vec![State::Lost]),
        ("", Some(6), vec![State::Lost]),
        (" --retry-unknown", Some(0), vec![State::Closed, State::Saved]),
    ] {
        let run = place.call(&server, &format!("batch rows.jsonl --out out/{flag}"));
        let is_told = run.stderr.contains("the outcome of 1 is not known");
        assert_eq!(is_told, states == [State::Lost], "{run:?}");
        assert_eq!((run.code, server.count("POST", "turbo"), place.states()), (code, states.len(), states), "{run:?}");
    }
}

#[test]
fn what_is_lost_is_given_up_only_when_another_is_noted_in_its_place() {
    let server = losing_the_first_reply();
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    for (flags, code, states) in [
        ("", Some(6), vec![State::Lost]),
        // Where the limit does not allow another one.
        (" --retry-unknown --max-cost 0.01", Some(8), vec![State::Lost]),
        (" --retry-unknown", Some(0), vec![State::Closed, State::Saved]),
    ] {
        let run = place.call(&server, &format!("batch rows.jsonl --out out/{flags}"));
        assert_eq!((run.code, server.count("POST", "turbo"), place.states()), (code, states.len(), states), "{run:?}");
    }
}

#[test]
fn what_is_lost_is_not_bought_again_when_another_row_has_stopped_the_batch() {
    let sent = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.method.as_str() {
        "POST" if String::from_utf8_lossy(&request.body).contains("fox 1") => {
            if sent.fetch_add(1, Ordering::SeqCst) == 0 { Reply::Silence } else { Reply::Nothing }
        }
        "POST" => Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]})),
        _ => Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false})),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    kill_after(place.calling(&server).args(["batch", "rows.jsonl", "--out", "out/"]), || {
        server.wait_for("POST", "turbo");
    });
    // It is looked for as long as the history may lag, and meanwhile the other one fails.
    place.write("rows.jsonl", prompts(2).as_bytes());
    let run = place.call(&server, "batch rows.jsonl --concurrency 2 --out out/ --retry-unknown --fail-fast --json");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &row["failed"], &row["unknown"]), (Some(1), &2.into(), &1.into()), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.states()), (2, vec![State::Sending, State::Refused]), "{run:?}");
}

#[test]
fn what_is_lost_is_left_to_another_process_that_has_taken_it_or_found_it_meanwhile() {
    for is_found in [false, true] {
        let [is_lost, is_held, is_free] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        let (lost, held, free) = (Arc::clone(&is_lost), Arc::clone(&is_held), Arc::clone(&is_free));
        let server = Server::start(move |request| {
            let path = request.target.as_str();
            if path.starts_with("/cdn/files/upload") && lost.load(Ordering::SeqCst) {
                held.store(true, Ordering::SeqCst);
                until(|| free.load(Ordering::SeqCst));
            } else if request.method == "POST" && path.contains("/remix") && !lost.swap(true, Ordering::SeqCst) {
                return Reply::Nothing;
            } else if path.starts_with("/platform/") {
                return Reply::Json(403, json!({"detail": "no"}));
            }
            storage(request)
        });
        let place = Place::new();
        large(&place, "large.png", 0);
        let remix = json!({"endpoint": "remix", "prompt": "fox", "image_url": "large.png"});
        place.write("rows.jsonl", remix.to_string().as_bytes());
        let run = place.call(&server, "batch rows.jsonl --out out/");
        assert_eq!((run.code, place.states()), (Some(6), vec![State::Lost]), "{run:?}");
        // What is uploaded once more gives the other process the time.
        let db = rusqlite::Connection::open(place.ledger()).unwrap();
        assert_eq!(db.execute("DELETE FROM uploads", []).unwrap(), 1);
        drop(db);
        let mut command = place.calling(&server);
        let child =
            command.args(["batch", "rows.jsonl", "--out", "out/", "--retry-unknown", "--json"]).spawn().unwrap();
        until(|| is_held.load(Ordering::SeqCst));
        let mut other = Ledger::open(&place.ledger()).unwrap();
        let id = other.open_rows().unwrap().first().map(|row| row.id).expect("it is open still");
        assert!(other.claim(id).unwrap());
        if is_found {
            other.accepted(id, ID).unwrap();
            other.release(id).unwrap();
        }
        is_free.store(true, Ordering::SeqCst);
        let run = Run::of(child.wait_with_output().unwrap());
        let row = &run.json()["results"][0];
        assert_eq!((run.code, &row["elsewhere"], &row["saved"]), (Some(0), &1.into(), &0.into()), "{run:?}");
        let state = if is_found { State::Accepted } else { State::Lost };
        assert_eq!((server.count("POST", "/remix"), place.states()), (1, vec![state]), "{run:?}");
    }
}

#[test]
fn what_is_lost_is_not_bought_again_while_the_history_does_not_answer() {
    let (is_down, sent) = (Arc::new(AtomicBool::new(true)), AtomicUsize::new(0));
    let down = Arc::clone(&is_down);
    let server = Server::start(move |request| match request.method.as_str() {
        "POST" if sent.fetch_add(1, Ordering::SeqCst) == 0 => Reply::Nothing,
        _ if request.target.starts_with("/platform/") && down.load(Ordering::SeqCst) => {
            Reply::Json(503, json!({"detail": "unavailable"}))
        }
        _ if request.target.starts_with("/platform/") => Reply::Json(403, json!({"detail": "no"})),
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    for flag in ["", " --retry-unknown", " --retry-unknown"] {
        let run = place.call(&server, &format!("batch rows.jsonl --out out/{flag}"));
        assert_eq!(
            (run.code, server.count("POST", "turbo"), place.states()),
            (Some(6), 1, vec![State::Lost]),
            "{run:?}"
        );
        let is_told = run.stderr.contains("it is not bought again while the history does not answer");
        assert_eq!(is_told, !flag.is_empty(), "{run:?}");
    }
    is_down.store(false, Ordering::SeqCst);
    let run = place.call(&server, "batch rows.jsonl --out out/ --retry-unknown");
    assert_eq!((run.code, place.states()), (Some(0), vec![State::Closed, State::Saved]), "{run:?}");
}

#[test]
fn what_never_came_into_the_history_is_looked_for_some_seconds_and_then_left() {
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::Silence,
        _ if request.target.starts_with("/platform/") => {
            Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false}))
        }
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    kill_after(place.calling(&server).args(["batch", "rows.jsonl", "--out", "out/"]), || {
        server.wait_for("POST", "turbo");
    });
    let run = place.call(&server, "batch rows.jsonl --out out/");
    assert!(run.code == Some(6) && run.stderr.contains("it is not in the service's history, or not yet"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.states()), (1, vec![State::Sending]));
}

#[test]
fn what_the_service_has_is_not_bought_again_where_the_unknown_is() {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    // The result has expired, and the history makes no sense: nobody knows what became of it.
    let server = Server::start(move |request| match request.target.as_str() {
        target if target.contains("/status") && !over.load(Ordering::SeqCst) => Reply::Silence,
        target if target.ends_with(ID) => Reply::Json(404, json!({"detail": "not found"})),
        target if target.starts_with("/platform/") => Reply::Json(400, json!({"detail": "what?"})),
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    kill_after(place.calling(&server).args(["batch", "rows.jsonl", "--out", "out/"]), || {
        server.wait_for("GET", "/status/stream");
    });
    is_over.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let run = place.call(&server, "batch rows.jsonl --out out/ --retry-unknown --json");
        assert_eq!((run.code, &run.json()["results"][0]["unknown"]), (Some(1), &1.into()), "{run:?}");
        assert_eq!((server.count("POST", "turbo"), place.states()), (1, vec![State::Accepted]), "{run:?}");
    }
}

#[test]
fn what_another_process_is_at_work_on_is_left_to_it_and_counted() {
    let is_held = Arc::new(AtomicBool::new(true));
    let held = Arc::clone(&is_held);
    let server = Server::start(move |request| match request.target.as_str() {
        target if target.contains("/status") && held.load(Ordering::SeqCst) => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(5).as_bytes());
    let mut child = {
        let mut command = place.calling(&server);
        command.args(["batch", "rows.jsonl", "--concurrency", "2", "--out", "out/"]).spawn().unwrap()
    };
    until(|| {
        let rows = Ledger::open(&place.ledger()).and_then(|ledger| ledger.open_rows()).unwrap_or_default();
        rows.iter().filter(|row| row.state == State::Accepted).count() == 2
    });
    for _ in 0..2 {
        server.wait_for("GET", "/status/stream");
    }
    // It has its rows, however long the other one takes.
    signal("-STOP", child.id());
    is_held.store(false, Ordering::SeqCst);
    let run = place.call(&server, "batch rows.jsonl --out out/ --json");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &row["saved"], &row["elsewhere"]), (Some(0), &3.into(), &2.into()), "{run:?}");
    assert!(run.stderr.contains("3 saved, 0 failed, 2 left to another `ideogram`"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.pictures("out")), (5, 3), "{run:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn signal(name: &str, id: u32) {
    assert!(Command::new("kill").args([name, &id.to_string()]).status().unwrap().success());
}

#[test]
fn what_the_service_has_made_when_ctrl_c_comes_is_saved_all_the_same() {
    // In the run that bought it, and in one that finds it begun.
    for is_begun in [false, true] {
        let (is_held, is_silent) = (Arc::new(AtomicBool::new(is_begun)), Arc::new(AtomicBool::new(true)));
        let (held, silent) = (Arc::clone(&is_held), Arc::clone(&is_silent));
        let server = Server::start(move |request| match request.target.as_str() {
            target if target.contains("/status") && held.load(Ordering::SeqCst) => Reply::Silence,
            target if target.starts_with("/cdn/") && silent.swap(false, Ordering::SeqCst) => Reply::Silence,
            _ => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        place.write("rows.jsonl", prompts(3).as_bytes());
        let mut command = place.calling(&server);
        command.args(["batch", "rows.jsonl", "--concurrency", "1", "--out", "out/"]);
        if is_begun {
            kill_after(&mut command, || {
                server.wait_for("GET", "/status/stream");
            });
            is_held.store(false, Ordering::SeqCst);
        }
        let child = command.spawn().unwrap();
        server.wait_for("GET", "/cdn/fox.png");
        signal("-INT", child.id());
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!((run.code, place.pictures("out"), place.states()), (Some(130), 1, vec![State::Saved]), "{run:?}");
        assert_eq!(server.count("POST", "turbo"), 1, "{run:?}");
        assert!(last(&run).contains("run the same command again to continue"), "{run:?}");
    }
}

#[test]
fn a_request_that_ctrl_c_has_cancelled_is_over_and_not_asked_about_again() {
    let server = Server::start(|request| match request.method.as_str() {
        "PUT" => Reply::Json(200, json!({"status": "OK"})),
        _ if request.target.contains("/status") => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(2).as_bytes());
    let mut command = place.calling(&server);
    let child = command.args(["batch", "rows.jsonl", "--concurrency", "1", "--out", "out/"]).spawn().unwrap();
    server.wait_for("GET", "/status/stream");
    signal("-INT", child.id());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, place.states()), (Some(130), vec![State::Cancelled]), "{run:?}");
    let asked = ["/status/stream", "/status", ID].map(|end| server.count("GET", end));
    assert_eq!((asked, server.count("PUT", "/cancel")), ([1, 0, 0], 1), "{run:?}");
}

#[test]
fn a_picture_that_is_gone_is_asked_for_once() {
    let server = Server::start(|request| match request.target.as_str() {
        target if target.starts_with("/cdn/") => Reply::Json(404, json!({"detail": "gone"})),
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(1).as_bytes());
    let run = place.call(&server, "batch rows.jsonl --out out/");
    assert_eq!((run.code, server.count("GET", "/cdn/fox.png"), place.states()), (Some(1), 1, vec![State::Answered]));
}

#[test]
fn a_row_that_was_begun_replaces_a_file_only_where_that_is_wanted_by_one_of_the_runs() {
    for (first, second, replaces) in [("", "", false), ("", " --overwrite", true), (" --overwrite", "", true)] {
        let is_held = Arc::new(AtomicBool::new(true));
        let held = Arc::clone(&is_held);
        let server = Server::start(move |request| match request.target.as_str() {
            target if target.contains("/status") && held.load(Ordering::SeqCst) => Reply::Silence,
            _ => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        place.write("rows.jsonl", b"{\"prompt\":\"fox\",\"output\":\"fox.png\"}\n");
        let arguments = format!("batch rows.jsonl --out out/{first}");
        kill_after(place.calling(&server).args(arguments.split(' ')), || {
            server.wait_for("GET", "/status/stream");
        });
        is_held.store(false, Ordering::SeqCst);
        place.write("out/fox.png", b"mine");
        let run = place.call(&server, &format!("batch rows.jsonl --out out/{second}"));
        let kept = std::fs::read(place.work().join("out/fox.png")).unwrap() == b"mine";
        assert_eq!((run.code, kept), (Some(0), !replaces), "{first}, {second}: {run:?}");
        assert_eq!(server.count("POST", "turbo"), 1, "{run:?}");
        let rows = Ledger::open(&place.ledger()).unwrap().recent_rows(9).unwrap();
        assert!(rows.iter().all(|row| row.caller == "batch"), "{rows:?}");
    }
}

#[test]
fn a_row_whose_outcome_is_not_known_is_free_for_others_while_the_batch_goes_on() {
    // In the run that sent it, and in one that finds it.
    let is_answered = Arc::new(AtomicBool::new(false));
    let answered = Arc::clone(&is_answered);
    let server = Server::start(move |request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        match request.method.as_str() {
            "POST" if body.contains("fox 1") => Reply::Nothing,
            "POST" => queue(request, &png(8, 8)),
            _ if request.target.contains(ID) && !answered.load(Ordering::SeqCst) => Reply::Silence,
            // Neither is there a history.
            _ if request.target.starts_with("/platform/") => Reply::Json(403, json!({"detail": "no"})),
            _ => queue(request, &png(8, 8)),
        }
    });
    let place = Place::new();
    place.write("rows.jsonl", prompts(2).as_bytes());
    let start = || {
        let mut command = place.calling(&server);
        command
            .args(["batch", "rows.jsonl", "--concurrency", "2", "--out", "out/", "--timeout", "60s"])
            .spawn()
            .unwrap()
    };
    let rows = || Ledger::open(&place.ledger()).and_then(|ledger| ledger.recent_rows(9)).unwrap_or_default();
    for run in 0..2 {
        let mut child = start();
        let free = || -> bool {
            let Ok(ledger) = Ledger::open(&place.ledger()) else { return false };
            let rows = rows();
            let lost = rows.iter().find(|row| row.state == State::Lost);
            let other = rows.iter().find(|row| row.state == State::Accepted);
            lost.is_some_and(|row| !ledger.is_claimed(row.id).unwrap())
                && other.is_some_and(|row| ledger.is_claimed(row.id).unwrap())
        };
        until(free);
        assert!(child.try_wait().unwrap().is_none(), "run {run} is at work");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    is_answered.store(true, Ordering::SeqCst);
    let run = Run::of(start().wait_with_output().unwrap());
    assert_eq!((run.code, place.pictures("out")), (Some(7), 1), "{run:?}");
}

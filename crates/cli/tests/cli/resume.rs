//! `ideogram jobs resume` over several rows: together, past failures, beside other processes.

use crate::server::{Reply, Request, Server};
use crate::support::{Place, as_it_came, png};
use ideogram_cli::ledger::{Closing, Ledger, NewRow, State};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};

const ENDPOINT: &str = "fal-ai/ideogram/v2/turbo";

/// The id of the request that this row is for.
fn id(number: usize) -> String {
    format!("{number:08x}-b745-4b3e-ae38-1200304cf45b")
}

/// A queue in which every request has completed, and has one picture.
pub(crate) fn completed(request: &Request) -> Reply {
    let path = request.target.split('?').next().unwrap_or_default();
    let (base, rest) = path.split_at(path.find("/requests/").map_or(0, |at| at + "/requests/".len()));
    let id = rest.split('/').next().unwrap_or_default();
    let base = format!("{}{base}{id}", request.origin);
    let status = json!({"status": "COMPLETED", "request_id": id, "response_url": base,
        "status_url": format!("{base}/status"), "cancel_url": format!("{base}/cancel")});
    match () {
        () if path.starts_with("/cdn/") => Reply::Bytes("image/png", png(8, 8)),
        () if path.ends_with("/status/stream") => {
            Reply::Bytes("text/event-stream", format!("data: {status}\n\n").into_bytes())
        }
        () if path.ends_with("/status") => Reply::Json(200, status),
        () => Reply::Json(200, json!({"images": [{"url": format!("{}/cdn/fox.png", request.origin)}], "seed": 7})),
    }
}

/// Rows that an earlier run has left accepted, with the ids of 1 to `count`.
fn leave_open(place: &Place, server: &Server, count: usize) {
    let mut ledger = Ledger::open(&place.ledger()).unwrap();
    let (base, work) = (format!("{}/queue", server.origin()), place.work());
    for number in 1..=count {
        let input = json!({"prompt": format!("fox {number}"), "seed": 7}).to_string();
        let row = NewRow { base: &base, destination: Some(&work), ..NewRow::new(ENDPOINT, &input) };
        let row = ledger.begin(&row).unwrap();
        ledger.accepted(row, &id(number)).unwrap();
    }
}

fn states(place: &Place) -> Vec<State> {
    Ledger::open(&place.ledger()).unwrap().recent_rows(100).unwrap().iter().map(|row| row.state).collect()
}

#[test]
fn rows_that_were_cancelled_or_failed_do_not_stop_the_others() {
    let place = Place::new();
    let server = Server::start(|request| match request.target.as_str() {
        target if target.ends_with(&id(1)) => {
            Reply::Json(499, json!({"detail": "cancelled", "error_type": "client_cancelled"}))
        }
        target if target.ends_with(&id(2)) => {
            Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}))
        }
        _ => completed(request),
    });
    leave_open(&place, &server, 4);
    let run = place.call(&server, "jobs resume --json");
    let envelope = run.json();
    assert_eq!((run.code, envelope["error"]["kind"].as_str()), (Some(7), Some("partial")), "{run:?}");
    assert_eq!(envelope["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(states(&place), [State::Cancelled, State::Failed, State::Saved, State::Saved]);
    assert!(run.stderr.lines().last().unwrap().ends_with("2 of 4 failed"), "{run:?}");
}

#[test]
fn eight_rows_are_worked_on_at_a_time() {
    let place = Place::new();
    let (meet, now, most) = (Arc::new(Barrier::new(8)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let server = Server::start(move |request| {
        if request.target.contains("/status/stream") {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            meet.wait();
            now.fetch_sub(1, Ordering::SeqCst);
        }
        completed(request)
    });
    leave_open(&place, &server, 16);
    let run = place.call(&server, "jobs resume --timeout 60s");
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 16), "{run:?}");
    assert_eq!((states(&place), seen.load(Ordering::SeqCst)), (vec![State::Saved; 16], 8));
}

#[test]
fn a_reader_that_leaves_hides_no_failure_and_every_row_is_taken_up() {
    let (go_on, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let server = Server::start(move |request| match request.target.as_str() {
        target if target.ends_with(&id(2)) => {
            held.lock().unwrap().recv().unwrap();
            completed(request)
        }
        target if target.ends_with(&id(3)) => {
            Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}))
        }
        _ => completed(request),
    });
    let place = Place::new();
    leave_open(&place, &server, 3);
    let mut child = place.calling(&server).args(["jobs", "resume"]).spawn().unwrap();
    assert!(crate::several::read_one_line(&mut child).ends_with(".png\n"));
    go_on.send(()).unwrap();
    let run = crate::support::Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, states(&place)), (Some(7), vec![State::Saved, State::Saved, State::Failed]), "{run:?}");
    assert!(run.stderr.contains("1 of 3 failed"), "{run:?}");
}

#[test]
fn two_resumes_share_the_work_and_both_end_well() {
    let (place, server) = (Place::new(), Server::start(completed));
    leave_open(&place, &server, 24);
    let start = || place.calling(&server).args(["jobs", "resume"]).spawn().unwrap();
    let runs = [start(), start()].map(|child| crate::support::Run::of(child.wait_with_output().unwrap()));
    assert!(runs.iter().all(|run| run.code == Some(0)), "{runs:?}");
    let saved: usize = runs.iter().map(|run| run.text().lines().count()).sum();
    assert_eq!((saved, place.files().len(), server.count("GET", "/cdn/fox.png")), (24, 24, 24));
    assert_eq!(states(&place), vec![State::Saved; 24]);
}

#[test]
fn several_rows_do_not_go_to_one_place() {
    let (place, server) = (Place::new(), Server::start(completed));
    leave_open(&place, &server, 2);
    for output in ["-", "fox.png", "/dev/null"] {
        let run = place.call(&server, &format!("jobs resume -o {output}"));
        let sentence = "`--output` names one file, and there are 2 requests; name a folder, or one number";
        assert_eq!(run.refused(2), sentence);
    }
    assert_eq!((states(&place), server.count("GET", "")), (vec![State::Accepted; 2], 0));
    let run = place.call(&server, "jobs resume 2 -o -");
    assert_eq!((run.code, as_it_came(&run.stdout)), (Some(0), png(8, 8)));
    assert_eq!(place.call(&server, "jobs resume -o new/").code, Some(0));
    assert_eq!(states(&place), vec![State::Saved; 2]);
}

#[test]
fn rows_of_another_service_are_told_in_one_line_and_are_no_failure() {
    let (place, server) = (Place::new(), Server::start(completed));
    let other = Server::start(|_| Reply::Nothing);
    leave_open(&place, &other, 2);
    leave_open(&place, &server, 1);
    let run = place.call(&server, "jobs resume");
    let note = format!(
        "note: 2 of the open requests went to another service (`{}/queue`) and wait for a run that talks to it\n",
        other.origin()
    );
    assert_eq!((run.code, run.stderr.as_str(), run.text().lines().count()), (Some(0), note.as_str(), 1));
    assert_eq!((states(&place), other.count("GET", "")), (vec![State::Accepted, State::Accepted, State::Saved], 0));
    assert!(place.call(&server, "jobs resume 1").refused(2).starts_with("1 was sent to"));
}

#[test]
fn a_failed_row_that_is_named_is_asked_about_once_more() {
    let (place, server) = (Place::new(), Server::start(completed));
    leave_open(&place, &server, 1);
    let mut ledger = Ledger::open(&place.ledger()).unwrap();
    ledger.close(1, &Closing::Failed { why: "the gateway said so".to_owned() }).unwrap();
    drop(ledger);
    assert_eq!(place.call(&server, "jobs resume").text(), "", "unless named it is over");
    assert_eq!(place.call(&server, "jobs resume 1 -o fox.png").text(), "fox.png\n");
    assert_eq!(states(&place), [State::Saved]);
}

//! `--timeout`, Ctrl-C and SIGTERM: after them nothing is bought, and the run ends in a bounded time.

use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, png};
use ideogram_cli::ledger::{Ledger, Row, State};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

/// What winding up may take, and a busy machine may add.
const WIND_UP: Duration = Duration::from_secs(5);
const SLACK: Duration = Duration::from_secs(3);

fn start(place: &Place, server: &Server, arguments: &str) -> Child {
    place.calling(server).args(arguments.split(' ')).spawn().expect("the binary starts")
}

fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill").args([name, &child.id().to_string()]).status().expect("`kill` runs");
    assert!(killed.success());
}

fn end(child: Child) -> Run {
    Run::of(child.wait_with_output().expect("it ends"))
}

/// State and request id of each open row.
fn open(place: &Place) -> Vec<(String, Value)> {
    let jobs = place.run(["jobs", "--json"]).json();
    let rows = jobs["results"].as_array().expect("a list").iter();
    rows.map(|row| (row["job"]["state"].as_str().unwrap().to_owned(), row["request_id"].clone())).collect()
}

/// The run, and that it ends within this time.
fn ends_within(bound: Duration, place: &Place, server: &Server, arguments: &str) -> Run {
    let begun = Instant::now();
    let run = place.call(server, arguments);
    assert!(begun.elapsed() < bound + SLACK, "{:?}: {run:?}", begun.elapsed());
    run
}

#[test]
fn a_signal_while_a_rate_limit_is_waited_out_sends_nothing_more() {
    for (arguments, name, code) in [
        ("generate fox", "-INT", 130),
        ("generate fox", "-TERM", 143),
        ("generate fox --sync", "-INT", 130),
        ("generate fox --sync", "-TERM", 143),
    ] {
        let (place, server) = (Place::new(), Server::start(|_| Reply::Busy(2)));
        let child = start(&place, &server, arguments);
        server.wait_for("POST", "turbo");
        // The answer is on its way: what is to be seen is the wait after it.
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, name);
        let run = end(child);
        assert!(run.refused(code).contains("nothing was sent"), "{run:?}");
        std::thread::sleep(Duration::from_millis(2200));
        assert_eq!((server.count("POST", "turbo"), open(&place)), (1, vec![]), "{arguments} {name}");
    }
}

#[test]
fn a_timeout_while_a_rate_limit_is_waited_out_ends_the_run_and_sends_nothing_more() {
    for arguments in ["generate fox --timeout 2s", "generate fox --sync --timeout 2s"] {
        let (place, server) = (Place::new(), Server::start(|_| Reply::Busy(50)));
        let run = ends_within(Duration::from_secs(2), &place, &server, arguments);
        assert!(run.stderr.contains("too many requests"), "{run:?}");
        assert_eq!((server.count("POST", "turbo"), open(&place)), (1, vec![]), "{arguments}");
    }
}

#[test]
fn a_run_whose_timeout_meets_a_silent_service_ends_within_the_time_to_wind_up() {
    // The submit hangs.
    let (place, server) = (Place::new(), Server::start(|_| Reply::Silence));
    let run = ends_within(Duration::from_secs(2) + WIND_UP, &place, &server, "generate fox --timeout 2s");
    assert_eq!(open(&place), vec![("lost".to_owned(), Value::Null)], "{run:?}");
    assert_eq!(server.count("POST", "turbo"), 1);

    // The job goes on, and its cancel hangs.
    let server = Server::start(|request| match request.method.as_str() {
        "PUT" | "GET" => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    let run = ends_within(Duration::from_secs(2) + WIND_UP, &place, &server, "generate fox --timeout 2s");
    assert!(run.stderr.contains("not done in time"), "{run:?}");
    assert_eq!((server.count("PUT", "/cancel"), open(&place)), (1, vec![("accepted".to_owned(), json!(ID))]));

    // The job has completed, and its result hangs: there is nothing to cancel.
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.ends_with(ID) => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    let run = ends_within(Duration::from_secs(2) + WIND_UP, &place, &server, "generate fox --timeout 2s");
    assert!(run.stderr.contains("it has completed"), "{run:?}");
    assert_eq!((server.count("PUT", "/cancel"), open(&place)), (0, vec![("accepted".to_owned(), json!(ID))]));
}

#[test]
fn the_timeout_covers_the_download_and_leaves_the_answer_in_the_ledger() {
    let server = Server::start(|request| match request.target.as_str() {
        target if target.starts_with("/cdn/") => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    for arguments in ["generate fox --timeout 2s", "generate fox --sync --timeout 2s"] {
        let place = Place::new();
        let run = ends_within(Duration::from_secs(2), &place, &server, arguments);
        assert!(run.stderr.contains("did not come in time"), "{run:?}");
        assert_eq!(
            open(&place),
            vec![("answered".to_owned(), json!(ID))]
                .into_iter()
                .map(|(state, id)| {
                    // A call in one piece has no id here.
                    (state, if arguments.contains("--sync") { Value::Null } else { id })
                })
                .collect::<Vec<_>>()
        );
    }
    assert_eq!(server.count("PUT", "/cancel"), 0);
}

/// The first row of the ledger.
fn first(place: &Place) -> Row {
    Ledger::open(&place.ledger()).unwrap().row(1).unwrap().expect("it is noted")
}

#[test]
fn a_submit_that_is_given_up_on_its_way_and_cancelled_is_over_under_its_id() {
    // Ctrl-C, and the answer comes after it.
    let ((tell, arrived), (answer, held)) = (mpsc::channel(), mpsc::channel::<()>());
    let held = Mutex::new(held);
    let server = Server::start(move |request| match request.method.as_str() {
        "POST" => {
            tell.send(()).unwrap();
            held.lock().unwrap().recv().unwrap();
            queue(request, &png(8, 8))
        }
        _ => Reply::Json(200, json!({"status": "OK"})),
    });
    let place = Place::new();
    let mut child = start(&place, &server, "generate fox");
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    arrived.recv_timeout(Duration::from_secs(20)).unwrap();
    signal(&child, "-INT");
    while !line.contains("waiting for the request's id") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it says that it waits");
    }
    answer.send(()).unwrap();
    let code = child.wait().unwrap().code();
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    let row = first(&place);
    assert_eq!((code, row.state, row.request_id.as_deref()), (Some(130), State::Cancelled, Some(ID)), "{rest}");
    assert_eq!((server.count("PUT", "/cancel"), rest.contains("warning")), (1, false), "{rest}");

    // `--timeout`, and the answer comes in the time to wind up.
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => {
            std::thread::sleep(Duration::from_secs(2));
            queue(request, &png(8, 8))
        }
        _ => Reply::Json(200, json!({"status": "OK"})),
    });
    let place = Place::new();
    let run = ends_within(Duration::from_secs(1) + WIND_UP, &place, &server, "generate fox --timeout 1s");
    let row = first(&place);
    assert_eq!((run.code, row.state, row.request_id.as_deref()), (Some(6), State::Cancelled, Some(ID)), "{run:?}");
    assert_eq!((server.count("PUT", "/cancel"), run.stderr.contains("warning")), (1, false), "{run:?}");
}

#[test]
fn a_call_in_one_piece_that_the_service_has_cancelled_is_over() {
    let (place, server) = (
        Place::new(),
        Server::start(|_| Reply::Json(499, json!({"detail": "cancelled", "error_type": "client_cancelled"}))),
    );
    let run = place.call(&server, "generate fox --sync");
    assert_eq!((run.code, run.stderr.lines().count()), (Some(1), 1), "{run:?}");
    assert_eq!((first(&place).state, open(&place)), (State::Cancelled, vec![]), "{run:?}");
}

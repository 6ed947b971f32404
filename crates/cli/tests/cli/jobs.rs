//! Runs that end early, and services that misbehave: nothing that may have been paid is forgotten or paid twice.

use crate::server::{ID, Reply, Request, Server, queue};
use crate::support::{Place, Run, png};
use ideogram_cli::ledger::{Closing, Ledger, NewRow, State};
use serde_json::{Value, json};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A queue whose jobs are not done before it is told so; a cancel is answered with this status and word.
fn slow(cancel: (u16, &'static str)) -> (Server, Arc<AtomicBool>) {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let server = Server::start(move |request| match request.method.as_str() {
        "PUT" => Reply::Json(cancel.0, json!({"status": cancel.1})),
        "GET" if is_status(request) && !told.load(Ordering::SeqCst) => Reply::Silence,
        _ => queue(request, &png(8, 8)),
    });
    (server, done)
}

fn is_status(request: &Request) -> bool {
    request.target.contains("/status")
}

impl Place {
    fn start(&self, server: &Server, arguments: &str) -> Child {
        self.calling(server).args(arguments.split(' ')).spawn().expect("the binary starts")
    }

    /// State and request id of each open row.
    pub(crate) fn open(&self) -> Vec<(String, Value)> {
        let jobs = self.run(["jobs", "--json"]).json();
        let rows = jobs["results"].as_array().expect("a list").iter();
        rows.map(|row| (row["job"]["state"].as_str().unwrap().to_owned(), row["request_id"].clone())).collect()
    }
}

fn interrupt(child: &Child) {
    signal(child, "-INT");
}

fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill").args([name, &child.id().to_string()]).status().expect("`kill` runs");
    assert!(killed.success());
}

fn end(child: Child) -> Run {
    Run::of(child.wait_with_output().expect("it ends"))
}

fn accepted() -> Vec<(String, Value)> {
    vec![("accepted".to_owned(), json!(ID))]
}

#[test]
fn ctrl_c_cancels_a_job_that_did_not_run_yet() {
    let (place, (server, _)) = (Place::new(), slow((200, "OK")));
    let child = place.start(&server, "generate fox");
    server.wait_for("GET", "/status/stream");
    interrupt(&child);
    let run = end(child);
    let said = format!("request `{ID}` is cancelled: the service had not begun it, so nothing is billed");
    assert_eq!(run.refused(130), said);
    assert_eq!((server.count("PUT", "/cancel"), place.open()), (1, vec![]));
}

#[test]
fn ctrl_c_twice_leaves_and_the_job_can_be_taken_up_again() {
    let (place, (server, done)) = (Place::new(), slow((202, "CANCELLATION_REQUESTED")));
    let child = place.start(&server, "generate fox --seed 7");
    server.wait_for("GET", "/status/stream");
    interrupt(&child);
    server.wait_for("PUT", "/cancel");
    interrupt(&child);
    let run = end(child);
    assert_eq!(run.code, Some(130));
    let last = run.stderr.lines().last().unwrap();
    assert_eq!(
        last,
        format!("error: left; request `{ID}` may still run and be billed; `ideogram jobs resume 1` takes it up again")
    );
    assert_eq!(place.open(), accepted());
    done.store(true, Ordering::SeqCst);
    let run = place.call(&server, "jobs resume");
    let saved = place.work().join("fox-7.png").display().to_string();
    assert_eq!((run.code, run.text().trim_end()), (Some(0), saved.as_str()), "{run:?}");
    assert_eq!((place.open(), server.count("POST", "turbo")), (vec![], 1));
}

#[test]
fn a_job_that_is_done_when_ctrl_c_comes_is_saved() {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let server = Server::start(move |request| match request.method.as_str() {
        "PUT" => {
            told.store(true, Ordering::SeqCst);
            Reply::Json(400, json!({"status": "ALREADY_COMPLETED"}))
        }
        "GET" if request.target.contains("/stream") => {
            while !told.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            queue(request, &[])
        }
        // A poll runs beside a stream that takes its time; it must not end the job before the signal comes.
        "GET" if request.target.contains("/status") && !told.load(Ordering::SeqCst) => {
            Reply::Json(202, json!({"status": "IN_PROGRESS", "request_id": ID}))
        }
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    let child = place.start(&server, "generate fox -o fox.png");
    // The stream is being answered once the position was asked for; the submit is sure to be over then.
    let start = std::time::Instant::now();
    while place.open() != accepted() {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "the submit is never accepted");
        std::thread::yield_now();
    }
    interrupt(&child);
    let run = end(child);
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert_eq!(place.open(), vec![]);
}

#[test]
fn a_killed_run_is_found_by_the_next() {
    let (place, (server, done)) = (Place::new(), slow((202, "")));
    let child = place.start(&server, "generate fox -o fox.png");
    server.wait_for("GET", "/status/stream");
    let run = place.call(&server, "jobs resume 1");
    assert_eq!(run.refused(1), "another `ideogram` is at work on 1");
    signal(&child, "-KILL");
    end(child);
    assert_eq!(place.open(), accepted());
    done.store(true, Ordering::SeqCst);
    place.write("fox.png", b"mine");
    let run = place.call(&server, "jobs resume 1 --json");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.json()["results"][0]["images"][0]["path"].as_str().unwrap().ends_with("/fox-2.png"));
    assert_eq!(std::fs::read(place.work().join("fox.png")).unwrap(), b"mine");
    assert_eq!((place.open(), server.count("POST", "turbo")), (vec![], 1));
}

/// A service that loses the answer to every request, and a history that knows the latest one under this id once it is
/// told so. The body of a history's answer is made from the request that was lost.
fn losing(history: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Server {
    let latest = Mutex::new(Value::Null);
    Server::start(move |request| match request.method.as_str() {
        "POST" => {
            *latest.lock().unwrap() = serde_json::from_slice(&request.body).unwrap();
            Reply::Nothing
        }
        "GET" if request.target.starts_with("/platform/v1/models/requests") => history(&latest.lock().unwrap()),
        _ => queue(request, &png(8, 8)),
    })
}

fn entry(id: &str, input: &Value) -> Value {
    let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
    let output = json!({"images": [{"url": "data:image/png;base64,iVBORw0KGgo="}], "seed": 7});
    json!({"request_id": id, "endpoint_id": "x", "sent_at": now, "started_at": now, "json_input": input,
        "status_code": 200, "json_output": output})
}

fn page(items: &[Value]) -> Reply {
    Reply::Json(200, json!({"items": items, "next_cursor": null, "has_more": false}))
}

#[test]
fn a_lost_reply_is_never_sent_again_and_never_forgotten() {
    for arguments in ["generate fox --timeout 2s", "generate fox --sync --timeout 2s"] {
        let (place, server) = (Place::new(), losing(|_| page(&[])));
        let run = place.call(&server, arguments);
        let sentence = run.stderr.lines().last().unwrap();
        assert_eq!(run.code, Some(6));
        assert!(sentence.contains("may have been accepted"), "{sentence}");
        assert!(sentence.ends_with("`ideogram jobs resume 1` looks for it"), "{sentence}");
        let lost = vec![("lost".to_owned(), Value::Null)];
        assert_eq!((server.count("POST", "turbo"), place.open()), (1, lost.clone()));
        let run = place.call(&server, "jobs resume");
        assert!(run.refused(6).contains("it is not in the service's history, or not yet"), "{run:?}");
        assert_eq!(place.open(), lost);
        assert_eq!(place.run(["jobs", "close", "1"]).code, Some(0));
        assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
    }
}

#[test]
fn a_lost_request_that_the_history_knows_is_gone_on_with() {
    let (place, server) = (Place::new(), losing(|input| page(&[entry(ID, input)])));
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
    // The same again with the same seed: the history has the first one only, which is another one.
    let run = place.call(&server, "generate fox -o again.png --seed 7 --timeout 2s");
    assert_eq!((run.code, place.open()), (Some(6), vec![("lost".to_owned(), Value::Null)]), "{run:?}");
    assert_eq!(place.files(), ["fox.png"]);
}

#[test]
fn a_history_that_lags_is_looked_at_again_in_the_same_run() {
    let looks = AtomicUsize::new(0);
    let server = losing(move |input| match looks.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => page(&[]),
        _ => page(&[entry(ID, input)]),
    });
    let place = Place::new();
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
}

#[test]
fn what_a_lost_call_in_one_piece_made_is_taken_from_the_history() {
    // At once, where the history knows it by then.
    let (place, server) = (Place::new(), losing(|input| page(&[entry(ID, input)])));
    let run = place.call(&server, "generate fox --seed 7 --sync -o fox.png");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
    // And later, where it does not.
    let known = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&known);
    let server = losing(move |input| page(&[entry(ID, input)][usize::from(!told.load(Ordering::SeqCst))..]));
    let place = Place::new();
    assert_eq!(place.call(&server, "generate fox --seed 7 --sync -o fox.png --timeout 2s").code, Some(6));
    known.store(true, Ordering::SeqCst);
    assert_eq!(place.call(&server, "jobs resume 1").code, Some(0));
    assert_eq!((place.files(), place.open()), (vec!["fox.png".to_owned()], vec![]));
}

#[test]
fn a_call_in_one_piece_whose_time_is_up_is_looked_for_in_the_history_at_once() {
    let latest = Mutex::new(Value::Null);
    let server = Server::start(move |request| match request.method.as_str() {
        "POST" => {
            *latest.lock().unwrap() = serde_json::from_slice(&request.body).unwrap();
            Reply::Silence
        }
        _ => page(&[entry(ID, &latest.lock().unwrap())]),
    });
    let place = Place::new();
    let run = place.call(&server, "generate fox --sync -o fox.png --timeout 2s");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
}

#[test]
fn one_of_several_is_a_guess_that_only_the_user_may_make() {
    let (place, server) = (Place::new(), losing(|input| page(&[entry(ID, input), entry("other", input)])));
    assert_eq!(place.call(&server, "generate fox --seed 7 --timeout 2s").code, Some(6));
    let run = place.call(&server, "jobs resume 1");
    assert!(run.refused(6).contains(&format!("could be it (`{ID}`, `other`); look in")), "{run:?}");
    let run = place.call(&server, &format!("jobs resume 1 --request {ID}"));
    assert_eq!((run.code, place.files(), place.open()), (Some(0), vec!["fox-7.png".to_owned()], vec![]), "{run:?}");
}

#[test]
fn a_request_id_that_is_none_or_another_rows_is_not_noted() {
    let (place, server) = (Place::new(), losing(|_| page(&[])));
    assert_eq!(place.call(&server, "generate fox --seed 7 --timeout 2s").code, Some(6));
    let mut ledger = Ledger::open(&place.ledger()).unwrap();
    let base = format!("{}/queue", server.origin());
    for request_id in ["taken", "failed"] {
        let new = NewRow { base: &base, ..NewRow::new("fal-ai/ideogram/v2/turbo", r#"{"prompt":"hare"}"#) };
        let id = ledger.begin(&new).unwrap();
        ledger.accepted(id, request_id).unwrap();
    }
    ledger.close(2, &Closing::Saved { files: vec![] }).unwrap();
    ledger.close(3, &Closing::Failed { why: "no".to_owned() }).unwrap();
    drop(ledger);
    for (row, named, told) in [
        ("1", "abc def", "is not a request id"),
        ("1", "../../x", "is not a request id"),
        ("1", "taken", "`taken` is request 2 of the ledger, so it cannot be 1"),
        ("3", "taken", "`taken` is request 2 of the ledger, so it cannot be 3"),
        ("3", "abc def", "is not a request id"),
    ] {
        let run = Run::of(place.calling(&server).args(["jobs", "resume", row, "--request", named]).output().unwrap());
        assert!(run.refused(2).contains(told), "{run:?}");
        assert_eq!(place.open(), vec![("lost".to_owned(), Value::Null)], "{named}");
    }
    let state = |id| Ledger::open(&place.ledger()).unwrap().row(id).unwrap().unwrap().state;
    assert_eq!((state(2), state(3)), (State::Saved, State::Failed));
    let run = place.call(&server, "jobs resume 1");
    assert!(run.refused(6).contains("it is not in the service's history, or not yet"), "it is looked for: {run:?}");
}

#[test]
fn a_result_that_has_expired_is_taken_from_the_history() {
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.starts_with("/platform/") => page(&[entry(ID, &json!({}))]),
        "GET" if request.target.ends_with(ID) => Reply::Json(404, json!({"detail": "Request not found"})),
        _ => queue(request, &[]),
    });
    let place = Place::new();
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, run.text(), place.open()), (Some(0), "fox.png\n", vec![]), "{run:?}");
}

#[test]
fn a_call_whose_answer_is_outstanding_is_left_by_the_second_ctrl_c() {
    for arguments in ["generate fox", "generate fox --sync"] {
        let (place, server) = (Place::new(), Server::start(|_| Reply::Silence));
        let mut child = place.start(&server, arguments);
        server.wait_for("POST", "turbo");
        interrupt(&child);
        let mut note = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().unwrap()), &mut note).unwrap();
        assert!(note.contains("Ctrl-C again leaves"), "{note}");
        interrupt(&child);
        assert_eq!(end(child).code, Some(130));
        assert_eq!(place.open(), vec![("lost".to_owned(), Value::Null)]);
    }
}

#[test]
fn past_the_deadline_the_job_is_cancelled_and_kept_in_mind() {
    for (cancel, open) in [((200, "OK"), vec![]), ((202, "CANCELLATION_REQUESTED"), accepted())] {
        let (place, (server, _)) = (Place::new(), slow(cancel));
        let run = place.call(&server, "generate fox --timeout 2s");
        assert!(run.refused(6).starts_with("not done in time"), "{run:?}");
        assert_eq!((server.count("PUT", "/cancel"), place.open()), (1, open));
    }
}

#[test]
fn a_service_that_names_places_of_its_own_gets_nothing_and_loses_nothing() {
    for url in ["file:///etc/passwd", "http://example.com/fox.png", "https://10.0.0.1/fox.png", "../fox.png", ""] {
        let place = Place::new();
        let server = Server::start(move |request| match request.method.as_str() {
            "GET" if request.target.ends_with(ID) => {
                Reply::Json(200, json!({"images": [{"url": url, "file_name": "../../escaped.png"}], "seed": 1}))
            }
            _ => queue(request, &[]),
        });
        let run = place.call(&server, "generate fox");
        assert!(run.refused(1).ends_with("`ideogram jobs resume 1` takes it up again"), "{run:?}");
        assert_eq!(place.files(), Vec::<String>::new());
        assert_eq!(place.open(), vec![("answered".to_owned(), json!(ID))]);
    }
}

#[test]
fn an_error_page_is_not_saved_as_a_picture() {
    let place = Place::new();
    let broken = Arc::new(AtomicBool::new(true));
    let still = Arc::clone(&broken);
    let server = Server::start(move |request| {
        let page = still.load(Ordering::SeqCst) && request.target.starts_with("/cdn/");
        if page { Reply::Bytes("image/png", b"<html>sorry".to_vec()) } else { queue(request, &png(8, 8)) }
    });
    let run = place.call(&server, "generate fox -o fox.png");
    assert!(run.refused(1).contains("its 11 bytes are text and no picture"), "{run:?}");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(place.call(&server, "jobs resume").code, Some(0));
    assert_eq!((place.files(), place.open()), (vec!["fox.png".to_owned()], vec![]));
}

#[test]
fn a_request_id_that_is_a_path_goes_nowhere() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "POST" => Reply::Json(200, json!({"status": "IN_QUEUE", "request_id": "../../../x"})),
        _ => page(&[]),
    });
    let run = place.call(&server, "generate fox --timeout 2s");
    assert!(run.refused(6).contains("may have been accepted"), "{run:?}");
    assert_eq!(place.open(), vec![("lost".to_owned(), Value::Null)]);
    assert_eq!(["/x", "/status", "/stream"].map(|end| server.count("GET", end)), [0; 3]);
}

#[test]
fn a_ledger_that_cannot_be_written_stops_the_run_before_it_costs() {
    let (place, (server, _)) = (Place::new(), slow((200, "OK")));
    place.write("ledger", b"this is no database, and long enough to be told from an empty one: it is text");
    let run = place.call(&server, "generate fox --ledger ledger");
    assert!(run.refused(3).ends_with("; nothing was sent"), "{run:?}");
    assert_eq!(server.count("POST", "turbo"), 0);
}

#[test]
fn a_refused_request_leaves_nothing_open_and_what_it_said_is_clean() {
    let place = Place::new();
    let server = Server::start(|_| {
        Reply::Json(403, json!({"detail": "User is locked.\u{1b}]0;x\u{7} Reason: \u{202e}Exhausted balance."}))
    });
    let run = place.call(&server, "generate fox");
    let sentence = run.refused(5);
    assert!(
        sentence.contains("the account has no balance left") && !sentence.contains(['\u{1b}', '\u{7}', '\u{202e}'])
    );
    assert_eq!((server.count("POST", "turbo"), place.open()), (1, vec![]));
}

#[test]
fn the_list_is_a_table_with_one_line_a_request() {
    let place = Place::new();
    let server = Server::start(|_| Reply::Nothing);
    place.calling(&server).args(["generate", "A fox\n\treading \u{1b}[31m"]).output().unwrap();
    let run = place.run(["jobs"]);
    let lines: Vec<Vec<&str>> = run.text().lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["id", "age", "state", "command", "prompt", "usd", "file"], "{run:?}");
    assert_eq!((lines.len(), lines[1][0], &lines[1][2..4]), (2, "1", ["lost", "generate"].as_slice()), "{run:?}");
    assert_eq!(lines[1][4..], ["A", "fox", "reading", "\u{fffd}[31m", "0.05", "-"], "{run:?}");
    let run = place.run(["jobs", "close", "1"]);
    assert!(run.stderr.contains("was not asked to cancel it, as its id is not known"), "{run:?}");
    assert_eq!((place.run(["jobs"]).text(), place.run(["jobs", "--all"]).text().lines().count()), ("", 2));
    assert_eq!(place.run(["jobs", "close", "9"]).refused(2), "the ledger has no request 9; see `ideogram jobs --all`");
}

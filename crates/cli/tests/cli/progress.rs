//! What a request is doing, as a person at a terminal, a log file and a program see it.

use crate::schemas::{assert_envelope, assert_event};
use crate::server::{ID, Reply, Request, Server, queue};
use crate::support::{Place, Run, png};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// How a job stands, as the test says it.
#[derive(Clone)]
struct Job(Arc<Mutex<Value>>);

impl Job {
    fn is(&self, status: Value) {
        *self.0.lock().unwrap() = status;
    }
}

fn queued(position: u32) -> Value {
    json!({"status": "IN_QUEUE", "request_id": ID, "queue_position": position})
}

fn running(lines: &[&str]) -> Value {
    let lines: Vec<_> = lines.iter().map(|line| json!({"message": line})).collect();
    json!({"status": "IN_PROGRESS", "request_id": ID, "logs": lines})
}

fn completed() -> Value {
    json!({"status": "COMPLETED", "request_id": ID, "logs": []})
}

/// A service whose job stands as the test says: without a stream, so that it is asked again and again.
fn held(status: Value, cancel: (u16, &'static str)) -> (Server, Job) {
    let job = Job(Arc::new(Mutex::new(status)));
    let told = job.clone();
    let server = Server::start(move |request| answer(request, &told, cancel));
    (server, job)
}

fn answer(request: &Request, job: &Job, cancel: (u16, &'static str)) -> Reply {
    match request.method.as_str() {
        "PUT" => Reply::Json(cancel.0, json!({"status": cancel.1})),
        "GET" if request.target.contains("/status/stream") => Reply::Json(404, json!({"detail": "no stream"})),
        "GET" if request.target.contains("/status") => Reply::Json(200, job.0.lock().unwrap().clone()),
        _ => queue(request, &png(64, 48)),
    }
}

const LATE: (u16, &str) = (202, "CANCELLATION_REQUESTED");

#[test]
fn at_a_terminal_one_line_follows_the_job_and_is_gone_at_the_end() {
    let place = Place::new();
    let (server, job) = held(queued(3), LATE);
    let terminal = place.on_terminal(&server, "generate fox --seed 7 -o fox.png", 100);
    let screen = terminal.wait_for("queued, 3 ahead");
    assert!(screen.contains(" s  queued"), "it has a clock: {screen}");
    job.is(running(&["step one", "\u{1b}[2J\u{7}step two\u{202e}"]));
    let screen = terminal.wait_until("the running job and its words", |screen| {
        screen.contains(" s  running") && screen.contains("step two")
    });
    assert!(screen.contains("  step one") && !screen.contains("queued"), "{screen}");
    job.is(completed());
    let (code, screen, raw) = terminal.end();
    assert_eq!(code, Some(0));
    let lines: Vec<_> = screen.lines().map(str::trim).collect();
    assert!(lines.iter().any(|line| line.starts_with("saved `fox.png`: 64×48 image/png")), "{screen}");
    assert_eq!(lines.last(), Some(&"fox.png"), "the live line is gone: {screen}");
    for forbidden in ["\u{1b}[2J", "\u{7}", "\u{202e}"] {
        assert!(!String::from_utf8_lossy(&raw).contains(forbidden), "{forbidden:?}");
    }
}

#[test]
fn a_line_is_there_before_the_service_has_said_anything() {
    let (place, server) = (Place::new(), Server::start(|_| Reply::Silence));
    let mut terminal = place.on_terminal(&server, "generate fox", 80);
    server.wait_for("POST", "turbo");
    terminal.wait_for(" s  sending");
    terminal.type_in("\u{3}");
    terminal.wait_for("waiting for the request's id, to cancel it");
    terminal.type_in("\u{3}");
    let (code, screen, _) = terminal.end();
    assert!(code == Some(130) && screen.contains("left before the service answered"), "{screen}");
}

#[test]
fn the_expected_time_is_that_of_earlier_requests() {
    let place = Place::new();
    let (server, job) = held(completed(), LATE);
    assert_eq!(place.call(&server, "generate fox -o one.png").code, Some(0));
    job.is(queued(0));
    let terminal = place.on_terminal(&server, "generate fox -o two.png", 80);
    terminal.wait_for(" s of about ");
    job.is(completed());
    assert_eq!(terminal.end().0, Some(0));
}

#[test]
fn a_wait_is_told_as_it_begins() {
    let place = Place::new();
    let asked = Arc::new(Mutex::new(0));
    let (server, job) = {
        let job = Job(Arc::new(Mutex::new(queued(0))));
        let told = job.clone();
        let server = Server::start(move |request| {
            let mut asked = asked.lock().unwrap();
            if request.method == "POST" {
                *asked += 1;
                if *asked == 1 {
                    return Reply::Busy(2);
                }
            }
            answer(request, &told, LATE)
        });
        (server, job)
    };
    let terminal = place.on_terminal(&server, "generate fox -o fox.png", 80);
    terminal.wait_for("429 Too Many Requests, again in 2 s");
    terminal.wait_for("queued, 0 ahead");
    job.is(completed());
    assert_eq!((terminal.end().0, server.count("POST", "turbo")), (Some(0), 2));
}

#[test]
fn ctrl_c_is_one_line_with_the_id_the_answer_and_the_bill_and_a_second_one_leaves_at_once() {
    let place = Place::new();
    let (server, _job) = held(running(&[]), LATE);
    let mut terminal = place.on_terminal(&server, "generate fox", 160);
    terminal.wait_for("running");
    terminal.type_in("\u{3}");
    let said = format!(
        "note: request `{ID}`: the service has begun it, and may ignore the cancellation; it may finish all the same, and is \
         billed then; Ctrl-C again leaves at once"
    );
    terminal.wait_until("the one line", |screen| unwrapped(screen).contains(&said));
    terminal.type_in("\u{3}");
    let (code, screen, _) = terminal.end();
    let left =
        format!("error: left; request `{ID}` may still run and be billed; `ideogram jobs resume 1` takes it up again");
    assert!(code == Some(130) && unwrapped(&screen).contains(&left), "{screen}");
    assert!(!screen.contains("s  running"), "the line that moved is left behind:\n{screen}");

    let (server, _job) = held(queued(2), (200, "OK"));
    let mut terminal = place.on_terminal(&server, "generate fox", 160);
    terminal.wait_for("queued, 2 ahead");
    terminal.type_in("\u{3}");
    let (code, screen, _) = terminal.end();
    let said = format!("error: request `{ID}` is cancelled: the service had not begun it, so nothing is billed");
    assert!(code == Some(130) && unwrapped(&screen).contains(&said), "{screen}");
    assert!(!screen.contains("s  queued"), "the line that moved is left behind:\n{screen}");
}

/// The screen as one text: long lines go on in the next row.
fn unwrapped(screen: &str) -> String {
    screen.lines().collect()
}

#[test]
fn in_a_window_that_becomes_narrow_the_line_stays_one_line() {
    let place = Place::new();
    let (server, job) = held(queued(123_456), LATE);
    let terminal = place.on_terminal(&server, "generate fox -o fox.png", 100);
    terminal.wait_for("queued, 123456 ahead");
    terminal.resize(20);
    // Drawn anew, the line is cut.
    terminal.wait_until("a short line", |screen| screen.contains("queu") && !screen.contains("123456 ahead"));
    job.is(running(&[]));
    let screen = terminal.wait_for("running");
    assert_eq!(screen.matches("running").count(), 1, "{screen}");
    job.is(completed());
    let (code, screen, _) = terminal.end();
    assert!(code == Some(0) && screen.trim_end().ends_with("fox.png") && !screen.contains("running"), "{screen}");
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_plain_lines() {
    let place = Place::new();
    let (server, _job) = held(completed(), LATE);
    let mut command = place.calling(&server);
    command.args(["generate", "fox", "-o", "fox.png"]).env("TERM", "dumb");
    let (code, screen, raw) = Terminal::start(&command, 80).end();
    assert!(code == Some(0) && !raw.contains(&0x1b), "{screen:?}");
    assert!(screen.contains(&format!("progress: accepted, request `{ID}`")), "{screen}");
}

#[test]
fn on_a_pipe_a_line_tells_of_each_change_and_quiet_tells_nothing() {
    let place = Place::new();
    let (server, job) = held(queued(3), LATE);
    let child = place.calling(&server).args(["generate", "fox", "-o", "fox.png"]).spawn().unwrap();
    server.wait_for("GET", "/status");
    server.wait_for("GET", "/status");
    job.is(running(&["a line of the service's log"]));
    server.wait_for("GET", "/status");
    server.wait_for("GET", "/status");
    job.is(completed());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "fox.png\n", ""));
    let said: Vec<_> = run.progress.lines().map(|line| line.split(" (").next().unwrap()).collect();
    let accepted = format!("progress: accepted, request `{ID}`");
    assert_eq!(said, [accepted.as_str(), "progress: queued, 3 ahead", "progress: running"]);
    let run = place.call(&server, "generate fox -o two.png --quiet");
    assert_eq!((run.code, run.progress.as_str(), run.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn events_are_lines_of_json_and_the_last_one_is_the_envelope() {
    let place = Place::new();
    let (server, job) = held(queued(3), LATE);
    let child = place.calling(&server).args(["generate", "fox", "-o", "fox.png", "--json=events"]).spawn().unwrap();
    server.wait_for("GET", "/status");
    server.wait_for("GET", "/status");
    job.is(running(&["\u{1b}[31ma line"]));
    server.wait_for("GET", "/status");
    server.wait_for("GET", "/status");
    job.is(completed());
    let run = Run::of(child.wait_with_output().unwrap());
    let lines: Vec<Value> = run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (envelope, events) = lines.split_last().unwrap();
    assert_envelope(envelope);
    events.iter().for_each(assert_event);
    assert_eq!((run.code, &envelope["kind"]), (Some(0), &json!("images")));
    let mut names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.dedup();
    assert_eq!(names, ["sending", "accepted", "queued", "running", "log", "completed", "downloading", "saved"]);
    let of = |name: &str| events.iter().rfind(|event| event["event"] == name).unwrap();
    assert_eq!((&of("queued")["position"], &of("queued")["request_id"]), (&json!(3), &json!(ID)));
    assert_eq!((&of("log")["message"], &of("saved")["path"]), (&json!("\u{1b}[31ma line"), &json!("fox.png")));
    assert_eq!(of("downloading")["bytes"], of("downloading")["total"]);
    assert!(!run.stdout.contains(&0x1b), "what is risky is escaped");
}

#[test]
fn a_wait_and_a_failure_are_events_too() {
    let place = Place::new();
    let refused = Arc::new(Mutex::new(false));
    let server = Server::start(move |request| {
        if request.method == "POST"
            && request.target.contains("turbo")
            && !std::mem::replace(&mut *refused.lock().unwrap(), true)
        {
            return Reply::Busy(0);
        }
        match request.method.as_str() {
            "GET" if request.target.ends_with(ID) => {
                let fault = json!({"type": "value_error", "loc": ["body", "prompt"], "msg": "no"});
                Reply::Json(422, json!({"detail": [fault]}))
            }
            _ => queue(request, &png(8, 8)),
        }
    });
    let run = place.call(&server, "generate fox --json=events");
    let lines: Vec<Value> = run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (envelope, events) = lines.split_last().unwrap();
    assert_envelope(envelope);
    events.iter().for_each(assert_event);
    assert_eq!((run.code, &envelope["kind"], &envelope["error"]["kind"]), (Some(1), &json!("error"), &json!("failed")));
    let retry = events.iter().find(|event| event["event"] == "retry").unwrap();
    assert_eq!((&retry["status"], &retry["message"]), (&json!(429), &json!("429 Too Many Requests")));
    assert_eq!(place.run(["jobs", "--json=events"]).json()["kind"], "job", "no request, no event");
    assert_eq!(place.run(["generate", "fox", "--json=events", "--no-such"]).json()["error"]["kind"], "usage");
}

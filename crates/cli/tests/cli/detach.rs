//! Requests that are left in the queue, and the commands that find them again.

use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, png};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A queue whose jobs run until it is told that they are done; a cancel is answered with this status and word.
fn running(cancel: (u16, &'static str)) -> (Server, Arc<AtomicBool>) {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let server = Server::start(move |request| match request.method.as_str() {
        "PUT" => Reply::Json(cancel.0, json!({"status": cancel.1})),
        "GET" if request.target.contains("/stream") && !told.load(Ordering::SeqCst) => Reply::Json(405, json!({})),
        "GET" if request.target.contains("/status") && !told.load(Ordering::SeqCst) => {
            Reply::Json(202, json!({"status": "IN_PROGRESS", "request_id": ID}))
        }
        _ => queue(request, &png(8, 8)),
    });
    (server, done)
}

fn job(run: &Run) -> Value {
    run.json()["results"][0]["job"].clone()
}

#[test]
fn a_request_that_is_left_is_fetched_by_its_number() {
    let (place, (server, done)) = (Place::new(), running((200, "OK")));
    let run = place.call(&server, "generate fox --seed 7 --detach --webhook https://example.com/done");
    assert_eq!((run.code, run.text(), place.files()), (Some(0), "1\n", vec![]), "{run:?}");
    let shown = place.call(&server, "generate fox --seed 7 --webhook https://example.com/done --dry-run --json");
    let posted = server.wait_for("POST", "turbo");
    assert!(posted.target.contains("fal_webhook=https"), "{posted:?}");
    assert!(shown.json()["results"][0]["url"].as_str().unwrap().ends_with(&posted.target), "{shown:?}");
    assert_eq!(place.open(), [("accepted".to_owned(), json!(ID))]);
    let refused = place.call(&server, "jobs result 1").refused(6).to_owned();
    assert_eq!(refused, "1 is not done yet: running; `--wait` waits for it");
    done.store(true, Ordering::SeqCst);
    let saved = place.work().join("fox-7.png").display().to_string() + "\n";
    let run = place.call(&server, "jobs result 1 --wait");
    assert_eq!((run.code, run.text()), (Some(0), saved.as_str()), "{run:?}");
    // What is saved is printed again, without a service.
    let run = place.run(["jobs", "result", "1"]);
    assert_eq!((run.code, run.text(), server.count("POST", "turbo")), (Some(0), saved.as_str(), 1), "{run:?}");
    let run = place.run(["jobs", "result", "1", "--json"]);
    assert_eq!((&job(&run)["state"], &job(&run)["files"]), (&json!("saved"), &json!([saved.trim_end()])), "{run:?}");
}

#[test]
fn a_result_that_another_process_fetches_is_waited_for() {
    let (place, (server, done)) = (Place::new(), running((200, "OK")));
    let first = place.calling(&server).args(["generate", "fox", "-o", "fox.png"]).spawn().unwrap();
    server.wait_for("GET", "/status");
    let second = place.calling(&server).args(["jobs", "result", "1", "--wait"]).spawn().unwrap();
    server.wait_for("GET", "/status");
    done.store(true, Ordering::SeqCst);
    assert_eq!(Run::of(first.wait_with_output().unwrap()).code, Some(0));
    let run = Run::of(second.wait_with_output().unwrap());
    let saved = place.work().join("fox.png").display().to_string() + "\n";
    assert_eq!((run.code, run.text(), place.files()), (Some(0), saved.as_str(), vec!["fox.png".to_owned()]), "{run:?}");
}

#[test]
fn a_cancel_says_what_the_service_answered_and_close_says_what_it_was_asked() {
    let place = Place::new();
    let (server, _) = running((202, "CANCELLATION_REQUESTED"));
    assert_eq!(place.call(&server, "generate fox --detach").text(), "1\n");
    let run = place.call(&server, "jobs cancel 1");
    assert!(run.stderr.contains("1: the service was asked to cancel; it may finish all the same"), "{run:?}");
    assert_eq!((run.code, place.open().len()), (Some(0), 1));
    let run = place.run(["jobs", "close", "1"]);
    assert!(run.stderr.contains("was asked to cancel it, and bills it where it finished all the same"), "{run:?}");
    let (server, _) = running((200, "OK"));
    for _ in 0..2 {
        place.call(&server, "generate fox --detach");
    }
    assert!(place.run(["jobs", "close", "2"]).stderr.contains("was not asked to cancel it, so it runs"));
    let run = place.call(&server, "jobs cancel --all --json");
    assert_eq!((&job(&run)["id"], &job(&run)["state"]), (&json!(3), &json!("cancelled")), "{run:?}");
    assert_eq!((server.count("PUT", "/cancel"), place.open()), (1, vec![]));
}

#[test]
fn watch_tells_each_change_and_ends_when_nothing_can_change() {
    let (place, (server, done)) = (Place::new(), running((200, "OK")));
    for _ in 0..2 {
        place.call(&server, "generate fox --detach");
    }
    let child = place.calling(&server).args(["jobs", "watch"]).spawn().unwrap();
    for _ in 0..2 {
        server.wait_for("GET", "/status");
    }
    done.store(true, Ordering::SeqCst);
    let run = Run::of(child.wait_with_output().unwrap());
    let lines: Vec<&str> = run.text().lines().collect();
    for id in 1..=2 {
        let of_it: Vec<&&str> = lines.iter().filter(|line| line.starts_with(&format!("{id}\t"))).collect();
        let done = format!("{id}\tdone: `ideogram jobs result {id}` fetches it");
        assert_eq!(of_it, [&format!("{id}\trunning").as_str(), &done.as_str()], "{run:?}");
    }
    assert_eq!((run.code, server.count("PUT", "/cancel"), place.files()), (Some(0), 0, vec![]));
}

#[test]
fn rows_are_listed_by_state_and_age_summed_up_forgotten_and_pruned() {
    let (place, (server, done)) = (Place::new(), running((200, "OK")));
    done.store(true, Ordering::SeqCst);
    place.call(&server, "generate private --seed 7");
    place.call(&server, "generate fox --detach");
    let ids = |arguments: &str| -> Vec<i64> {
        let rows = place.run(format!("jobs {arguments} --json").split(' ')).json();
        rows["results"].as_array().unwrap().iter().map(|row| row["job"]["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("list"), [2]);
    assert_eq!(ids("list --all"), [1, 2]);
    assert_eq!(ids("list --state saved --state lost"), [1]);
    assert_eq!(ids("--all --endpoint generate --newer-than 1h"), [1, 2]);
    assert_eq!(ids("--all --older-than 1h"), [0; 0]);
    assert_eq!(ids("--all --endpoint remix"), [0; 0]);
    let cost = place.run(["jobs", "cost", "--since", "1d", "--json"]).json();
    let cost = &cost["results"][0];
    assert_eq!(
        (&cost["paid"], &cost["paid_cost"]["amount"], &cost["unknown_cost"]["amount"]),
        (&json!(1), &json!("0.05"), &json!("0.05"))
    );
    assert!(place.run(["jobs", "show", "1"]).text().contains("\"prompt\":\"private\""));
    assert!(place.run(["jobs", "forget", "2"]).refused(3).contains("is open"));
    let run = place.run(["jobs", "forget", "1"]);
    assert!(run.code == Some(0) && run.stderr.contains("private-7.png` is kept"), "{run:?}");
    assert!(!place.run(["jobs", "show", "1"]).text().contains("private"));
    assert_eq!(place.run(["jobs", "prune"]).code, Some(2), "only when asked how much");
    assert!(place.run(["jobs", "prune", "--keep", "0"]).stderr.contains("1 finished requests are removed"));
    assert_eq!(ids("--all"), [2]);
}

#[test]
fn a_key_that_may_not_read_the_history_leaves_an_expired_result_open_and_says_so() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.starts_with("/platform/") => Reply::Json(403, json!({"detail": "no access"})),
        "GET" if request.target.contains(ID) => Reply::Json(404, json!({"detail": "Request not found"})),
        _ => queue(request, &[]),
    });
    assert_eq!(place.call(&server, "generate fox --detach").text(), "1\n");
    let run = place.call(&server, "jobs resume 1 --timeout 5s");
    assert!(run.stderr.contains("a key that may read the request history"), "{run:?}");
    assert!(run.stderr.contains("`ideogram jobs close 1` gives it up"), "{run:?}");
    assert_eq!(place.open(), [("accepted".to_owned(), json!(ID))]);
}

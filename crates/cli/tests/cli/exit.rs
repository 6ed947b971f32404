//! What a run's exit code and `error.kind` say of how it ended.

use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, png};
use serde_json::json;

#[test]
fn the_exit_code_and_the_kind_say_what_kind_of_failure_it_was() {
    for (status, body, code, kind) in [
        (401, json!({"detail": "No user found for Key ID and Secret"}), 4, "credentials"),
        (403, json!({"detail": "Access denied"}), 4, "credentials"),
        (403, json!({"detail": "User is locked. Reason: Exhausted balance."}), 5, "balance"),
        (404, json!({"detail": "Application not found"}), 1, "failed"),
        (422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}), 1, "failed"),
        (500, json!({"detail": "Internal Server Error"}), 6, "unknown"),
    ] {
        let place = Place::new();
        let server = Server::start(move |request| match request.method.as_str() {
            "POST" => Reply::Json(status, body.clone()),
            _ => Reply::Json(200, json!({"items": [], "next_cursor": null, "has_more": false})),
        });
        let run = place.call(&server, "generate fox --sync --json --timeout 2s");
        let run = (run.code, run.json()["error"]["kind"].as_str().map(str::to_owned));
        assert_eq!(run, (Some(code), Some(kind.to_owned())), "{status}");
    }
}

#[test]
fn a_service_that_cannot_be_reached_is_the_networks_failure() {
    let place = Place::new();
    let mut command = place.command();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    command.env("IDEOGRAM_BASE_URL", format!("http://127.0.0.1:{port}")).env("FAL_KEY", "id:secret");
    let run = Run::of(command.args(["generate", "fox", "--json", "--timeout", "1s"]).output().unwrap());
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(6), Some("network")), "{run:?}");
}

#[test]
fn a_job_that_the_service_cancels_is_a_failure_and_no_ctrl_c() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.ends_with(ID) => {
            Reply::Json(499, json!({"detail": "cancelled", "error_type": "client_cancelled"}))
        }
        _ => queue(request, &png(8, 8)),
    });
    let run = place.call(&server, "generate fox --json");
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(1), Some("cancelled")), "{run:?}");
    assert_eq!(place.run(["jobs"]).text(), "");
}

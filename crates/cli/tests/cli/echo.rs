//! A service that sends the key back: nothing that is shown or kept has it.

use crate::server::{Reply, Server, queue};
use crate::support::{Place, png};
use ideogram_cli::ledger::Ledger;
use serde_json::json;

const KEY: &str = "0a1b2c3d-4e5f:s3cr3t/5678";

/// The key as a server may write it, and parts of it.
const FORMS: [&str; 5] =
    [KEY, "s3cr3t/5678", "0a1b2c3d-4e5f%3As3cr3t%2F5678", "MGExYjJjM2QtNGU1ZjpzM2NyM3QvNTY3OA==", "czNjcjN0LzU2Nzg="];

fn check(text: &str, form: &str) {
    for part in ["s3cr3t", "0a1b2c3d", "MGExYjJj", "czNjcjN0"] {
        assert!(!text.contains(part), "{form}: {text}");
    }
}

#[test]
fn a_key_that_comes_back_is_in_no_output_and_not_in_the_ledger() {
    for (form, kind) in FORMS.iter().flat_map(|form| (0..3).map(move |kind| (*form, kind))) {
        let server = Server::start(move |request| match (request.method.as_str(), kind) {
            // Refused, with the reason in a list and in a text.
            ("POST", 0) => {
                let detail = json!([{"loc": ["body", form], "msg": format!("you sent {form}"), "type": form}]);
                Reply::Json(422, json!({"detail": detail}))
            }
            ("POST", 1) => Reply::Json(400, json!({"detail": format!("you sent {form}")})),
            // Answered, with a file that is not there: the row keeps the answer.
            ("GET", 2) if request.target.ends_with(crate::server::ID) => {
                let url = format!("{}/cdn/fox.png", request.origin);
                Reply::Json(200, json!({"images": [{"url": url}], "seed": 7, "echo": form}))
            }
            ("GET", 2) if request.target.starts_with("/cdn/") => Reply::Json(404, json!({"detail": form})),
            _ => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        let run = place.calling(&server).env("FAL_KEY", KEY).args(["generate", "fox", "--json"]).output().unwrap();
        assert!(!run.status.success(), "{run:?}");
        for shown in [&run.stdout, &run.stderr] {
            let shown = String::from_utf8_lossy(shown);
            check(&shown, form);
            assert!(kind == 2 || shown.contains("[redacted]"), "{form}: {shown}");
        }
        let row = Ledger::open(&place.ledger()).unwrap().row(1).unwrap().unwrap();
        check(&format!("{row:?}"), form);
        assert_eq!(row.answer.is_some(), kind == 2, "{row:?}");
        let mut kept = Vec::new();
        for name in ["ledger.db", "ledger.db-wal"] {
            kept.extend(std::fs::read(place.ledger().with_file_name(name)).unwrap_or_default());
        }
        check(&String::from_utf8_lossy(&kept), form);
    }
}

#[test]
fn a_key_that_comes_back_as_a_request_id_is_in_no_output_no_file_and_not_in_the_ledger() {
    // A secret that has the shape of an id as well.
    let plain = "0a1b2c3d-4e5f-s3cr3t";
    for (form, kind) in FORMS.iter().chain([&plain]).flat_map(|form| (0..3).map(move |kind| (*form, kind))) {
        let server = Server::start(move |request| {
            let url = format!("{}/cdn/fox.png", request.origin);
            match (request.method.as_str(), kind) {
                // Cancelled by the service; answered, with a file and without.
                ("POST", 0) => Reply::Headed(
                    "x-fal-request-id",
                    form.to_owned(),
                    499,
                    json!({"detail": "cancelled", "error_type": "client_cancelled"}),
                ),
                ("POST", _) => {
                    let answer = json!({"images": [{"url": url}], "seed": 7});
                    Reply::Headed("x-fal-request-id", form.to_owned(), 200, answer)
                }
                ("GET", 1) if request.target.starts_with("/cdn/") => Reply::Json(404, json!({"detail": "gone"})),
                _ => queue(request, &png(8, 8)),
            }
        });
        let place = Place::new();
        let key = if form == plain { format!("id:{plain}") } else { KEY.to_owned() };
        let mut command = place.calling(&server);
        let run = command.env("FAL_KEY", key).args(["generate", "fox", "--sync", "--sidecar", "--json"]);
        let run = run.args(["-o", "{slug}-{request_id}.{ext}"]).output().unwrap();
        assert_eq!(run.status.success(), kind == 2, "{form}: {run:?}");
        let files = place.files();
        assert_eq!(files.len(), if kind == 2 { 2 } else { 0 }, "{form}: {files:?}");
        let row = Ledger::open(&place.ledger()).unwrap().row(1).unwrap().unwrap();
        let mut kept = format!("{files:?}, {row:?}").into_bytes();
        for name in files {
            kept.extend(std::fs::read(place.work().join(name)).unwrap());
        }
        for name in ["ledger.db", "ledger.db-wal"] {
            kept.extend(std::fs::read(place.ledger().with_file_name(name)).unwrap_or_default());
        }
        for shown in [kept, run.stdout, run.stderr] {
            check(&String::from_utf8_lossy(&shown), form);
        }
    }
}

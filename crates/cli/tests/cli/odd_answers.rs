//! What was paid for is saved, also when the answer is odd; and a verdict is the service's own.

use crate::server::{ID, Reply, Request, Server, queue};
use crate::support::{Place, png};
use serde_json::{Value, json};

fn is_output(request: &Request) -> bool {
    let path = request.target.split('?').next().unwrap_or_default();
    request.method == "GET" && path.ends_with(ID) || request.method == "POST" && path.starts_with("/run/")
}

/// A service that gives this output, and is honest otherwise; `$` stands for its own address.
fn answering(output: &Value) -> Server {
    let output = output.to_string();
    Server::start(move |request| match request {
        request if is_output(request) => {
            Reply::Bytes("application/json", output.replace('$', &request.origin).into_bytes())
        }
        request if request.target.starts_with("/platform/") => {
            Reply::Json(200, json!({"items": [], "has_more": false}))
        }
        request => queue(request, &png(8, 8)),
    })
}

#[test]
fn an_odd_answer_is_saved_with_a_word_about_it_and_the_row_is_closed() {
    let image = json!({"url": "$/cdn/fox.png"});
    for (output, word) in [
        (json!({"images": [image]}), "`seed` is missing"),
        (json!({"images": [image], "seed": null}), "`seed` is null"),
        (json!({"images": [image], "seed": "7"}), "`seed` is the text \"7\""),
        (json!({"images": [image], "seed": u64::MAX}), "`seed` is 18446744073709551615"),
        (json!({"images": [{"url": "$/cdn/fox.png", "file_size": 1234.5}], "seed": 7}), "file_size` is 1234.5"),
        (json!({"images": [null, image], "seed": 7}), "`images[0]` is null"),
    ] {
        let server = answering(&output);
        for arguments in ["generate fox -o fox.png", "generate fox -o fox.png --sync"] {
            let place = Place::new();
            let run = place.call(&server, arguments);
            assert_eq!((run.code, run.text(), place.open()), (Some(0), "fox.png\n", vec![]), "{run:?}");
            assert!(run.stderr.contains(word) && run.stderr.starts_with("warning: "), "{word}: {run:?}");
            assert_eq!(place.files(), ["fox.png"]);
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_oddity() {
    let server = Server::start(|request| match queue(request, &png(8, 8)) {
        Reply::Json(200, output) if is_output(request) => {
            Reply::Bytes("application/json", [b"\xef\xbb\xbf", output.to_string().as_bytes()].concat())
        }
        reply => reply,
    });
    let place = Place::new();
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, run.stderr.as_str(), place.open()), (Some(0), "", vec![]), "{run:?}");
}

#[test]
fn an_answer_without_a_file_is_one_sentence_with_its_id_and_its_bill() {
    let place = Place::new();
    let run = place.call(&answering(&json!({"images": [], "seed": 7})), "generate fox");
    let expected = format!("the service answered request `{ID}` without a file; it may be billed all the same");
    assert!(run.refused(1).starts_with(&expected), "{run:?}");
}

#[test]
fn files_beyond_the_bound_are_named_and_the_row_stays_open() {
    let images: Vec<_> = (0..102).map(|number| json!({"url": format!("$/cdn/{number}.png")})).collect();
    let (place, server) = (Place::new(), answering(&json!({"images": images, "seed": 7})));
    let run = place.call(&server, "generate fox -o new/");
    assert_eq!((run.code, run.text().lines().count()), (Some(7), 100), "{run:?}");
    assert!(run.stderr.contains("2 more files") && run.stderr.contains("/cdn/101.png"), "{}", run.stderr);
    assert!(run.stderr.contains("`ideogram jobs resume 1` saves the next"), "{}", run.stderr);
    assert_eq!(place.open(), vec![("answered".to_owned(), json!(ID))]);
    assert_eq!(place.run(["jobs", "--json"]).json()["results"][0]["job"]["note"], "100 of 102 files are saved");
    // The next run saves the next ones, and only those.
    let run = place.call(&server, "jobs resume 1");
    assert_eq!((run.code, run.text().lines().count(), place.open()), (Some(0), 2, vec![]), "{run:?}");
    assert_eq!(server.count("GET", "/cdn/0.png") + server.count("GET", "/cdn/101.png"), 2);
    assert_eq!(std::fs::read_dir(place.work().join("new")).unwrap().count(), 102);
}

#[test]
fn files_beside_an_error_are_saved() {
    let server = Server::start(|request| match request.target.split('?').next().unwrap_or_default() {
        path if path.ends_with("/status") => {
            Reply::Json(200, json!({"status": "COMPLETED", "request_id": ID, "error": "boom"}))
        }
        path if path.ends_with("/status/stream") => Reply::Json(405, json!({})),
        _ => queue(request, &png(8, 8)),
    });
    let place = Place::new();
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, place.files(), place.open()), (Some(0), vec!["fox.png".to_owned()], vec![]), "{run:?}");
    assert!(run.stderr.starts_with("warning: the job failed") && run.stderr.contains("boom"), "{run:?}");
}

#[test]
fn only_validation_is_said_to_refuse_the_input() {
    for (kind, refused) in [("missing", true), ("generation_timeout", false), ("downstream_service_error", false)] {
        let server = Server::start(move |request| match request {
            request if is_output(request) => {
                Reply::Json(422, json!({"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": kind}]}))
            }
            request => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        let run = place.call(&server, "generate fox");
        assert_eq!(run.stderr.contains("refused"), refused, "{kind}: {run:?}");
        assert_eq!(place.open(), vec![], "it is over");
    }
}

#[test]
fn a_request_that_the_service_does_not_know_is_said_to_be_that_and_kept() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.starts_with("/platform/") => Reply::Json(200, json!({"items": [], "has_more": false})),
        "GET" => Reply::Json(404, json!({"status": "NOT_FOUND"})),
        _ => queue(request, &[]),
    });
    place.call(&server, "generate fox --timeout 2s");
    let run = place.call(&server, "jobs resume 1");
    assert!(run.refused(1).starts_with("the service does not know this request, or its result has expired"), "{run:?}");
    assert!(run.stderr.contains("`ideogram jobs close 1` gives it up") && !run.stderr.contains("accepted"), "{run:?}");
    assert_eq!(place.open(), vec![("accepted".to_owned(), json!(ID))]);
}

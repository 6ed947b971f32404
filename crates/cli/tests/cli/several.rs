//! `-n`, `--seeds`, `--vary` and `--grid`: several requests of one command line.

use crate::server::{Reply, Request, Server, queue};
use crate::support::{Place, Run, png};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::{Mutex, mpsc};

/// A queue in which each request has an id of its own, that of its seed.
fn honest() -> Server {
    Server::start(|request| by_seed(request, "COMPLETED"))
}

/// The seed that a path or a body is about.
fn seed(request: &Request) -> i64 {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let of_path = || {
        let id = request.target.split("/requests/").nth(1)?.split('/').next()?;
        id.rsplit('-').next()?.parse().ok()
    };
    body["seed"].as_i64().or_else(of_path).unwrap_or_default()
}

fn by_seed(request: &Request, status: &str) -> Reply {
    let seed = seed(request);
    let id = format!("764cabcf-b745-4b3e-ae38-{seed:012}");
    let base = format!("{}/queue/fal-ai/ideogram/requests/{id}", request.origin);
    let state = |status: &str| {
        json!({"status": status, "request_id": id, "response_url": base, "status_url": format!("{base}/status"),
            "cancel_url": format!("{base}/cancel")})
    };
    match request.method.as_str() {
        "POST" if request.target.starts_with("/queue/") => Reply::Json(200, state("IN_QUEUE")),
        "PUT" => Reply::Json(200, json!({"status": "OK"})),
        _ if request.target.contains("/status/stream") && status == "COMPLETED" => {
            Reply::Bytes("text/event-stream", format!("data: {}\n\n", state(status)).into_bytes())
        }
        _ if request.target.contains("/status/stream") => Reply::Silence,
        _ if request.target.contains("/status") => Reply::Json(200, state(status)),
        "GET" if request.target.starts_with("/queue/") => {
            Reply::Json(200, json!({"images": [{"url": format!("{}/cdn/fox.png", request.origin)}], "seed": seed}))
        }
        _ => queue(request, &png(64, 48)),
    }
}

fn seeds(run: &Run) -> Vec<i64> {
    run.json()["results"].as_array().unwrap().iter().map(|row| row["seed"].as_i64().unwrap()).collect()
}

#[test]
fn a_number_of_pictures_counts_up_from_the_seed_and_each_has_its_row() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -n 3 --seed 7 --json");
    assert_eq!((run.code, seeds(&run), run.stderr.as_str()), (Some(0), vec![7, 8, 9], ""), "{run:?}");
    assert_eq!(place.files(), ["fox-7.png", "fox-8.png", "fox-9.png"]);
    assert_eq!(server.count("POST", "turbo"), 3);
    let jobs = place.run(["jobs", "--all", "--json"]).json();
    assert_eq!(jobs["results"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_is_told_on_the_way_names_the_seed_where_there_are_several() {
    for (arguments, named) in [("generate fox -n 2 --seed 7", true), ("generate fox --seed 7", false)] {
        let (place, server) = (Place::new(), honest());
        let run = place.call(&server, arguments);
        let names = |seed: i64| run.progress.contains(&format!("progress: seed {seed}: accepted"));
        assert_eq!((run.code, names(7), names(8)), (Some(0), named, named), "{run:?}");
        assert!(run.progress.contains("accepted, request"), "{run:?}");
    }
}

#[test]
fn without_a_seed_each_picture_has_another() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -n 12 --json -o new/");
    assert_eq!((run.code, seeds(&run).into_iter().collect::<BTreeSet<_>>().len()), (Some(0), 12));
}

#[test]
fn varied_fields_multiply_and_names_tell_them_apart() {
    let (place, server) = (Place::new(), honest());
    let arguments = "generate fox --seeds 1,5 --vary style=anime,design --vary aspect-ratio=1:1,16:9 -o {style}_{aspect_ratio}_{seed}";
    let run = place.call(&server, arguments);
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 8), "{run:?}");
    let names: BTreeSet<String> = place.files().into_iter().collect();
    let expected = ["anime", "design"].iter().flat_map(|style| {
        ["1-1", "16-9"].iter().flat_map(move |ratio| [1, 5].map(|seed| format!("{style}_{ratio}_{seed}.png")))
    });
    assert_eq!(names, expected.collect());
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let place = Place::new();
    let server = Server::start(|request| match request.method.as_str() {
        "GET" if request.target.ends_with("000000000008") => {
            Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}))
        }
        _ => by_seed(request, "COMPLETED"),
    });
    let run = place.call(&server, "generate fox -n 3 --seed 7 --json");
    let envelope = run.json();
    assert_eq!((run.code, &envelope["error"]["kind"]), (Some(7), &"partial".into()), "{run:?}");
    let rows: Vec<_> = envelope["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["seed"].as_i64().unwrap(), row["images"].as_array().unwrap().len(), row["error"]["kind"].as_str())
        })
        .collect();
    assert_eq!(rows, [(7, 1, None), (8, 0, Some("failed")), (9, 1, None)]);
    assert!(run.stderr.contains("error: seed 8: ") && run.stderr.contains("1 of 3 failed"), "{}", run.stderr);
    assert_eq!(place.files(), ["fox-7.png", "fox-9.png"]);
}

#[test]
fn where_all_fail_for_one_cause_the_code_is_that_of_the_cause() {
    let place = Place::new();
    let server = Server::start(|_| Reply::Json(401, json!({"detail": "No user found for Key ID and Secret"})));
    let run = place.call(&server, "generate fox -n 3 --json");
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(4), Some("credentials")), "{run:?}");
}

/// Reads one line of what it prints, and leaves.
pub(crate) fn read_one_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    line
}

#[test]
fn a_reader_that_leaves_hides_no_failure_and_stops_no_request() {
    let (go_on, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let server = Server::start(move |request| match request.method.as_str() {
        "GET" if request.target.ends_with("000000000008") => {
            held.lock().unwrap().recv().unwrap();
            by_seed(request, "COMPLETED")
        }
        "GET" if request.target.ends_with("000000000009") => {
            Reply::Json(422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}))
        }
        _ => by_seed(request, "COMPLETED"),
    });
    let place = Place::new();
    let mut child = place.calling(&server).args(["generate", "fox", "-n", "3", "--seed", "7"]).spawn().unwrap();
    assert_eq!(read_one_line(&mut child), "fox-7.png\n");
    go_on.send(()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, place.files()), (Some(7), vec!["fox-7.png".to_owned(), "fox-8.png".to_owned()]), "{run:?}");
    assert!(run.stderr.contains("error: seed 9: ") && run.stderr.contains("1 of 3 failed"), "{run:?}");
}

#[test]
fn where_nobody_reads_the_envelope_the_code_says_the_same() {
    let server = Server::start(|_| Reply::Json(401, json!({"detail": "No user found for Key ID and Secret"})));
    let place = Place::new();
    place.write("rows.jsonl", b"{\"prompt\":\"fox\"}\n{\"prompt\":\"hare\"}\n");
    for arguments in ["generate fox --json", "generate fox -n 3 --json", "batch rows.jsonl --json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let run = place.calling(&server).args(arguments.split(' ')).stdout(writer).output().unwrap();
        assert_eq!(run.status.code(), Some(4), "{arguments}: {run:?}");
    }
}

#[test]
fn ctrl_c_cancels_all_and_buys_nothing_more() {
    let (place, server) = (Place::new(), Server::start(|request| by_seed(request, "IN_QUEUE")));
    let child = place.calling(&server).args(["generate", "fox", "-n", "20", "--json"]).spawn().unwrap();
    for _ in 0..8 {
        server.wait_for("GET", "/status/stream");
    }
    assert_eq!(server.count("POST", "turbo"), 8, "so many at once");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = Run::of(child.wait_with_output().unwrap());
    let envelope = run.json();
    assert_eq!((run.code, &envelope["error"]["kind"]), (Some(130), &"interrupted".into()), "{run:?}");
    assert_eq!(envelope["results"].as_array().map(Vec::len), Some(20), "a row for each");
    assert_eq!((server.count("POST", "turbo"), server.count("PUT", "/cancel")), (8, 8));
    assert_eq!(place.run(["jobs"]).text(), "", "each is known to be cancelled");
    assert_eq!(place.files(), Vec::<String>::new());
}

#[test]
fn the_limit_is_for_all_of_them() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -n 4 --max-cost 0.19");
    assert_eq!(run.refused(8), "4 pictures cost $0.20, and `--max-cost` allows $0.19; nothing was sent");
    assert_eq!(
        (server.count("POST", "turbo"), place.call(&server, "generate fox -n 4 --max-cost 0.2").code),
        (0, Some(0))
    );
}

#[test]
fn a_sheet_has_all_of_them_and_is_told_last() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox --seeds 7..9 --grid sheet.png");
    assert_eq!((run.code, run.text().lines().last()), (Some(0), Some("sheet.png")), "{run:?}");
    let sheet = image::open(place.work().join("sheet.png")).unwrap();
    assert!(
        sheet.width() > 2 * 320 && sheet.height() > sheet.width() / 2,
        "two rows: {:?}",
        (sheet.width(), sheet.height())
    );
    let run = place.call(&server, "generate fox --seeds 7..9 --grid sheet.png");
    assert!(run.refused(2).contains("`sheet.png` is there already"), "{run:?}");
    let run = place.call(&server, "generate fox -n 2 --grid sheet.png --overwrite --json -o new/");
    assert_eq!((run.code, run.json()["grid"].as_str()), (Some(0), Some("sheet.png")), "{run:?}");
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_sent() {
    let (place, server) = (Place::new(), honest());
    for (arguments, told) in [
        (
            "generate fox -n 2 -o fox.png",
            "`--output` names one file, and there are 2 pictures; name a folder (`foxes/`), or a \
          name with fields (`fox-{seed}.{ext}`)",
        ),
        ("generate fox -n 101", "`--count` cannot be `101`: it must be a whole number from 1 to 100"),
        (
            "generate fox --seeds 1..60 --vary style=anime,design",
            "that is 120 pictures, which is too much for one command: it makes 100 at most",
        ),
        ("generate fox --seeds 1,1", "`--seeds` cannot be `1,1`: it has 1 twice, which would be bought twice"),
        ("generate fox --seeds 1 --seed 2", "`--seeds` and `--seed` exclude each other"),
        ("generate fox --vary style=anime,anime", "`--vary` has `anime` twice, which would be bought twice"),
        ("generate fox --vary style=anime --style auto", "`--style` is given twice: by itself and in `--vary`"),
        (
            "generate fox --vary strength=0.1,0.2",
            "`--vary` cannot vary `strength`: it can `aspect_ratio`, `expand_prompt`, \
          `style`, `sync_mode`",
        ),
        ("generate fox --vary style", "`--vary` takes a field and its values, such as `style=auto,general`"),
        ("generate fox -n 2 --seed 9223372036854775807", "there are no 2 seeds from 9223372036854775807 on"),
    ] {
        let run = place.call(&server, arguments);
        assert_eq!(run.refused(2), told, "{arguments}");
    }
    assert_eq!(server.count("POST", "turbo"), 0);
}

#[cfg(feature = "sandbox")]
#[test]
fn the_sandbox_makes_several_too() {
    let place = Place::new();
    let run = place.run(["generate", "fox", "--sandbox", "-n", "2", "--seed", "7", "-o", "new/"]);
    let mut lines: Vec<&str> = run.text().lines().collect();
    lines.sort_unstable();
    assert_eq!((run.code, lines), (Some(0), vec!["new/fox-7.png", "new/fox-8.png"]), "{run:?}");
    assert_eq!(place.files(), ["new"]);
}

//! Local files that are too large for the request.

use crate::server::{Reply, Request, Server, queue};
use crate::support::{Place, png};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A service with storage.
pub(crate) fn storage(request: &Request) -> Reply {
    match (request.method.as_str(), request.target.as_str()) {
        ("POST", target) if target.starts_with("/rest/storage/auth/token") => Reply::Json(
            200,
            json!({"token": "t", "token_type": "Bearer", "base_url": format!("{}/cdn", request.origin),
                "expires_at": "2999-01-01T00:00:00Z"}),
        ),
        ("POST", target) if target.starts_with("/cdn/files/upload") => {
            Reply::Json(200, json!({"access_url": format!("{}/cdn/files/large.png", request.origin)}))
        }
        _ => queue(request, &png(64, 48)),
    }
}

/// A picture of that name that is too large for a request; `last` is what it ends with.
pub(crate) fn large(place: &Place, name: &str, last: u8) {
    let mut bytes = png(64, 48);
    bytes.resize(3 << 20, last);
    place.write(name, &bytes);
}

#[test]
fn a_large_file_is_uploaded_first_and_a_small_one_travels_inside() {
    let (place, server) = (Place::new(), Server::start(storage));
    large(&place, "large.png", 0);
    place.write("small.png", &png(64, 48));
    let run = place.call(&server, "edit large.png fox --mask small.png -o fox.png --json");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let sent: Value = serde_json::from_slice(&server.wait_for("POST", "/edit").body).unwrap();
    assert_eq!(sent["image_url"], format!("{}/cdn/files/large.png", server.origin()));
    assert!(sent["mask_url"].as_str().unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(run.json()["results"][0]["input"]["mask_url"]["bytes"], png(64, 48).len());
    assert_eq!(server.count("POST", "/files/upload"), 1);
}

#[test]
fn an_upload_tells_its_bytes_up_to_the_last() {
    let (place, server) = (Place::new(), Server::start(storage));
    large(&place, "large.png", 0);
    let run = place.call(&server, "remix large.png fox -o fox.png --json=events");
    let lines = run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let uploading: Vec<&Value> = lines.iter().filter(|line| line["event"] == "uploading").collect();
    assert!(uploading.is_sorted_by_key(|event| event["bytes"].as_u64()), "{uploading:?}");
    let last = uploading.last().unwrap();
    assert_eq!((&last["bytes"], &last["total"]), (&json!(3 << 20), &json!(3 << 20)));
    assert_eq!(last["path"], "large.png");
    let first = |name: &str| lines.iter().position(|line| line["event"] == name).unwrap();
    assert!(first("uploading") < first("sending"));
}

#[test]
fn the_same_bytes_are_uploaded_once_for_each_key() {
    let (place, server) = (Place::new(), Server::start(storage));
    large(&place, "one.png", 0);
    large(&place, "same.png", 0);
    large(&place, "other.png", 1);
    for (file, key, uploads) in [
        ("one.png", "id:hunter2", 1),
        ("one.png", "id:hunter2", 1),
        ("same.png", "id:new-secret", 1),
        ("other.png", "id:hunter2", 2),
        ("one.png", "another:hunter2", 3),
    ] {
        let run = place.calling(&server).env("FAL_KEY", key).args(["remix", file, "fox"]).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        let sent: Value = serde_json::from_slice(&server.wait_for("POST", "/remix").body).unwrap();
        assert_eq!(sent["image_url"], format!("{}/cdn/files/large.png", server.origin()));
        assert_eq!(server.count("POST", "/files/upload"), uploads, "{file} {key}");
    }
}

#[test]
fn the_timeout_covers_an_upload_and_then_nothing_is_sent() {
    let server = Server::start(|request| match request.target.as_str() {
        target if target.starts_with("/cdn/files/upload") => Reply::Silence,
        _ => storage(request),
    });
    let place = Place::new();
    large(&place, "large.png", 0);
    let begun = Instant::now();
    let run = place.call(&server, "remix large.png fox --timeout 2s");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(run.refused(6), "`large.png` was not uploaded in time, so nothing was sent");
    assert_eq!((server.count("POST", "/remix"), place.run(["jobs", "--all"]).text()), (0, ""));
}

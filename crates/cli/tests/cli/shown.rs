//! What is done with a picture once it is saved.

use crate::server::{Server, queue};
use crate::support::{Place, png};
use std::time::{Duration, Instant};

#[test]
fn where_nobody_watches_nothing_is_shown() {
    let place = Place::new();
    let server = Server::start(|request| queue(request, &png(64, 48)));
    let run = place.call(&server, "generate fox -o fox.png --preview");
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "fox.png\n", ""));
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn the_systems_viewer_gets_the_file_and_never_a_url() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let server = Server::start(|request| queue(request, &png(64, 48)));
    let told = place.work().join("told");
    // It writes to another name first, so that what is read is whole.
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$#\" \"$1\" >{0}.part && mv {0}.part {0}\n", told.display());
    let opener = place.write("xdg-open", script.as_bytes());
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", place.work().display());
    let run =
        place.calling(&server).args(["generate", "fox", "-o", "https:fox.png", "--open"]).env("PATH", path).output();
    assert_eq!(run.unwrap().status.code(), Some(0));
    let end = Instant::now() + Duration::from_secs(20);
    while !told.exists() && Instant::now() < end {
        std::thread::yield_now();
    }
    let expected = format!("1\n{}\n", place.work().join("https:fox.png").display());
    assert_eq!(std::fs::read_to_string(told).unwrap(), expected);
}

#[test]
fn a_viewer_that_is_not_there_is_told_and_is_no_failure() {
    let place = Place::new();
    let server = Server::start(|request| queue(request, &png(64, 48)));
    let run =
        place.calling(&server).args(["generate", "fox", "-o", "fox.png", "--open"]).env("PATH", "/nowhere").output();
    let run = crate::support::Run::of(run.unwrap());
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"));
    assert!(run.stderr.starts_with("warning: `fox.png` is not opened: "), "{run:?}");
}

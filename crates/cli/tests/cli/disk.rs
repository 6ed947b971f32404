//! A disk that is full and a folder that is gone: nothing that is paid is lost.

use crate::calls::kill_after;
use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, as_it_came, on_a_full_disk, png};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A run of which no file may grow beyond 256 KiB.
fn limited(place: &Place, server: &Server, arguments: &str) -> Run {
    let mut command = place.calling(server);
    Run::of(on_a_full_disk(command.args(arguments.split(' ')), 256).output().unwrap())
}

/// A PNG of so many bytes.
fn of_length(length: usize) -> Vec<u8> {
    let (mut begin, end) = (png(64, 48), b"\0\0\0\0IEND\xae\x42\x60\x82");
    begin.resize(length - end.len(), 0xab);
    begin.extend(end);
    begin
}

#[test]
fn a_disk_that_is_full_for_what_is_added_to_a_picture_leaves_it_open() {
    let place = Place::new();
    let picture = of_length((256 << 10) - 20);
    let body = picture.clone();
    let server = Server::start(move |request| queue(request, &body));
    let run = limited(&place, &server, "generate fox --seed 7 -o fox.png --sidecar");
    let message = run.refused(3);
    assert!(message.ends_with("`ideogram jobs resume 1` takes it up again"), "{message}");
    assert_eq!(place.files(), Vec::<String>::new(), "no half of a picture");
    let jobs = place.run(["jobs", "--json"]).json();
    assert_eq!(jobs["results"][0]["job"]["state"], "answered");
    assert_eq!(place.call(&server, "jobs resume 1").code, Some(0));
    assert!(as_it_came(&std::fs::read(place.work().join("fox.png")).unwrap()) == picture);
    assert_eq!(server.count("POST", "turbo"), 1, "it is paid for once");
}

#[test]
fn a_sidecar_that_cannot_be_written_is_a_warning_and_the_picture_is_safe() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    std::fs::create_dir(place.work().join("fox.png.json")).unwrap();
    let run = place.call(&server, "generate fox -o fox.png --sidecar");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    assert!(run.stderr.starts_with("warning: `fox.png.json` is there already"), "{run:?}");
    assert_eq!(place.run(["jobs"]).text(), "");
}

#[test]
fn a_folder_that_is_gone_when_the_picture_comes_leaves_it_open() {
    let place = Place::new();
    let folder = place.work().join("out");
    std::fs::create_dir(&folder).unwrap();
    let gone = folder.clone();
    let server = Server::start(move |request| {
        if request.method == "GET" && request.target.ends_with(ID) {
            // Gone already, the second time.
            let _ = std::fs::remove_dir(&gone);
        }
        queue(request, &png(64, 48))
    });
    let run = place.call(&server, "generate fox -o out");
    assert!(run.refused(3).ends_with("`ideogram jobs resume 1` takes it up again"), "{run:?}");
    assert_eq!(place.call(&server, "jobs resume 1 -o fox.png").text(), "fox.png\n");
    assert_eq!((server.count("POST", "turbo"), place.run(["jobs"]).text().to_owned()), (1, String::new()));
}

#[test]
fn a_folder_that_is_gone_when_a_row_is_taken_up_is_made_again_and_no_file_gets_its_name() {
    for output in ["out", "out/"] {
        let is_held = Arc::new(AtomicBool::new(true));
        let held = Arc::clone(&is_held);
        let server = Server::start(move |request| match request.target.as_str() {
            target if target.contains("/status") && held.load(Ordering::SeqCst) => Reply::Silence,
            _ => queue(request, &png(8, 8)),
        });
        let place = Place::new();
        std::fs::create_dir(place.work().join("out")).unwrap();
        kill_after(place.calling(&server).args(["generate", "fox", "--seed", "7", "-o", output]), || {
            server.wait_for("GET", "/status/stream");
        });
        std::fs::remove_dir(place.work().join("out")).unwrap();
        is_held.store(false, Ordering::SeqCst);
        let run = place.call(&server, "jobs resume");
        assert_eq!((run.code, place.work().join("out/fox-7.png").is_file()), (Some(0), true), "{output}: {run:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_told_before_anything_is_sent() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    for output in ["/proc/fox.png", "/proc/self/{slug}.{ext}"] {
        let run = place.call(&server, &format!("generate fox -o {output}"));
        assert!(run.refused(3).starts_with("cannot write `/proc"), "{run:?}");
    }
    assert_eq!(server.count("POST", "turbo"), 0);
}

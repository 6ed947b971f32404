//! Files on their way to the disk: whole or not at all, never twice, and in little memory.

use crate::calls::kill_after;
use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, as_it_came, png};
use ideogram_cli::ledger::{Closing, Ledger, NewRow, State};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// A server of one file, which says how far it is and waits for a word before the last byte.
struct Slow {
    url: String,
    /// At the beginning and before the last byte.
    reached: mpsc::Receiver<()>,
    go_on: mpsc::Sender<()>,
}

impl Slow {
    fn start(length: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/a.png", listener.local_addr().unwrap());
        let ((tell, reached), (go_on, wait)) = (mpsc::channel(), mpsc::channel());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // One that its client has left is over.
                let _ = serve(stream.unwrap(), length, &tell, &wait);
            }
        });
        Self { url, reached, go_on }
    }

    fn wait(&self) {
        self.reached.recv_timeout(Duration::from_secs(60)).unwrap();
    }

    /// A queue whose picture is here.
    fn queue(&self) -> Server {
        let url = self.url.clone();
        Server::start(move |request| match request.method.as_str() {
            "GET" if request.target.ends_with(ID) => Reply::Json(200, json!({"images": [{"url": url}], "seed": 7})),
            _ => queue(request, &[]),
        })
    }
}

fn serve(mut stream: TcpStream, length: usize, tell: &mpsc::Sender<()>, wait: &mpsc::Receiver<()>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    while !lines.next()?.ok()?.is_empty() {}
    // Nobody who listens, nobody who is waited for.
    let say = || tell.send(()).and_then(|()| wait.recv().map_err(|_| mpsc::SendError(())));
    let _ = say();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    for piece in pieces(length) {
        stream.write_all(&piece).ok()?;
    }
    let _ = say();
    stream.write_all(&[0x82]).ok()?;
    // Until the client has taken it.
    stream.read(&mut [0]).ok().map(|_| ())
}

/// A PNG of so many bytes but the last, in pieces.
fn pieces(length: usize) -> impl Iterator<Item = Vec<u8>> {
    let piece = 1 << 16;
    let (begin, end) = (png(64, 48), b"\0\0\0\0IEND\xae\x42\x60".to_vec());
    let middle = length - 1 - begin.len() - end.len();
    let fill = (0..middle.div_ceil(piece)).map(move |number| vec![0xab; piece.min(middle - number * piece)]);
    std::iter::once(begin).chain(fill).chain(std::iter::once(end))
}

/// A PNG of so many bytes.
fn large(length: usize) -> Vec<u8> {
    pieces(length).flatten().chain([0x82]).collect()
}

/// The most memory that a process had so far, in KiB.
#[cfg(target_os = "linux")]
fn memory(child: &std::process::Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_picture() {
    let length = 120 << 20;
    for destination in ["fox.png", "-"] {
        let (place, slow) = (Place::new(), Slow::start(length));
        let server = slow.queue();
        let mut command = place.calling(&server);
        let out = std::fs::File::create(place.work().join("stdout")).unwrap();
        let child = command.args(["generate", "fox", "-o", destination]).stdout(out).spawn().unwrap();
        slow.wait();
        let before = memory(&child);
        slow.go_on.send(()).unwrap();
        slow.wait();
        slow.go_on.send(()).unwrap();
        let grown = memory(&child) - before;
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        assert!(grown < 16 << 10, "it took {grown} KiB more for {length} bytes");
        let saved = if destination == "-" { "stdout" } else { destination };
        let saved = std::fs::metadata(place.work().join(saved)).unwrap().len();
        assert!((1..2_000).contains(&(saved - length as u64)), "with what made it: {saved}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_in_the_middle_of_a_download_leaves_nothing_and_the_next_finishes_it() {
    let length = 3 << 20;
    for flags in [&["-o", "fox.png"][..], &["-o", "fox.png", "--overwrite"], &[]] {
        let (place, slow) = (Place::new(), Slow::start(length));
        let server = slow.queue();
        kill_after(place.calling(&server).args(["generate", "fox"]).args(flags), || {
            slow.wait();
            slow.go_on.send(()).unwrap();
            slow.wait();
        });
        assert_eq!(place.files(), Vec::<String>::new());
        drop(slow.go_on);
        // The answer is in the row where the run got that far; otherwise the queue, which is still there, has it.
        assert_eq!(place.call(&server, "jobs resume").code, Some(0));
        assert_eq!(place.files().len(), 1, "{:?}", place.files());
    }
}

#[test]
fn runs_that_are_killed_while_they_save_leave_nothing_and_save_nothing_twice() {
    const RUNS: u64 = 16;
    let place = Place::new();
    let picture = large(300_000);
    let body = picture.clone();
    let server = Server::start(move |request| queue(request, &body));
    for number in 0..RUNS {
        kill_after(place.calling(&server).args(["generate", "fox"]), || {
            server.wait_for("GET", "/cdn/fox.png");
            // Wherever it is by then, what is asserted holds.
            std::thread::sleep(Duration::from_micros(number * 700));
        });
    }
    assert_eq!(place.call(&server, "jobs resume").code, Some(0));
    let files = place.files();
    assert_eq!(files.len() as u64, RUNS, "{files:?}");
    for name in files {
        assert!(name.starts_with("fox-"), "{name}");
        assert!(as_it_came(&std::fs::read(place.work().join(&name)).unwrap()) == picture, "{name}");
    }
    assert_eq!((place.run(["jobs"]).text(), server.count("POST", "turbo") as u64), ("", RUNS));
}

#[test]
fn a_file_that_a_killed_run_had_saved_is_found_again_and_another_is_left_alone() {
    for (mine, names) in [(true, vec!["fox-7.png"]), (false, vec!["fox-7-2.png", "fox-7.png"])] {
        let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
        assert_eq!(place.call(&server, "generate fox --seed 7 --no-metadata").text(), "fox-7.png\n");
        if !mine {
            place.write("fox-7.png", b"somebody else's");
        }
        // A row as it is when a run is killed after the file has its name and before the row says so.
        let url = format!("{}/cdn/fox.png", server.origin());
        let path = place.work().join("fox-7.png").display().to_string();
        let mut ledger = Ledger::open(&place.ledger()).unwrap();
        let first = ledger.row(1).unwrap().unwrap();
        let destination = first.destination.as_deref();
        let new =
            NewRow { base: &first.base, destination, ..NewRow::new(&first.endpoint, r#"{"prompt":"fox","seed":7}"#) };
        let id = ledger.begin(&new).unwrap();
        ledger.accepted(id, "another").unwrap();
        ledger.answered(id, None, &json!({"images": [{"url": url}], "seed": 7}).to_string()).unwrap();
        ledger.about_to_take(id, &[path]).unwrap();
        drop(ledger);
        let run = place.call(&server, "jobs resume");
        let saved = place.work().join(names[0]).display().to_string();
        assert_eq!((run.code, run.text().trim_end()), (Some(0), saved.as_str()), "{run:?}");
        assert_eq!(place.files(), names);
        let row = Ledger::open(&place.ledger()).unwrap().row(id).unwrap().unwrap();
        assert_eq!((row.state, row.files), (State::Saved, vec![saved]));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_a_killed_run_had_saved_is_found_again_in_a_folder_whose_name_is_no_text() {
    use std::os::unix::ffi::OsStrExt as _;

    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    let folder = place.work().join(std::ffi::OsStr::from_bytes(b"out\xff"));
    std::fs::create_dir(&folder).unwrap();
    let mut command = place.calling(&server);
    let run = command.args(["generate", "fox", "--seed", "7", "--no-metadata", "-o"]).arg(&folder).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    // As it is when a run is killed after the file has its name and before the row says so.
    let mut ledger = Ledger::open(&place.ledger()).unwrap();
    let first = ledger.row(1).unwrap().unwrap();
    let new = NewRow {
        base: &first.base,
        destination: Some(&folder),
        ..NewRow::new(&first.endpoint, r#"{"prompt":"fox","seed":7}"#)
    };
    let id = ledger.begin(&new).unwrap();
    ledger.accepted(id, "another").unwrap();
    let url = format!("{}/cdn/fox.png", server.origin());
    ledger.answered(id, None, &json!({"images": [{"url": url}], "seed": 7}).to_string()).unwrap();
    ledger.about_to_take(id, &first.files).unwrap();
    drop(ledger);
    let run = place.calling(&server).args(["jobs", "resume"]).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["fox-7.png"]);
    let row = Ledger::open(&place.ledger()).unwrap().row(id).unwrap().unwrap();
    assert_eq!((row.state, row.files), (State::Saved, first.files));
}

#[test]
fn a_file_whose_note_a_power_cut_has_undone_is_found_again_and_others_are_left_alone() {
    for (newer, of_another, names) in [
        (true, false, vec!["fox-1.png"]),
        (false, false, vec!["fox-1-2.png", "fox-1.png"]),
        (true, true, vec!["fox-1-2.png", "fox-1.png"]),
    ] {
        let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
        let (base, work) = (format!("{}/queue", server.origin()), place.work());
        let mut ledger = Ledger::open(&place.ledger()).unwrap();
        let input = r#"{"prompt":"fox","seed":1}"#;
        let new = NewRow { base: &base, destination: Some(&work), ..NewRow::new("fal-ai/ideogram/v2/turbo", input) };
        let id = ledger.begin(&new).unwrap();
        ledger.accepted(id, ID).unwrap();
        let path = place.write("fox-1.png", &png(64, 48));
        if of_another {
            let other = ledger.begin(&new).unwrap();
            ledger.accepted(other, "another").unwrap();
            ledger.close(other, &Closing::Saved { files: vec![path.display().to_string()] }).unwrap();
        }
        drop(ledger);
        if !newer {
            let file = std::fs::File::options().write(true).open(path).unwrap();
            file.set_modified(std::time::SystemTime::now() - Duration::from_secs(60)).unwrap();
        }
        let run = place.call(&server, "jobs resume");
        let saved = work.join(names[0]).display().to_string();
        assert_eq!((run.code, run.text().trim_end()), (Some(0), saved.as_str()), "{run:?}");
        assert_eq!(place.files(), names);
    }
}

#[test]
fn a_picture_without_an_end_is_fetched_twice_and_saved_with_a_warning() {
    let mut cut = png(64, 48);
    cut.truncate(cut.len() - 5);
    let (place, body) = (Place::new(), cut.clone());
    let server = Server::start(move |request| queue(request, &body));
    let run = place.call(&server, "generate fox -o fox.png");
    let warning =
        "warning: saved `fox.png`, but it does not end as image/png does, so it may be cut; it came the same twice\n";
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "fox.png\n", warning));
    assert_eq!((std::fs::read(place.work().join("fox.png")).unwrap(), server.count("GET", "/cdn/fox.png")), (cut, 2));
    assert_eq!(place.run(["jobs"]).text(), "");
}

#[test]
fn a_picture_that_has_expired_is_said_to_be_that_and_no_resume_is_advised() {
    let place = Place::new();
    let server = Server::start(|request| {
        if request.target.starts_with("/cdn/") {
            Reply::Json(404, json!({"detail": "gone"}))
        } else {
            queue(request, &[])
        }
    });
    for command in ["generate fox", "jobs resume 1"] {
        let run = place.call(&server, command);
        let message = run.refused(1);
        assert!(message.contains("it was paid for, and the server keeps it no longer"), "{message}");
        assert!(message.ends_with("`ideogram jobs close 1` gives it up") && !message.contains("resume"), "{message}");
    }
}

#[test]
fn a_download_that_is_refused_does_not_blame_the_key() {
    let place = Place::new();
    let server = Server::start(|request| {
        if request.target.starts_with("/cdn/") {
            Reply::Json(403, json!({"detail": "no"}))
        } else {
            queue(request, &[])
        }
    });
    let run = place.call(&server, "generate fox --json");
    let error = &run.json()["error"];
    assert_eq!((run.code, &error["kind"], &error["request_id"]), (Some(1), &"failed".into(), &ID.into()));
    assert_eq!((&error["status"], &error["may_have_been_accepted"]), (&403.into(), &true.into()));
    let message = error["message"].as_str().unwrap();
    assert!(!message.to_lowercase().contains("key"), "{message}");
    assert!(message.contains(&format!("can be fetched from `{}/cdn/fox.png`", server.origin())), "{message}");
}

#[test]
fn a_download_that_may_do_better_later_is_the_networks_failure() {
    let (place, is_well) = (Place::new(), Arc::new(AtomicBool::new(false)));
    let well = Arc::clone(&is_well);
    let server = Server::start(move |request| {
        if request.target.starts_with("/cdn/") && !well.load(Ordering::SeqCst) {
            Reply::Json(503, json!({"detail": "later"}))
        } else {
            queue(request, &png(8, 8))
        }
    });
    let run = place.call(&server, "generate fox -o fox.png --json");
    let error = &run.json()["error"];
    assert_eq!((run.code, &error["kind"], &error["status"]), (Some(6), &"network".into(), &503.into()), "{run:?}");
    is_well.store(true, Ordering::SeqCst);
    let run = place.call(&server, "jobs resume");
    assert_eq!((run.code, place.files(), server.count("POST", "turbo")), (Some(0), vec!["fox.png".to_owned()], 1));
}

#[test]
fn stdout_gets_the_whole_picture_or_none_of_it() {
    let (place, picture) = (Place::new(), large(3 << 20));
    let body = picture.clone();
    let server = Server::start(move |request| queue(request, &body));
    assert!(as_it_came(&place.call(&server, "generate fox -o -").stdout) == picture);
    let server = Server::start(|request| {
        if request.target.starts_with("/cdn/") {
            Reply::Bytes("text/html", b"<html>sorry".to_vec())
        } else {
            queue(request, &[])
        }
    });
    assert!(place.call(&server, "generate fox -o -").refused(1).contains("are text and no picture"));
    assert_eq!(place.files(), Vec::<String>::new());
}

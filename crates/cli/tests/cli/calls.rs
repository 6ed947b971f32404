//! Calls against a service that answers as it should.

use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, as_it_came, on_a_full_disk, png};
use serde_json::{Value, json};
use std::io::PipeReader;
use std::process::{Child, Command, Stdio};

fn honest() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

impl Place {
    /// Runs against a service, with a key.
    pub(crate) fn call(&self, server: &Server, arguments: &str) -> Run {
        Run::of(self.calling(server).args(arguments.split(' ')).output().expect("the binary starts"))
    }

    pub(crate) fn calling(&self, server: &Server) -> Command {
        let mut command = self.command();
        command.env("IDEOGRAM_BASE_URL", server.origin()).env("FAL_KEY", "id:hunter2");
        command
    }
}

/// Starts it, waits, and kills it.
pub(crate) fn kill_after(command: &mut Command, wait: impl FnOnce()) {
    let mut child = command.spawn().unwrap();
    wait();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_path_is_all_that_stdout_has_and_the_file_all_that_is_left() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -o fox.png");
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "fox.png\n", ""));
    assert_eq!(place.files(), ["fox.png"]);
    assert_eq!(as_it_came(&std::fs::read(place.work().join("fox.png")).unwrap()), png(64, 48));
}

#[test]
fn without_a_name_the_words_and_the_seed_make_one_that_takes_nothing_away() {
    let (place, server) = (Place::new(), honest());
    for name in ["fox-7.png", "fox-7-2.png"] {
        assert_eq!(place.call(&server, "generate fox --seed 7").text(), format!("{name}\n"));
    }
    assert_eq!(place.call(&server, "generate fox --seed 7 -o new/").text(), "new/fox-7.png\n");
    assert_eq!(place.files(), ["fox-7-2.png", "fox-7.png", "new"]);
}

#[test]
fn overwriting_is_asked_for_and_nothing_else_does() {
    let (place, server) = (Place::new(), honest());
    place.write("fox.png", b"mine");
    place.call(&server, "generate fox -o fox.png").refused(2);
    assert_eq!(server.count("POST", "turbo"), 0, "refused before it costs");
    assert_eq!(place.call(&server, "generate fox -o fox.png --overwrite").code, Some(0));
    assert_eq!(as_it_came(&std::fs::read(place.work().join("fox.png")).unwrap()), png(64, 48));
}

#[test]
fn the_envelope_of_each_route() {
    let (place, server) = (Place::new(), honest());
    place.write("image.png", &png(64, 48));
    for (name, arguments) in [
        ("envelope-queue", "generate fox --seed 7 -o fox.png --json"),
        ("envelope-sync", "remix image.png fox --seed 7 --sync -o sync.png --json"),
    ] {
        let run = place.call(&server, arguments);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        let text = serde_json::to_string_pretty(&run.json()).unwrap().replace(server.origin(), "[origin]");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn only_what_was_given_is_sent_and_a_seed() {
    let (place, server) = (Place::new(), honest());
    place.call(&server, "generate fox --style design --expand-prompt=false --seed -3");
    let sent: Value = serde_json::from_slice(&server.wait_for("POST", "turbo").body).unwrap();
    assert_eq!(sent, json!({"prompt": "fox", "style": "design", "expand_prompt": false, "seed": -3}));
    let run = place.call(&server, "generate fox --json");
    let sent: Value = serde_json::from_slice(&server.wait_for("POST", "turbo").body).unwrap();
    let seed = sent["seed"].as_i64().expect("the tool chose one");
    assert!((0..1 << 31).contains(&seed));
    assert_eq!(run.json()["results"][0]["seed"], seed, "and tells it");
}

#[test]
fn bytes_on_stdout_are_the_picture_and_nothing_else() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -o -");
    assert_eq!((run.code, as_it_came(&run.stdout), run.stderr.as_str()), (Some(0), png(64, 48), ""));
    assert!(place.files().is_empty());
}

/// A server whose pictures have that many bytes.
fn serving(bytes: usize) -> Server {
    let mut large = png(64, 48);
    large.resize(bytes, 7);
    Server::start(move |request| queue(request, &large))
}

/// A call that writes its picture to a pipe: the first bytes are here, and the rest does not fit into it.
fn begun_on_stdout(place: &Place, server: &Server) -> (Child, PipeReader) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let child = place.calling(server).args(["generate", "fox", "-o", "-"]).stdout(writer).spawn().unwrap();
    std::io::Read::read_exact(&mut reader, &mut [0; 8]).unwrap();
    (child, reader)
}

#[test]
fn a_reader_that_leaves_is_no_failure_but_the_picture_is_still_owed_and_that_is_said() {
    let (place, server) = (Place::new(), serving(1 << 20));
    let (child, reader) = begun_on_stdout(&place, &server);
    drop(reader);
    let run = Run::of(child.wait_with_output().unwrap());
    let said = "warning: the reader of stdout has left before the picture was written whole; `ideogram jobs resume 1 \
                --output FILE` saves it\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), said));
    let jobs = place.run(["jobs", "--json"]).json();
    assert_eq!(jobs["results"][0]["job"]["state"], "answered");
    assert_eq!(place.call(&server, "jobs resume --output fox.png").text(), "fox.png\n");
    assert_eq!(place.run(["jobs"]).text(), "");
}

#[test]
fn ctrl_c_while_stdout_is_filled_leaves_and_the_picture_is_still_owed() {
    let (place, server) = (Place::new(), serving(4 << 20));
    let (child, _reader) = begun_on_stdout(&place, &server);
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = Run::of(child.wait_with_output().unwrap());
    let said = "error: left before the picture was written whole; `ideogram jobs resume 1` takes it up again\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(130), said));
    assert_eq!(place.run(["jobs", "--json"]).json()["results"][0]["job"]["state"], "answered");
    assert_eq!(place.call(&server, "jobs resume 1 --output fox.png").text(), "fox.png\n");
    assert_eq!(server.count("POST", "turbo"), 1, "it is paid for once");
}

#[test]
fn a_closed_stdout_is_found_before_anything_is_sent() {
    let (place, server) = (Place::new(), honest());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = Run::of(place.calling(&server).args(["generate", "fox", "-o", "-"]).stdout(writer).output().unwrap());
    assert_eq!(run.refused(2), "stdout is closed, so the picture has nowhere to go");
    let mut shell = std::process::Command::new("sh");
    let ideogram = env!("CARGO_BIN_EXE_ideogram");
    for (redirection, code, sent) in [(">&-", 2, 0), (">/dev/null", 0, 1)] {
        let calling = place.calling(&server);
        let variables = calling.get_envs().filter_map(|(name, value)| Some((name, value?)));
        shell.env_clear().envs(variables).env("PATH", "/usr/bin:/bin").current_dir(place.work());
        shell.args(["-c", &format!("exec '{ideogram}' generate fox -o - {redirection}")]);
        let run = Run::of(shell.output().unwrap());
        assert_eq!((run.code, server.count("POST", "turbo")), (Some(code), sent), "{run:?}");
        shell = std::process::Command::new("sh");
    }
}

#[test]
fn a_full_disk_loses_nothing_that_is_paid() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox -o /dev/full");
    assert_eq!(
        run.refused(3),
        "cannot write `/dev/full`: No space left on device (os error 28); `ideogram jobs resume 1` takes it up again"
    );
    assert_eq!(place.call(&server, "jobs resume 1 -o fox.png").text(), "fox.png\n");
    assert_eq!(server.count("POST", "turbo"), 1, "it is paid for once");
    assert_eq!(place.call(&server, "jobs resume 1").refused(2), "1 is closed already: saved");
}

#[test]
fn a_disk_that_fills_up_under_the_file_leaves_no_half_of_it() {
    let place = Place::new();
    let mut large = png(64, 48);
    large.resize(1 << 20, 7);
    let server = Server::start(move |request| queue(request, &large));
    // The ledger fits in that, the picture does not.
    let mut command = place.calling(&server);
    let run = Run::of(on_a_full_disk(command.args(["generate", "fox", "-o", "fox.png"]), 256).output().unwrap());
    let message = run.refused(3);
    assert!(
        message.starts_with("no file can be written in `.`: File too large (os error 27); it is paid for"),
        "{message}"
    );
    assert!(message.ends_with("`ideogram jobs resume 1` takes it up again"), "{message}");
    assert_eq!(place.files(), Vec::<String>::new());
    assert_eq!(place.call(&server, "jobs resume 1").code, Some(0));
    assert_eq!((place.files(), server.count("POST", "turbo")), (vec!["fox.png".to_owned()], 1));
}

#[test]
fn no_key_is_exit_4_and_leaves_no_trace() {
    let place = Place::new();
    let run = place.run(["generate", "fox"]);
    assert!(
        run.refused(4).starts_with("there is no API key; keep one with `ideogram auth login`, set `FAL_KEY`"),
        "{run:?}"
    );
    assert!(place.files().is_empty() && !place.ledger().exists());
}

#[test]
fn what_the_service_finds_wrong_is_said_in_flags() {
    let (place, server) = (
        Place::new(),
        Server::start(|request| match request.method.as_str() {
            "GET" if request.target.ends_with(ID) => Reply::Json(
                422,
                json!({"detail": [
                    {"type": "less_than_equal", "loc": ["body", "strength"], "msg": "Input should be less than or equal to 1\u{1b}[2J"},
                    {"type": "file_download_error", "loc": ["body", "image_url"], "msg": "Failed to download the file."},
                ]}),
            ),
            _ => queue(request, &[]),
        }),
    );
    let run = place.call(&server, "remix https://example.com/a.png fox --json");
    let sentence = format!(
        "the service refused `--strength`: Input should be less than or equal to 1\u{fffd}[2J; `IMAGE`: Failed to \
         download the file. (request `{ID}`)"
    );
    assert_eq!((run.code, run.stderr.trim_end()), (Some(1), format!("error: {sentence}").as_str()));
    insta::assert_snapshot!("envelope-error", serde_json::to_string_pretty(&run.json()).unwrap());
    assert_eq!(place.run(["jobs"]).text(), "", "its outcome is known");
}

#[test]
fn the_key_is_nowhere_on_disk_and_in_no_word() {
    let (place, server) = (
        Place::new(),
        Server::start(|request| match request.method.as_str() {
            "POST" => Reply::Json(401, json!({"detail": "No user found for Key ID and Secret"})),
            _ => Reply::Nothing,
        }),
    );
    let run = place.call(&server, "generate fox --json");
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(4), Some("credentials")));
    let ledger = std::fs::read(place.ledger()).unwrap();
    for text in [&run.stdout, run.stderr.as_bytes(), ledger.as_slice()] {
        assert!(!text.windows(7).any(|window| window == b"hunter2"), "{run:?}");
    }
}

#[test]
fn stdout_closed_from_the_start_is_no_panic() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = Run::of(place.command().arg("--help").stdout(writer).stderr(Stdio::piped()).output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

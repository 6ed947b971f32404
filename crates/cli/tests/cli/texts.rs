//! `-`, `@FILE` and `@@`: where the words and the picture of a request come from.

use crate::server::{Server, queue};
use crate::support::{Place, Run, png};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

fn honest() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

/// A dry run with this on stdin.
fn dry(place: &Place, arguments: &[&str], stdin: &[u8]) -> Run {
    let mut command = place.command();
    command.args(arguments).args(["--dry-run", "--json"]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut pipe = child.stdin.take().unwrap();
    // What is refused earlier is not read.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    Run::of(child.wait_with_output().unwrap())
}

fn prompt(run: &Run) -> Value {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.json()["results"][0]["body"]["prompt"].clone()
}

#[test]
fn a_prompt_comes_from_the_argument_from_stdin_or_from_a_file() {
    let place = Place::new();
    place.write("prompt.txt", b"\xef\xbb\xbfa fox\nwith a map\r\n");
    for (argument, stdin, expected) in [
        ("a fox", "", "a fox"),
        ("-", "from stdin\n", "from stdin"),
        ("@prompt.txt", "", "a fox\nwith a map"),
        ("@@fox", "", "@fox"),
        ("fox@home", "", "fox@home"),
    ] {
        assert_eq!(prompt(&dry(&place, &["generate", argument], stdin.as_bytes())), expected, "{argument}");
    }
}

#[test]
fn a_text_that_cannot_be_used_is_told() {
    let place = Place::new();
    place.write("blank.txt", b" \n\n");
    place.write("latin.txt", b"caf\xe9");
    for (argument, code, told) in [
        ("@blank.txt", 2, "the prompt is empty"),
        (
            "@latin.txt",
            3,
            "cannot read `latin.txt`, which `@` names as the file of `PROMPT`: it is not UTF-8 text, at byte 3; `@@` \
          begins a text with an at sign",
        ),
        ("@none.txt", 3, "cannot read `none.txt`, which `@` names as the file of `PROMPT`: No such file"),
    ] {
        let run = place.run(["generate", argument]);
        assert!(run.refused(code).starts_with(told), "{run:?}");
    }
    let run = dry(&place, &["generate", "-"], b"");
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(2), Some("usage")));
}

#[test]
fn a_picture_comes_from_stdin_where_nothing_else_does() {
    let place = Place::new();
    let run = dry(&place, &["remix", "-", "a fox"], &png(64, 64));
    let url = run.json()["results"][0]["body"]["image_url"].clone();
    assert!(url.as_str().is_some_and(|url| url.starts_with("data:image/png;base64,")), "{run:?}");
    let run = dry(&place, &["remix", "-", "a fox"], b"no picture");
    assert_eq!(
        (run.code, run.stderr.trim_end()),
        (
            Some(3),
            "error: cannot read `stdin`, given as `IMAGE`: its content is no picture of a known format, such as PNG, JPEG or WebP",
        )
    );
    for arguments in [&["remix", "-", "-"][..], &["edit", "-", "a fox", "--mask", "-"]] {
        let run = dry(&place, arguments, &png(64, 64));
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.starts_with("error: stdin can be read once only, and `-` is given for `"), "{run:?}");
    }
}

#[test]
fn a_text_of_a_picture_or_of_the_ledger_stays_a_text() {
    let (place, server) = (Place::new(), honest());
    place.write("secret.txt", b"hush");
    assert_eq!(place.call(&server, "generate @@secret.txt --seed 7 -o fox.png").code, Some(0));
    for source in ["fox.png", "1"] {
        let run = place.call(&server, &format!("rerun {source} --dry-run --json"));
        assert_eq!(prompt(&run), "@secret.txt", "{source}");
    }
}

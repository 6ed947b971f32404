//! `ideogram auth`: where a key comes from, and that its secret is nowhere but in its file.

use crate::support::{Place, Run, on_a_full_disk};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

const KEY: &str = "key-id-1:hunter2hunter2";

fn file(place: &Place) -> PathBuf {
    place.work().with_file_name("home").join(".config/ideogram/key")
}

/// `auth login` with this on its stdin.
fn login(place: &Place, piped: &str, arguments: &[&str]) -> Run {
    let mut command = place.command();
    typed(command.args(["auth", "login"]).args(arguments), piped)
}

/// A command with this on its stdin.
fn typed(command: &mut std::process::Command, piped: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(piped.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn a_key_is_kept_for_its_owner_alone_shown_by_its_id_and_forgotten() {
    let place = Place::new();
    let run = place.run(["auth", "status"]);
    let said = run.refused(4);
    for way in ["`ideogram auth login`", "`FAL_KEY`", "`--sandbox`"] {
        assert!(said.contains(way) || !cfg!(feature = "sandbox"), "{said}");
    }
    let run = login(&place, &format!("{KEY}\n"), &[]);
    assert_eq!((run.code, run.text()), (Some(0), ""), "{run:?}");
    assert!(run.stderr.contains("key-id-1") && !run.stderr.contains("hunter2"), "{run:?}");
    assert_eq!(std::fs::read_to_string(file(&place)).unwrap(), format!("{KEY}\n"));
    assert_eq!(std::fs::metadata(file(&place)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(file(&place).parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);

    let row = &place.run(["auth", "status", "--json"]).json()["results"][0];
    assert_eq!((&row["id"], &row["origin"], &row["accepted"]), (&"key-id-1".into(), &"file".into(), &().into()));
    let mut command = place.command();
    command.env("FAL_KEY", "other:hush").args(["auth", "status", "--json"]);
    let row = &Run::of(command.output().unwrap()).json()["results"][0];
    assert_eq!((&row["id"], &row["origin"]), (&"other".into(), &"environment".into()), "the environment goes first");

    assert_eq!(place.run(["auth", "logout"]).code, Some(0));
    assert!(!file(&place).exists());
    assert_eq!(place.run(["auth", "logout"]).code, Some(0));
    assert_eq!(place.run(["auth", "status"]).code, Some(4));
}

#[test]
fn a_full_disk_leaves_the_key_that_was_there() {
    let place = Place::new();
    login(&place, KEY, &["--stdin"]);
    let mut command = place.command();
    let run = typed(&mut on_a_full_disk(command.args(["auth", "login", "--stdin"]), 0), "other:hush-hush-hush");
    let said = run.refused(3);
    assert!(said.contains("key") && !said.contains("hush"), "{said}");
    assert_eq!(std::fs::read_to_string(file(&place)).unwrap(), format!("{KEY}\n"));
    assert_eq!(std::fs::read_dir(file(&place).parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_key_file_that_others_may_read_is_refused_before_anything_is_sent() {
    let place = Place::new();
    login(&place, KEY, &["--stdin"]);
    std::fs::set_permissions(file(&place), std::fs::Permissions::from_mode(0o640)).unwrap();
    for arguments in [&["generate", "a"][..], &["auth", "status"], &["jobs", "resume"]] {
        let run = place.run(arguments.iter().copied());
        assert!(run.code != Some(0) || arguments[0] == "jobs", "{run:?}");
        if arguments[0] != "jobs" {
            let said = run.refused(4);
            assert!(said.contains("(mode 0640)") && said.contains("chmod 600") && !said.contains("hunter2"), "{said}");
        }
    }
}

#[test]
fn what_is_no_key_is_not_kept() {
    let place = Place::new();
    for (typed, told) in [
        ("", "no key came in"),
        ("hunter2", "half a key"),
        ("FAL_KEY=id:hunter2", "name of a variable"),
        ("\"id:hunter2\"", "quotes"),
        ("id:hunter2 x", "a space"),
    ] {
        let run = login(&place, typed, &[]);
        assert!(run.code != Some(0) && run.stderr.contains(told) && !run.stderr.contains("hunter2"), "{run:?}");
        assert!(!file(&place).exists());
    }
}

#[test]
fn on_a_terminal_the_key_is_asked_for_and_not_shown() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    for (typed, code) in [(format!("{KEY}X\u{7f}\n"), 0), ("id:hunter2\u{3}".to_owned(), 130)] {
        let place = Place::new();
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = || std::fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let mut command = place.command();
        command.args(["auth", "login"]).stdin(slave()).stderr(slave());
        let mut child = command.spawn().unwrap();
        drop(command);
        let mut master = std::fs::File::from(master);
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains("not shown): ") {
            let mut piece = [0; 256];
            let count = master.read(&mut piece).unwrap();
            seen.extend_from_slice(&piece[..count]);
        }
        master.write_all(typed.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        // The terminal is closed on the other side, which ends the reading with an error.
        let _ = master.read_to_end(&mut seen);
        assert!(!String::from_utf8_lossy(&seen).contains("hunter2"), "{}", String::from_utf8_lossy(&seen));
        let kept = std::fs::read_to_string(file(&place)).ok();
        assert_eq!(kept, (code == 0).then(|| format!("{KEY}\n")));
    }
}

#[cfg(feature = "sandbox")]
#[test]
fn the_service_says_whether_it_takes_the_key() {
    let place = Place::new();
    let service = crate::sandbox::Service::start(&place, &["--key", "only:this"], 2);
    let status = |key: &str| {
        let mut command = place.command();
        command.envs(service.environment.clone()).env("FAL_KEY", key);
        Run::of(command.args(["auth", "status", "--check", "--json"]).output().unwrap())
    };
    assert_eq!(status("only:this").json()["results"][0]["accepted"], true);
    let run = status("only:hunter2");
    assert_eq!((run.code, &run.json()["error"]["kind"]), (Some(4), &"credentials".into()));
    assert!(!run.text().contains("hunter2") && !run.stderr.contains("hunter2"), "{run:?}");
    service.end();
}

#[cfg(feature = "sandbox")]
#[test]
fn a_call_uses_the_kept_key() {
    let place = Place::new();
    let service = crate::sandbox::Service::start(&place, &["--key", "only:this"], 2);
    login(&place, "only:this\n", &[]);
    let mut command = place.command();
    command.envs(service.environment.clone()).env_remove("FAL_KEY").args(["generate", "a fox", "-o", "fox.png"]);
    let run = Run::of(command.output().unwrap());
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    service.end();
}

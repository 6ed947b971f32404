//! The completions, in the shells that they are for: each is started, its script is read, and the tab key is pressed.

use crate::support::Place;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;

/// Starts a shell on a terminal, reads the script, types a line and a tab, and has the shell show the words of the line.
fn completed(shell: &str, typed: &str) -> String {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let place = Place::new();
    place.write("fox.png", b"");
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = || std::fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut command = std::process::Command::new(shell);
    let (flags, setup): (&[&str], &str) = match shell {
        "bash" => {
            (&["--norc", "--noprofile", "-i"], "bind 'set show-all-if-ambiguous off'; bind 'set bell-style none'")
        }
        _ => (&["-f", "-i"], "autoload -Uz compinit; compinit -u -D; setopt no_beep no_list_beep; bindkey -e"),
    };
    let folder = Path::new(env!("CARGO_BIN_EXE_ideogram")).parent().unwrap();
    command.args(flags).current_dir(place.work()).env_clear().env("TERM", "dumb").env("PS1", "$ ");
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.display())).env("HOME", place.work().with_file_name("home"));
    command.stdin(slave()).stdout(slave()).stderr(slave());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("`{shell}` does not start ({error}); the tests of its completions need it: apt-get install {shell}")
    });
    drop(command);
    let mut master = std::fs::File::from(master);
    let mut seen = String::new();
    let wait_for = |master: &mut std::fs::File, seen: &mut String, mark: &str| {
        while !seen.contains(mark) {
            let mut piece = [0; 4096];
            let count = master.read(&mut piece).unwrap_or_else(|error| panic!("{error}: {seen}"));
            seen.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
    };
    // The mark that is waited for is not in what is typed.
    let ready = format!("{setup}; source <(ideogram completions {shell}); echo rea''dy\n");
    master.write_all(ready.as_bytes()).unwrap();
    wait_for(&mut master, &mut seen, "ready\r");
    // To the start of the line, a command before it, and what the shell makes of the words.
    let line = format!("{typed}\t\u{1}printf '<%s>' \u{5}; echo e''nd\n");
    master.write_all(line.as_bytes()).unwrap();
    wait_for(&mut master, &mut seen, "end\r");
    child.kill().unwrap();
    child.wait().unwrap();
    let (_, answer) = seen.rsplit_once("<ideogram>").unwrap_or_else(|| panic!("{seen:?}"));
    format!("<ideogram>{}", answer.split("end").next().unwrap_or_default().trim())
}

#[test]
fn bash_and_zsh_complete_commands_flags_values_with_colons_and_files() {
    for shell in ["bash", "zsh"] {
        for (typed, words) in [
            ("ideogram gener", "<ideogram><generate>"),
            ("ideogram generate a --aspect-ratio 16:", "<ideogram><generate><a><--aspect-ratio><16:"),
            ("ideogram generate a --aspect-ratio 16:9", "<ideogram><generate><a><--aspect-ratio><16:9>"),
            ("ideogram generate a --aspect-ratio 10", "<ideogram><generate><a><--aspect-ratio><10:16>"),
            ("ideogram generate a --style=ani", "<ideogram><generate><a><--style=anime>"),
            ("ideogram generate a --aspect-ratio=10", "<ideogram><generate><a><--aspect-ratio=10:16>"),
            ("ideogram generate a --style ani", "<ideogram><generate><a><--style><anime>"),
            ("ideogram generate a --negat", "<ideogram><generate><a><--negative-prompt>"),
            ("ideogram remix fo", "<ideogram><remix><fox.png>"),
            ("ideogram man gener", "<ideogram><man><generate>"),
            ("ideogram schema rem", "<ideogram><schema><remix>"),
            ("ideogram help exit", "<ideogram><help><exit-codes>"),
        ] {
            let found = completed(shell, typed);
            assert!(found.starts_with(words), "{shell}: {typed}: {found}");
        }
    }
}

#[test]
fn fish_completes_commands_flags_and_values_with_colons() {
    let place = Place::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_ideogram")).parent().unwrap();
    for (typed, expected) in [
        ("ideogram gener", "generate"),
        ("ideogram generate a --aspect-ratio 16:", "16:9"),
        ("ideogram generate a --style ani", "anime"),
        ("ideogram generate a --negat", "--negative-prompt"),
        ("ideogram man gener", "generate"),
        ("ideogram schema rem", "remix"),
        ("ideogram help exit", "exit-codes"),
    ] {
        let mut command = std::process::Command::new("fish");
        command.env_clear().env("PATH", format!("{}:/usr/bin:/bin", folder.display())).env("HOME", place.work());
        let script = format!("ideogram completions fish | source; complete -C '{typed}'");
        let output =
            command.args(["--no-config", "-c", &script]).stdin(Stdio::null()).output().unwrap_or_else(|error| {
                panic!("`fish` does not start ({error}); the tests of its completions need it: apt-get install fish")
            });
        let found = String::from_utf8(output.stdout).unwrap();
        let found = found.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect::<Vec<_>>();
        assert!(found.contains(&expected), "{typed}: {found:?} {}", String::from_utf8_lossy(&output.stderr));
    }
}

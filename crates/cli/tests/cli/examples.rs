//! The examples of every help text and man page, run as they stand.

use crate::sandbox::Service;
use crate::support::{Place, Run, encoded, png};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The examples of every command, with the command that they are of.
fn examples() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut open = vec![("ideogram".to_owned(), ideogram_cli::command())];
    while let Some((name, command)) = open.pop() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let blocks = help.split("\n\n").filter(|block| block.starts_with("Example:") || block.starts_with("Examples:"));
        let lines =
            blocks.flat_map(|block| block.lines().skip(1).map(|line| line.trim().to_owned()).collect::<Vec<_>>());
        found.push((name.clone(), lines.collect()));
        open.extend(command.get_subcommands().map(|inner| (format!("{name} {}", inner.get_name()), inner.clone())));
    }
    found
}

/// A place with what the examples name.
fn prepared() -> Place {
    let place = Place::new();
    place.write("fox.png", &png(64, 64));
    place.write("mask.png", &png(64, 64));
    place.write("prompts.csv", b"prompt\na fox\n");
    place.write(
        "cut-out.png",
        &encoded(image::RgbaImage::from_fn(64, 64, |x, _| image::Rgba([9, 9, 9, if x < 9 { 0 } else { 255 }]))),
    );
    place
}

/// A line as a shell runs it.
fn shell(place: &Place, service: &Service, line: &str) -> Command {
    let mut shell = Command::new("sh");
    let folder = Path::new(env!("CARGO_BIN_EXE_ideogram")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    shell
        .args(["-c", line.replacen("ideogram sandbox", "exec ideogram sandbox", 1).as_str()])
        .current_dir(place.work())
        .env_clear()
        .env("PATH", path)
        .envs(service.environment.clone());
    shell.env("HOME", place.work().with_file_name("home"));
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

#[test]
fn every_command_has_examples_and_each_does_what_it_says() {
    let service = Service::start(&Place::new(), &["--flat", "--service-time", "5ms"], 2);
    for (command, lines) in examples() {
        assert!(!lines.is_empty(), "`{command} --help` has no examples");
        let place = prepared();
        let before = match command.split(' ').nth(1) {
            // The first row of the ledger, and the picture of it.
            Some("rerun") => Some("ideogram generate 'a fox' --overwrite -o fox.png"),
            Some("jobs") => Some("ideogram generate 'a fox' --detach"),
            _ => None,
        };
        if let Some(before) = before {
            let made = shell(&place, &service, before).output().unwrap();
            assert!(made.status.success(), "{made:?}");
        }
        for line in lines {
            assert!(line.contains("ideogram"), "{command}: {line}");
            if let Some((_, made)) = line.split_once(" -o ") {
                // It is made anew by each of them.
                let _ = std::fs::remove_file(place.work().join(made.split(' ').next().unwrap_or_default()));
            }
            let mut shell = shell(&place, &service, &line);
            if line.starts_with("ideogram sandbox") {
                // It serves until it is stopped.
                let mut child = shell.spawn().unwrap();
                let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
                assert!(first.contains("IDEOGRAM_BASE_URL="), "{line}: {first}");
                child.kill().unwrap();
                child.wait().unwrap();
                continue;
            }
            let run = Run::of(shell.output().unwrap());
            assert_eq!(run.code, Some(0), "{command}: {line}: {run:?}");
        }
    }
    service.end();
}

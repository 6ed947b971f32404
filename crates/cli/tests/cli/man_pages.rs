//! The man pages: one a command, each with its sections, none with a fault that mandoc sees.

use crate::support::Place;
use std::process::Command;

#[test]
fn there_is_a_page_of_every_command_and_mandoc_finds_no_fault_in_it() {
    let place = Place::new();
    let run = place.run(["man", "--out", "pages"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let pages: Vec<&str> = run.text().lines().collect();
    let mut open = vec![("ideogram".to_owned(), ideogram_cli::command())];
    while let Some((name, command)) = open.pop() {
        assert!(pages.contains(&format!("pages/{name}.1").as_str()), "{name}: {pages:?}");
        open.extend(command.get_subcommands().map(|inner| (format!("{name}-{}", inner.get_name()), inner.clone())));
    }
    for page in pages {
        let text = std::fs::read_to_string(place.work().join(page)).unwrap();
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "ENVIRONMENT", "EXIT STATUS", "FILES"] {
            let heading = |line: &str| line.trim_start_matches(".SH ").trim_matches('"') == section;
            assert!(text.lines().any(|line| line.starts_with(".SH ") && heading(line)), "{page} has no {section}");
        }
        let linted = Command::new("mandoc").args(["-Tlint", "-Wstyle", page]).current_dir(place.work()).output();
        let linted = linted.unwrap_or_else(|error| {
            panic!("`mandoc` does not start ({error}); this test needs it: apt-get install mandoc")
        });
        let said = String::from_utf8_lossy(&linted.stdout).into_owned() + &String::from_utf8_lossy(&linted.stderr);
        assert!(linted.status.success() && said.is_empty(), "{said}");
    }
}

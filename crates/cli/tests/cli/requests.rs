//! `docs/REQUESTS.md` against the code: the same states, the same edges, and tests that exist.

use crate::support::of_workspace;
use ideogram_cli::ledger::{Event, State};
use std::fs;
use std::path::{Path, PathBuf};

/// The rows of the table under a heading, each cell without its backticks.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading is there");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect())
        .collect()
}

fn page() -> Option<String> {
    of_workspace("docs/REQUESTS.md").map(|page| fs::read_to_string(page).expect("the page is there"))
}

fn sources(folder: PathBuf, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            sources(entry, text);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(entry).expect("a source"));
        }
    }
}

#[test]
fn the_page_has_every_state_and_no_other() {
    let Some(page) = page() else { return };
    let listed: Vec<String> = table(&page, "States").into_iter().map(|row| row[0].clone()).collect();
    let states: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
    assert_eq!(listed, states);
    let said: Vec<String> = table(&page, "States").into_iter().map(|row| row[3].clone()).collect();
    for state in ideogram_client::RequestState::ALL {
        assert!(said.contains(&state.as_str().to_owned()), "{}", state.as_str());
    }
}

#[test]
fn the_page_has_every_edge_and_no_other() {
    let Some(page) = page() else { return };
    let mut listed: Vec<[String; 3]> =
        table(&page, "Edges").into_iter().map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]).collect();
    let mut edges: Vec<[String; 3]> = State::ALL
        .iter()
        .flat_map(|from| Event::ALL.iter().filter_map(|event| Some((*from, *event, from.after(*event)?))))
        .map(|(from, event, to)| [from.as_str(), event.as_str(), to.as_str()].map(str::to_owned))
        .collect();
    listed.sort();
    edges.sort();
    assert_eq!(listed, edges);
}

#[test]
fn every_test_that_the_page_names_exists() {
    let Some(page) = page() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for folder in ["src", "tests", "../client/tests"] {
        sources(root.join(folder), &mut text);
    }
    for row in table(&page, "Edges") {
        for name in row[3].split(", ").map(|name| name.trim_matches('`')) {
            let before = text.split_once(&format!("fn {name}()")).map(|(before, _)| before.trim_end_matches("async "));
            let attribute = before.and_then(|before| before.trim_end().lines().last()).unwrap_or_default();
            assert!(
                attribute.starts_with("#[test]") || attribute.starts_with("#[tokio::test"),
                "there is no test `{name}`"
            );
        }
    }
}

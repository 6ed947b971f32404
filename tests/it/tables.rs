//! Tables of the documents that list what the code has: nothing may be missing from them, and nothing may be too much.

use ideogram_sandbox::{HANG, TRIGGERS};
use ideogram_tests::root;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The libraries that the manifest of a crate names: the keys of its tables of dependencies, without the workspace's own.
fn libraries(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_table = false;
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            is_table = header.trim_end_matches(']').ends_with("dependencies");
        } else if is_table && let Some((key, _)) = line.split_once('=') {
            let name = key.trim().trim_end_matches(".workspace");
            if !name.starts_with("ideogram-") && name != "xtask" && !name.starts_with('#') {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

/// What stands in backticks in the first column of the tables of a text.
fn first_column(text: &str) -> BTreeSet<String> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

#[test]
fn every_library_of_the_workspace_has_its_reason() {
    let folders = ["crates/schema", "crates/client", "crates/sandbox", "crates/cli", "xtask", "tests"];
    let folders = folders.into_iter().chain(["tests/from-document", "tests/fuzz"]);
    let used: BTreeSet<String> = folders.flat_map(|folder| libraries(&page(&format!("{folder}/Cargo.toml")))).collect();
    assert!(used.len() > 60, "all manifests are read: {used:?}");
    let text = page("docs/DEPENDENCIES.md");
    let listed = first_column(text.split_once("## Libraries").unwrap().1);
    let missing: Vec<_> = used.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&used).collect();
    assert!(missing.is_empty() && gone.is_empty(), "docs/DEPENDENCIES.md lacks {missing:?} and has {gone:?} too much");
}

#[test]
fn every_word_that_makes_the_sandbox_fail_is_on_its_page() {
    let text = page("docs/SANDBOX.md");
    let section = text.split_once("## Prompts that fail").unwrap().1.split_once("\n## ").unwrap().0;
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = TRIGGERS
        .iter()
        .map(|trigger| format!("| `{}` | {} | {} |", trigger.prompt(), trigger.status, trigger.message))
        .collect();
    assert_eq!(rows, expected);
    assert!(section.contains(&format!("`{HANG}`")));
}

/// The Rust sources below a folder, one after the other.
fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| match path.extension() {
        _ if path.is_dir() => sources(&path),
        Some(end) if end == "rs" => fs::read_to_string(path).unwrap(),
        _ => String::new(),
    });
    texts.collect()
}

#[test]
fn every_invariant_says_what_holds_it_and_the_tests_it_names_exist() {
    let text = page("ARCHITECTURE.md");
    // A paragraph, or an item of a list; lines are broken anywhere.
    let parts = text.replace("\n- ", "\n\n- ");
    let parts = parts.split("\n\n").map(|part| part.replace('\n', " "));
    let invariants: Vec<String> = parts.filter(|part| part.contains("**Invariant: ")).collect();
    assert!(invariants.len() > 40, "all are read: {}", invariants.len());
    let silent: Vec<_> = invariants.iter().filter(|part| !part.contains("Held by")).collect();
    assert!(silent.is_empty(), "nothing is said to hold these: {silent:#?}");

    let code = ["crates", "xtask", "tests"].map(|folder| sources(&root().join(folder))).concat();
    let names = text.split('`').skip(1).step_by(2).filter(|name| name.matches('_').count() > 2);
    let gone: Vec<_> = names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md names tests that are not there: {gone:?}");
}

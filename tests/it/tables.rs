//! Tables of the documents that list what the code has: nothing may be missing from them, and nothing may be too much.

use ideogram_sandbox::{HANG, TRIGGERS};
use ideogram_tests::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages of the workspace: their folders, and what documents call them.
const PACKAGES: [(&str, &str); 8] = [
    ("crates/schema", "schema"),
    ("crates/client", "client"),
    ("crates/sandbox", "sandbox"),
    ("crates/cli", "cli"),
    ("xtask", "xtask"),
    ("tests", TESTS),
    ("tests/from-document", TESTS),
    ("tests/fuzz", TESTS),
];
/// What documents call a user that is a test.
const TESTS: &str = "tests";

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The libraries that a manifest names, without the workspace's own, and whether for tests only.
fn libraries(manifest: &toml::Table) -> Vec<(String, bool)> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table()).chain([manifest]);
    let kinds = [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];
    let named = tables.flat_map(|table| kinds.map(|(kind, tests)| (table.get(kind), tests)));
    let named = named.filter_map(|(named, tests)| Some((named?.as_table()?, tests)));
    let keys = named.flat_map(|(named, tests)| named.keys().map(move |key| (key.clone(), tests)));
    keys.filter(|(key, _)| !key.starts_with("ideogram-") && key != "xtask").collect()
}

/// Each library of the workspace, and who uses it: tests only where nobody else does.
fn users() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (folder, name) in PACKAGES {
        let manifest: toml::Table = page(&format!("{folder}/Cargo.toml")).parse().unwrap();
        for (library, is_for_tests) in libraries(&manifest) {
            users.entry(library).or_default().insert(if is_for_tests { TESTS } else { name });
        }
    }
    for users in users.values_mut().filter(|users| users.len() > 1) {
        users.remove(TESTS);
    }
    users
}

/// The rows of the tables in a text: their cells.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix('|'));
    lines.map(|line| line.split(" |").map(str::trim).collect()).collect()
}

/// What stands in backticks.
fn ticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_library_of_the_workspace_has_its_reason_and_says_who_uses_it() {
    let users = users();
    assert!(users.len() > 60, "all manifests are read: {users:?}");
    let text = page("docs/DEPENDENCIES.md");
    let mut listed = BTreeMap::new();
    for row in rows(text.split_once("## Libraries").unwrap().1) {
        // What stands in brackets is about the user before them.
        let names = row[1].split(", ").map(|user| user.split(" (").next().unwrap().to_owned());
        let names: BTreeSet<String> = names.collect();
        for library in ticked(row[0]) {
            assert!(listed.insert(library.to_owned(), names.clone()).is_none(), "`{library}` has two rows");
        }
    }
    let users: BTreeMap<String, BTreeSet<String>> =
        users.into_iter().map(|(library, users)| (library, users.into_iter().map(str::to_owned).collect())).collect();
    let is_in = |library: &&String, other: &BTreeMap<String, BTreeSet<String>>| other.contains_key(*library);
    let missing: Vec<_> = users.keys().filter(|library| !is_in(library, &listed)).collect();
    let gone: Vec<_> = listed.keys().filter(|library| !is_in(library, &users)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "docs/DEPENDENCIES.md lacks {missing:?} and has {gone:?} too much");
    let wrong: Vec<_> = users.iter().filter(|(library, users)| listed[*library] != **users).collect();
    assert!(
        wrong.is_empty(),
        "docs/DEPENDENCIES.md says other users of these, which each belong in a row of its own: {wrong:#?}"
    );
}

/// How far a count may be from what its document says, in percent of it: small changes need no other edit.
const TOLERANCE: usize = 5;

fn is_near(stated: usize, counted: usize) -> bool {
    stated.abs_diff(counted) * 100 <= counted * TOLERANCE
}

/// `**1,109**` and `58` as numbers.
fn number(text: &str) -> Option<usize> {
    text.replace(['*', ','], "").parse().ok()
}

/// A number as documents write it, in the form that another one has.
fn like(text: &str, number: usize) -> String {
    let digits = if number < 1000 { number.to_string() } else { format!("{},{:03}", number / 1000, number % 1000) };
    if text.starts_with("**") { format!("**{digits}**") } else { digits }
}

/// A row as it must be.
fn mended(cells: &[&str], place: usize, counted: usize) -> String {
    let mut cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
    cells[place] = like(&cells[place], counted);
    let cells = cells.iter().map(|cell| if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") });
    format!("|{}", cells.collect::<String>())
}

fn check_counts(page: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{page}: these rows are not what is counted; they must be\n{}", wrong.join("\n"));
}

/// The files that a cell names: a file alone is in the folder of the one before it, or above.
fn files(cell: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for name in ticked(cell) {
        let before = found.last().cloned().unwrap_or_default();
        let places = before.ancestors().skip(1).map(|folder| folder.join(name)).chain([root().join(name)]);
        let place = places.filter(|place| place.starts_with(root())).find(|place| place.exists());
        found.push(place.unwrap_or_else(|| panic!("`{name}` does not exist")));
    }
    found
}

/// The lines of a file, or of all Rust files below a folder, that are no comments.
fn lines(path: &Path) -> usize {
    let text = if path.is_dir() { sources(path) } else { fs::read_to_string(path).unwrap() };
    text.lines().filter(|line| !line.trim_start_matches(' ').starts_with("//")).count()
}

#[test]
fn what_is_written_by_hand_has_as_many_lines_as_its_row_says() {
    let text = page("docs/DEPENDENCIES.md");
    let text = text.split_once("## Written by hand").unwrap().1.split_once("\n## ").unwrap().0;
    let rows: Vec<_> = rows(text).into_iter().filter(|row| row[2] != "lines").collect();
    assert!(rows.len() > 20, "all are read: {}", rows.len());
    let counted = rows.iter().map(|row| (row, files(row[1]).iter().map(|file| lines(file)).sum::<usize>()));
    let wrong: Vec<String> = counted
        .filter(|(row, counted)| !is_near(number(row[2]).unwrap(), *counted))
        .map(|(row, counted)| mended(row, 2, counted))
        .collect();
    check_counts("docs/DEPENDENCIES.md", &wrong);
}

/// The lines of code of each folder, as the command of the page counts them.
fn weights(section: &str) -> BTreeMap<String, usize> {
    let command = section.split_once("```console\n").unwrap().1.split_once("```").unwrap().0;
    let output = Command::new("sh").args(["-c", command]).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let counted = text.lines().map(|line| {
        let [krate, folder, count] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (format!("{krate}/src/{}", folder.trim_end_matches('/')), count.parse().unwrap())
    });
    counted.collect()
}

#[test]
fn the_weight_of_every_folder_is_what_its_command_counts() {
    let text = page("ARCHITECTURE.md");
    let section = text.split_once("\n## Weight\n").unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    let weights = weights(section);
    assert!(weights.len() > 40, "{weights:?}");
    let (mut wrong, mut listed, mut whole, mut crates) = (Vec::new(), BTreeSet::new(), String::new(), BTreeSet::new());
    for row in rows(section).into_iter().filter(|row| row[0] != "Folder") {
        let names: Vec<&str> = ticked(row[0]).collect();
        let counted = if row[0].starts_with("**") {
            whole = names[0].to_owned();
            crates.insert(whole.clone());
            weights.iter().filter(|(folder, _)| folder.starts_with(&format!("{whole}/"))).map(|(_, count)| count).sum()
        } else {
            let folders: Vec<String> = names.iter().map(|name| format!("{whole}/{name}")).collect();
            let counted = folders.iter().filter_map(|folder| weights.get(folder)).sum();
            listed.extend(folders);
            counted
        };
        if !is_near(number(row[1]).unwrap(), counted) {
            wrong.push(mended(&row, 1, counted));
        }
    }
    check_counts("ARCHITECTURE.md", &wrong);
    let is_split = |krate: &str| listed.iter().any(|folder| folder.starts_with(&format!("{krate}/")));
    let krate = |folder: &str| format!("{}/src", folder.split_once("/src/").unwrap().0);
    let missing: Vec<_> = weights
        .keys()
        .filter(|folder| !crates.contains(&krate(folder)) || (is_split(&krate(folder)) && !listed.contains(*folder)))
        .collect();
    let gone: Vec<_> = listed.iter().filter(|folder| !weights.contains_key(*folder)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "ARCHITECTURE.md lacks {missing:?} and has {gone:?} too much");
}

#[test]
fn a_row_that_must_be_another_is_printed_as_it_must_be() {
    assert!(is_near(100, 100) && is_near(95, 100) && is_near(105, 100) && !is_near(94, 100) && !is_near(106, 100));
    assert_eq!(mended(&["`a`", "58", "why"], 1, 1234), "| `a` | 1,234 | why |");
    assert_eq!(mended(&["**`a`**", "**1,109**", ""], 1, 12_005), "| **`a`** | **12,005** | |");
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

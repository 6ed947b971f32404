//! Every code block of the documents is run by a test, or stands here with the reason why none runs it; and every `cargo`
//! command that a document names exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Blocks of code: page, language, how many, and what runs them or why nothing does.
const BLOCKS: &[(&str, &str, usize, &str)] = &[
    ("ARCHITECTURE.md", "", 2, "drawings of folders"),
    ("ARCHITECTURE.md", "console", 1, "counts lines; its result has a date"),
    ("ARCHITECTURE.md", "mermaid", 4, "drawings"),
    ("CONTRIBUTING.md", "console", 2, "looked up below; `.ci/run` runs the first"),
    (
        "README.md",
        "console",
        6,
        "tests/cli/readme.rs types the first and the lines of `ideogram`; the others are looked up below",
    ),
    (
        "README.md",
        "rust,no_run",
        1,
        "compiled as a doctest of `ideogram-tests`; the client's README has it with a path of its own, and runs",
    ),
    ("README.md", "text", 1, "what a terminal shows; the request id differs each time"),
    ("README.md", "toml", 1, "a part of a program's own Cargo.toml"),
    ("crates/cli/README.md", "console", 1, "installs from the clone; its second line is the README's"),
    ("crates/client/README.md", "rust", 2, "doctests of the crate"),
    ("crates/client/README.md", "rust,no_run", 1, "compiled as a doctest of the crate; it needs a key"),
    ("crates/client/README.md", "toml", 2, "parts of a program's own Cargo.toml"),
    ("crates/sandbox/README.md", "rust", 1, "a doctest of the crate"),
    ("crates/sandbox/README.md", "toml", 1, "a part of a program's own Cargo.toml"),
    ("crates/schema/README.md", "rust", 1, "a doctest of the crate"),
    (
        "docs/BATCH.md",
        "console",
        6,
        "tests/cli/documents.rs runs the first; in the second, the fourth and the fifth the seeds differ each time; the third starts a sandbox; the last needs two machines",
    ),
    ("docs/BATCH.md", "csv", 1, "tests/cli/documents.rs checks it with `--dry-run`"),
    ("docs/BATCH.md", "text", 1, "the line of a terminal, while it changes"),
    ("docs/JSON.md", "json", 2, "made of the types whose schema tests/cli/schemas.rs compares; one is shortened"),
    ("docs/MCP.md", "json", 2, "a client's settings; an answer, shortened, of which tests/cli/mcp.rs has whole ones"),
    ("docs/SANDBOX.md", "console", 1, "tests/cli/sandbox.rs reads the same lines"),
    ("docs/SANDBOX.md", "toml", 1, "tests/server/faults.rs of the sandbox parses it"),
    (
        "openapi/README.md",
        "console",
        6,
        "runs against a server with a changed description; the commands are looked up below",
    ),
];

/// Commands that nobody can look up in this workspace: their beginning, and why.
const OTHERS: &[(&str, &str)] = &[
    ("cargo test --workspace", "the whole"),
    ("cargo test", "the whole"),
    ("cargo clippy --workspace", "`.ci/run` has it"),
    ("cargo fmt --all", "`.ci/run` has it, with `--check`"),
    ("cargo run --bin ideogram", "the README's first command, which tests/cli/readme.rs has without cargo"),
    ("cargo doc", "builds the documentation, which `.ci/run` does as well"),
    ("cargo install", "installs"),
    ("cargo tree -p", "counts packages"),
    ("cargo update --workspace", "a step of a release"),
    ("cargo package", "a step of a release"),
    ("cargo publish", "a step of a release: it publishes"),
    ("cargo semver-checks", "another program, a step of a release"),
    ("cargo insta", "another program"),
    ("cargo mutants", "another program"),
    ("cargo deny", "another program, whose file is read"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every document: its path from the root, and its text.
fn pages() -> BTreeMap<String, String> {
    let folders = ["", "docs", "openapi", "crates/cli", "crates/client", "crates/sandbox", "crates/schema"];
    let folders = folders.into_iter().chain(["tests/conformance", "tests/fuzz"]);
    let files = folders.filter_map(|folder| fs::read_dir(root().join(folder)).ok()).flatten();
    let pages = files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    pages.map(|path: PathBuf| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
}

/// The blocks of a page, each with its language.
fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) if !open => blocks.push((language.trim(), Vec::new())),
            None if open => blocks.last_mut().unwrap().1.push(line),
            _ => {}
        }
        open ^= line.trim_start().starts_with("```");
    }
    blocks
}

/// The `cargo` commands of a page: in its blocks for a shell, and in backticks.
fn commands(page: &str) -> Vec<String> {
    let shell = blocks(page).into_iter().filter(|(language, _)| *language == "console").flat_map(|(_, lines)| lines);
    let lines = shell.flat_map(|line| line.trim_start_matches("$ ").split(" && "));
    let mut prose = String::new();
    let mut open = false;
    for line in page.lines() {
        open ^= line.starts_with("```");
        // A command may be broken over two lines.
        prose += if open || line.starts_with("```") { "``" } else { line.trim_start() };
        prose.push(' ');
    }
    let ticked = prose.split('`').map(|text| text.trim_start_matches("time "));
    let found = lines.chain(ticked).map(str::trim).filter(|text| text.starts_with("cargo "));
    found.map(|text| text.split([',', '|', '\\']).next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn every_block_of_every_document_is_run_or_says_why_not() {
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (page, text) in pages() {
        for (language, _) in blocks(&text) {
            *found.entry((page.clone(), language.to_owned())).or_default() += 1;
        }
    }
    let listed: BTreeMap<(String, String), usize> = BLOCKS
        .iter()
        .map(|(page, language, count, _)| (((*page).to_owned(), (*language).to_owned()), *count))
        .collect();
    assert_eq!(found, listed, "a new block needs a test that runs it, or a reason");
}

/// The texts of a test target: one file, or a folder of them.
fn target(folder: &Path, name: &str) -> String {
    let places = [folder.join("tests").join(name), folder.join(name)];
    let files = places.iter().filter_map(|place| fs::read_dir(place).ok()).flatten().map(|entry| entry.unwrap().path());
    let files = files.chain([folder.join("tests").join(format!("{name}.rs"))]);
    files.filter_map(|file| fs::read_to_string(file).ok()).collect()
}

/// The texts of all files below a folder.
fn below(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { below(&path) } else { fs::read_to_string(path).unwrap_or_default() })
        .collect()
}

/// The names of the functions of a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next())
}

/// What is wrong with a command that a page names: a task of xtask's, or a test by package, target and name.
fn problem(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["cargo", "xtask"] => None,
        ["cargo", "xtask", task, words @ ..] => {
            let Ok(text) = fs::read_to_string(root().join(format!("xtask/src/commands/{task}.rs"))) else {
                return Some(format!("`{command}`: there is no such task"));
            };
            let mut flags = words.iter().filter_map(|word| word.strip_prefix("--"));
            let missing = flags.find(|flag| !text.contains(&format!("pub {}: ", flag.replace('-', "_"))));
            missing.map(|flag| format!("`{command}`: there is no flag `--{flag}`"))
        }
        ["cargo", "test", "-p", package, "--lib", test] => {
            let folder = package.strip_prefix("ideogram-").unwrap_or(package);
            let sources = below(&root().join("crates").join(folder).join("src"));
            (!sources.contains(&format!("fn {test}("))).then(|| format!("`{command}`: there is no test `{test}`"))
        }
        ["cargo", "test", "-p", package, "--test", name, tests @ ..] => {
            let folder = package.strip_prefix("ideogram-").unwrap_or(package);
            let folder = if folder == "tests" { root().join(folder) } else { root().join("crates").join(folder) };
            let text = target(&folder, name);
            // A module of the target, or a part of a test's name, which is what `cargo test` takes.
            let is_there = |test: &str| {
                names(&text).any(|name| name.contains(test))
                    || ["it", "tests/cli"].iter().any(|place| folder.join(place).join(format!("{test}.rs")).exists())
            };
            let missing = tests.iter().take_while(|test| **test != "--").find(|test| !is_there(test));
            let why = if text.is_empty() { Some("there is no such target".to_owned()) } else { None };
            why.or_else(|| missing.map(|test| format!("there is no test `{test}`")))
                .map(|why| format!("`{command}`: {why}"))
        }
        ["cargo", "test", "--workspace", "--test", rest @ ..] => {
            let packages = ["cli", "client", "sandbox", "schema", "tests"];
            let of = |package| format!("cargo test -p ideogram-{package} --test {}", rest.join(" "));
            let is_missing = packages.into_iter().all(|package| problem(&of(package)).is_some());
            is_missing.then(|| format!("`{command}`: no package has such a test"))
        }
        _ if OTHERS.iter().any(|(known, _)| command == *known || command.starts_with(&format!("{known} "))) => None,
        _ => Some(format!("`{command}`: not a command that can be looked up")),
    }
}

#[test]
fn every_cargo_command_that_a_document_names_exists() {
    let pages = pages();
    let of = |page: &str| commands(&pages[page]).len();
    assert!(of("docs/RELIABILITY.md") > 20 && of("openapi/README.md") > 5 && of("CONTRIBUTING.md") > 5, "all are read");
    // The log of what changed names what was there then.
    let today = pages.iter().filter(|(page, _)| *page != "CHANGELOG.md");
    let problems: Vec<String> = today
        .flat_map(|(page, text)| {
            commands(text).into_iter().filter_map(move |command| Some(format!("{page}: {}", problem(&command)?)))
        })
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_command_that_does_not_exist_is_found_out() {
    for command in [
        "cargo xtask nothing",
        "cargo xtask crash --nothing",
        "cargo test -p ideogram-cli --lib nothing",
        "cargo test -p ideogram-client --test nothing",
        "cargo test -p ideogram-client --test money nothing",
        "cargo test --workspace --test nothing",
        "cargo test --workspace --test money nothing",
        "cargo nothing",
    ] {
        assert!(problem(command).is_some(), "{command}");
    }
}

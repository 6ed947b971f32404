//! Every code block of the documents is run by a test, or stands here with the reason why none runs it; and every command that
//! a document names exists, or stands here as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Blocks of code: page, language, how many, and what runs them or why nothing does.
const BLOCKS: &[(&str, &str, usize, &str)] = &[
    ("ARCHITECTURE.md", "", 2, "drawings of folders"),
    ("ARCHITECTURE.md", "console", 1, "tests/it/tables.rs runs it"),
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
    ("cargo build -p", "is timed"),
    ("cargo tree -p", "counts packages"),
    ("cargo update --workspace", "a step of a release"),
    ("cargo package", "a step of a release"),
    ("cargo publish", "a step of a release: it publishes"),
    ("cargo semver-checks", "another program, a step of a release"),
    ("cargo insta", "another program"),
    ("cargo mutants", "another program"),
    ("apt-get install", "installs what the sentence names"),
    ("rustup target add", "installs; a step of a release"),
    ("git diff", "shows what the reader has changed"),
    ("git grep", "searches for what the reader has in mind"),
    ("git log", "shows messages"),
    ("git ls-files", "tests/it/tables.rs runs it"),
    ("grep -vc", "what tests/it/tables.rs counts"),
    ("curl", "another program, at an address that is not this machine's, or at one that the reader has"),
    ("export", "a setting for the commands below it, which the sandbox prints"),
    ("printf", "makes the file that the command below it reads"),
    ("split", "another program, for two machines"),
    ("fonttools", "another program, by which the typefaces were made"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every document: its path from the root, and its text.
fn pages() -> BTreeMap<String, String> {
    let folders = ["", "docs", "openapi", "crates/cli", "crates/client", "crates/sandbox", "crates/schema"];
    let folders = folders.into_iter().chain(["tests/conformance", "tests/fuzz", "crates/sandbox/assets/fonts"]);
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

/// A command without the settings before it, such as `INSTA_UPDATE=always`.
fn bare(text: &str) -> &str {
    let is_name = |name: &str| name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
    match text.split_once(' ') {
        Some((word, rest)) if word.split_once('=').is_some_and(|(name, _)| is_name(name)) => bare(rest.trim_start()),
        _ => text.strip_prefix("time ").unwrap_or(text),
    }
}

/// Whether a text is a command: it begins with a script of this workspace, or with a program that is known here.
fn is_command(text: &str) -> bool {
    let (program, arguments) = text.split_once(' ').unwrap_or((text, ""));
    let is_known = OTHERS.iter().any(|(known, _)| known.split(' ').next() == Some(program));
    [".ci/", ".github/"].iter().any(|folder| program.starts_with(folder)) || (is_known && !arguments.is_empty())
}

/// What is typed in a block for a shell: its lines after a prompt, or all where there is none. Those of `ideogram`, on this machine
/// and others, are the command line's to look up (its tests/cli/documents.rs).
fn typed<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let prompted: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("$ ")).collect();
    let is_typed = |line: &str| !line.is_empty() && !line.starts_with([' ', '#']);
    let all =
        if prompted.is_empty() { lines.iter().copied().filter(|line| is_typed(line)).collect() } else { prompted };
    let typed = all.into_iter().flat_map(|line| line.split(" && "));
    typed.filter(|line| !["ideogram ", "ssh "].iter().any(|known| line.starts_with(known))).collect()
}

/// The commands of a page: in its blocks for a shell, and in backticks.
fn commands(page: &str) -> Vec<String> {
    let shell = blocks(page).into_iter().filter(|(language, _)| *language == "console");
    let lines: Vec<&str> = shell.flat_map(|(_, lines)| typed(&lines)).collect();
    let mut prose = String::new();
    let mut open = false;
    for line in page.lines() {
        open ^= line.starts_with("```");
        // A command may be broken over two lines.
        prose += if open || line.starts_with("```") { "``" } else { line.trim_start() };
        prose.push(' ');
    }
    let ticked = prose.split('`').map(str::trim).filter(|text| is_command(bare(text)));
    let found = lines.into_iter().chain(ticked).map(bare);
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

/// The packages with targets of tests.
const PACKAGES: [&str; 5] =
    ["ideogram-cli", "ideogram-client", "ideogram-sandbox", "ideogram-schema", "ideogram-tests"];

fn folder(package: &str) -> PathBuf {
    let folder = package.strip_prefix("ideogram-").unwrap_or(package);
    if folder == "tests" { root().join(folder) } else { root().join("crates").join(folder) }
}

/// Where the modules of a target stand that has several.
fn modules(package: &str, name: &str) -> Option<PathBuf> {
    let places = [folder(package).join("tests").join(name), folder(package).join(name)];
    places.into_iter().find(|place| place.join("main.rs").exists())
}

/// Why a target, or a test in it, does not exist.
fn no_such_test(package: &str, name: &str, tests: &[&str]) -> Option<String> {
    let text = target(&folder(package), name);
    // A module of the target, or a part of a test's name, which is what `cargo test` takes.
    let is_there = |test: &str| {
        names(&text).any(|name| name.contains(test))
            || modules(package, name).is_some_and(|place| place.join(format!("{test}.rs")).exists())
    };
    if text.is_empty() {
        return Some("there is no such target".to_owned());
    }
    let missing = tests.iter().take_while(|test| **test != "--").find(|test| !is_there(test));
    missing.map(|test| format!("there is no test `{test}`"))
}

/// The features that an attribute `cfg` asks for.
fn features(attribute: &str) -> impl Iterator<Item = &str> {
    attribute.split("feature = \"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// Which feature a package does not have by default without which a target is not built, or the module that is asked for not in it.
fn lacking_feature(package: &str, name: &str, tests: &[&str]) -> Option<String> {
    let manifest: toml::Table = fs::read_to_string(folder(package).join("Cargo.toml")).unwrap().parse().unwrap();
    let list = |value: Option<&toml::Value>| -> Vec<String> {
        value
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|item| Some(item.as_str()?.to_owned()))
            .collect()
    };
    let mut defaults = vec!["default".to_owned()];
    let mut at = 0;
    while let Some(feature) = defaults.get(at).cloned() {
        defaults.extend(list(manifest.get("features").and_then(|features| features.get(&feature))));
        at += 1;
    }
    let targets = manifest.get("test").and_then(toml::Value::as_array).into_iter().flatten();
    let listed = targets.filter(|target| target.get("name").and_then(toml::Value::as_str) == Some(name));
    let mut needed: Vec<String> = listed.flat_map(|target| list(target.get("required-features"))).collect();
    let single = folder(package).join("tests").join(name).with_extension("rs");
    let place = modules(package, name);
    let main = place.as_ref().map_or(single, |place| place.join("main.rs"));
    let main = fs::read_to_string(main).unwrap_or_default();
    for line in main.lines().filter(|line| line.starts_with("#![cfg(")) {
        needed.extend(features(line).map(str::to_owned));
    }
    // What is before a module, and the module's name.
    let gated = main.split("#[cfg(").skip(1).filter_map(|rest| rest.split_once(")]\nmod "));
    for (attribute, rest) in gated {
        let module = rest.split(';').next().unwrap_or_default();
        let text = place.as_ref().and_then(|place| fs::read_to_string(place.join(format!("{module}.rs"))).ok());
        let has = |test: &&str| {
            **test == *module || text.as_deref().is_some_and(|text| names(text).any(|name| name.contains(*test)))
        };
        if tests.iter().any(has) {
            needed.extend(features(attribute).map(str::to_owned));
        }
    }
    let lacking = needed.into_iter().find(|feature| !defaults.contains(feature));
    lacking.map(|feature| format!("it needs the feature `{feature}`"))
}

/// Whether a command is a known one, with further words or without.
fn begins(command: &str, known: &str) -> bool {
    command.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
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
        ["cargo", "run", "--example", name, ..] => {
            let file = format!("examples/{name}.rs");
            let is_there = PACKAGES.iter().any(|package| folder(package).join(&file).exists());
            (!is_there).then(|| format!("`{command}`: there is no such example"))
        }
        ["cargo", "test", "-p", package, "--lib", test] => {
            let folder = package.strip_prefix("ideogram-").unwrap_or(package);
            let sources = below(&root().join("crates").join(folder).join("src"));
            (!sources.contains(&format!("fn {test}("))).then(|| format!("`{command}`: there is no test `{test}`"))
        }
        ["cargo", "test", "-p", package, "--test", name, tests @ ..] => {
            let why = no_such_test(package, name, tests).or_else(|| lacking_feature(package, name, tests));
            why.map(|why| format!("`{command}`: {why}"))
        }
        ["cargo", "test", "--workspace", "--test", name, tests @ ..] => {
            let is_missing = PACKAGES.iter().all(|package| no_such_test(package, name, tests).is_some());
            is_missing.then(|| format!("`{command}`: no package has such a test"))
        }
        [script, arguments @ ..] if script.starts_with('.') => {
            let Ok(text) = fs::read_to_string(root().join(script)) else {
                return Some(format!("`{command}`: there is no such file"));
            };
            let missing = arguments.iter().find(|word| word.starts_with("--") && !text.contains(*word));
            missing.map(|flag| format!("`{command}`: there is no flag `{flag}`"))
        }
        _ if OTHERS.iter().any(|(known, _)| begins(command, known)) => None,
        _ => Some(format!("`{command}`: not a command that can be looked up")),
    }
}

#[test]
fn every_command_that_a_document_names_exists_or_is_on_the_list() {
    let pages = pages();
    let of = |page: &str| commands(&pages[page]).len();
    assert!(of("docs/RELIABILITY.md") > 20 && of("openapi/README.md") > 5 && of("CONTRIBUTING.md") > 5, "all are read");
    // The log of what changed names what was there then.
    let today = || pages.iter().filter(|(page, _)| *page != "CHANGELOG.md");
    let problems: Vec<String> = today()
        .flat_map(|(page, text)| {
            commands(text).into_iter().filter_map(move |command| Some(format!("{page}: {}", problem(&command)?)))
        })
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let all: Vec<String> = today().flat_map(|(_, text)| commands(text)).collect();
    let unused: Vec<_> = OTHERS.iter().filter(|(known, _)| !all.iter().any(|command| begins(command, known))).collect();
    assert!(unused.is_empty(), "no document names these any more: {unused:#?}");
}

#[test]
fn a_command_that_does_not_exist_is_found_out() {
    for command in [
        "cargo xtask nothing",
        "cargo xtask crash --nothing",
        "cargo test -p ideogram-cli --lib nothing",
        "cargo test -p ideogram-client --test nothing",
        "cargo test -p ideogram-client --test client no_such_test",
        "cargo test --workspace --test nothing",
        "cargo test --workspace --test client no_such_test",
        "cargo nothing",
        "cargo run --example nothing",
        // Behind features that are no defaults: of the target, of a module, of the module that a test is in.
        "cargo test -p ideogram-client --test many",
        "cargo test -p ideogram-client --test client webhook",
        "cargo test -p ideogram-client --test client every_attempt_that_leaves_this_machine",
        "cargo test -p ideogram-sandbox --lib nothing",
        ".ci/nothing",
        ".ci/features --nothing",
        "git nothing",
    ] {
        assert!(problem(command).is_some(), "{command}");
    }
}

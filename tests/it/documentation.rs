//! The documentation's examples, which the table carries, decode and re-encode without a loss.
//! The commands that the page on reliability names exist.

use ideogram_schema::{ENDPOINTS, Edit, Endpoint, EndpointInfo, Generate, Remix};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// The example of a request: every field's example, or its default where it has none.
fn example_input(info: &EndpointInfo) -> Value {
    let fields = info.inputs.iter().filter_map(|field| {
        let text = field.examples.first().copied().or(field.default)?;
        Some((field.name.to_owned(), serde_json::from_str(text).unwrap()))
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

fn example_output(info: &EndpointInfo) -> Value {
    let fields =
        info.outputs.iter().map(|field| (field.name.to_owned(), serde_json::from_str(field.examples[0]).unwrap()));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn round_trips<E: Endpoint>() {
    let input = example_input(E::INFO);
    let typed: E::Input = serde_json::from_value(input.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), input, "{}", E::ID);
    let output = example_output(E::INFO);
    let typed: E::Output = serde_json::from_value(output.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), output, "{}", E::ID);
}

#[test]
fn the_examples_of_all_three_endpoints_survive_the_models() {
    round_trips::<Generate>();
    round_trips::<Remix>();
    round_trips::<Edit>();
    assert_eq!(ENDPOINTS.len(), 3, "a new endpoint's examples belong here too");
}

#[test]
fn the_examples_are_complete_requests() {
    insta::assert_json_snapshot!(ENDPOINTS.iter().map(|info| (info.id, example_input(info))).collect::<Vec<_>>());
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

/// What is wrong with a command that a page names: a task of xtask's, or a test by package, target and name.
fn problem(root: &Path, command: &str) -> Option<String> {
    let words: Vec<&str> = command.split(' ').collect();
    match words.as_slice() {
        ["cargo", "xtask", task, words @ ..] => {
            let Ok(text) = fs::read_to_string(root.join(format!("xtask/src/commands/{task}.rs"))) else {
                return Some(format!("`{command}`: there is no such task"));
            };
            let mut flags = words.iter().filter_map(|word| word.strip_prefix("--"));
            let missing = flags.find(|flag| !text.contains(&format!("pub {}: ", flag.replace('-', "_"))));
            missing.map(|flag| format!("`{command}`: there is no flag `--{flag}`"))
        }
        ["cargo", "test", "-p", package, "--lib", test] => {
            let folder = package.strip_prefix("ideogram-").unwrap_or(package);
            let sources = below(&root.join("crates").join(folder).join("src"));
            (!sources.contains(&format!("fn {test}("))).then(|| format!("`{command}`: there is no test `{test}`"))
        }
        ["cargo", "test", "-p", package, "--test", name, tests @ ..] => {
            let folder = package.strip_prefix("ideogram-").unwrap_or(package);
            let folder = if folder == "tests" { root.join(folder) } else { root.join("crates").join(folder) };
            let text = target(&folder, name);
            let missing = tests.iter().find(|test| !text.contains(&format!("fn {test}(")));
            let why = if text.is_empty() { Some("there is no such target".to_owned()) } else { None };
            why.or_else(|| missing.map(|test| format!("there is no test `{test}`")))
                .map(|why| format!("`{command}`: {why}"))
        }
        _ => Some(format!("`{command}`: not a command that can be looked up")),
    }
}

#[test]
fn every_command_that_the_page_on_reliability_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/RELIABILITY.md")).unwrap();
    let commands: Vec<&str> = page.split('`').filter(|text| text.starts_with("cargo ")).collect();
    assert!(!commands.is_empty(), "{commands:?}");
    let problems: Vec<String> = commands.iter().filter_map(|command| problem(root, command)).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn a_command_that_does_not_exist_is_found_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for command in [
        "cargo xtask nothing",
        "cargo xtask crash --nothing",
        "cargo test -p ideogram-cli --lib nothing",
        "cargo test -p ideogram-client --test nothing",
        "cargo test -p ideogram-client --test money nothing",
        "cargo test",
    ] {
        assert!(problem(root, command).is_some(), "{command}");
    }
}

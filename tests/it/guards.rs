//! Proof that the guards guard: a change to the description is noticed by one that does not read the header's hash.

use crate::description::root;
use crate::round_trip::canonical;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use xtask::write::Output;

/// Which guard notices a change.
#[derive(Debug, Default, PartialEq)]
struct Noticed {
    /// `codegen --check`, headers removed.
    check: bool,
    /// The schema derived from the Rust types.
    round_trip: bool,
    /// The snapshot of the generated surface.
    surface: bool,
}

/// What notices that `mutate` has changed these documents in a copy of what codegen reads.
fn with_change(files: &[&str], mutate: impl Fn(&mut Value)) -> Noticed {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("openapi"), &copy.path().join("openapi"));
    std::fs::copy(root().join("Cargo.lock"), copy.path().join("Cargo.lock")).unwrap();
    for file in files {
        let path = copy.path().join("openapi/upstream").join(file);
        let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        mutate(&mut document);
        std::fs::write(&path, document.to_string()).unwrap();
    }
    xtask::lock::accept(copy.path(), "2026-11-22").unwrap();
    noticed(&xtask::codegen::generate(&root()).unwrap(), &xtask::codegen::generate(copy.path()).unwrap())
}

fn noticed(before: &Output, after: &Output) -> Noticed {
    let run =
        |output: &Output| -> Value { serde_json::from_str(&output.files[Path::new("openapi/run.json")]).unwrap() };
    let derived = ideogram_schema::json_schemas();
    let schemas = run(after)["components"]["schemas"].clone();
    let round_trip = schemas
        .as_object()
        .unwrap()
        .iter()
        .any(|(name, schema)| derived.get(name).is_none_or(|derived| canonical(derived) != canonical(schema)));
    Noticed {
        check: without_headers(before) != without_headers(after),
        round_trip,
        surface: surface(before) != surface(after),
    }
}

/// The generated Rust, its header comments removed; the copies of the upstream documents are what was changed.
fn without_headers(output: &Output) -> BTreeMap<String, String> {
    let rust = output.files.iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|(path, text)| {
        let body: Vec<&str> = text.lines().skip_while(|line| line.starts_with("// ")).collect();
        (path.display().to_string(), body.join("\n"))
    })
    .collect()
}

fn surface(output: &Output) -> BTreeMap<String, String> {
    let sources = without_headers(output);
    sources.into_iter().map(|(path, text)| (path, xtask::surface::of_source(&text).unwrap())).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn input(document: &mut Value) -> &mut Value {
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    schemas.iter_mut().find(|(name, _)| name.ends_with("Input")).unwrap().1
}

const EVERY_GUARD: Noticed = Noticed { check: true, round_trip: true, surface: true };

#[test]
fn no_change_is_noticed_by_nothing() {
    assert_eq!(with_change(&["turbo.json"], |_| {}), Noticed::default());
}

#[test]
fn a_changed_enum_value_is_noticed_by_every_guard() {
    let noticed = with_change(&["turbo.json", "remix.json", "edit.json"], |document| {
        input(document)["properties"]["style"]["enum"][5] = json!("manga");
    });
    assert_eq!(noticed, EVERY_GUARD);
}

#[test]
fn a_changed_range_is_noticed_by_every_guard() {
    let noticed =
        with_change(&["remix.json"], |document| input(document)["properties"]["strength"]["minimum"] = json!(0.02));
    assert!(noticed.check && noticed.round_trip, "{noticed:?}");
}

#[test]
fn a_changed_required_flag_is_noticed_by_every_guard() {
    let noticed = with_change(&["edit.json"], |document| {
        input(document)["required"].as_array_mut().unwrap().push(json!("style"));
    });
    assert_eq!(noticed, EVERY_GUARD);
}

#[test]
fn an_added_field_is_noticed_by_every_guard() {
    let noticed = with_change(&["turbo.json"], |document| {
        let input = input(document);
        input["properties"]["num_images"] = json!({"type": "integer"});
        input["x-fal-order-properties"].as_array_mut().unwrap().push(json!("num_images"));
    });
    assert_eq!(noticed, EVERY_GUARD);
}

#[test]
fn a_changed_default_is_noticed_by_the_snapshots() {
    let noticed =
        with_change(&["remix.json"], |document| input(document)["properties"]["strength"]["default"] = json!(0.7));
    assert!(noticed.check && noticed.surface, "{noticed:?}");
}

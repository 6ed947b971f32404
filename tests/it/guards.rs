//! Proof that the guards guard: a change to the description is noticed by one that does not read the header's hash.

use crate::description::{files, generate};
use crate::round_trip::canonical;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use xtask::emit::write::Output;

/// Which guard notices a change.
#[derive(Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "one a guard")]
pub(crate) struct Noticed {
    /// `codegen --check`, headers removed.
    pub(crate) check: bool,
    /// The same, of Rust files only.
    pub(crate) rust: bool,
    /// The schema derived from the Rust types.
    pub(crate) round_trip: bool,
    /// The snapshot of the generated surface.
    pub(crate) surface: bool,
}

/// What notices that `mutate` has changed these documents in a copy of what codegen reads.
fn with_change(names: &[&str], mutate: impl Fn(&mut Value)) -> Noticed {
    let before = files();
    let mut after = before.clone();
    for name in names {
        let path = format!("openapi/upstream/{name}");
        let mut document = before.json(&path).unwrap();
        mutate(&mut document);
        after.insert(path, document.to_string());
    }
    noticed(&generate(&before).unwrap(), &generate(&after).unwrap())
}

pub(crate) fn noticed(before: &Output, after: &Output) -> Noticed {
    let derived = ideogram_schema::json_schemas();
    let documents = after.files.iter().filter(|(path, _)| path.parent() == Some(Path::new("openapi")));
    let round_trip = documents.into_iter().any(|(_, text)| {
        let document: Value = serde_json::from_str(text).unwrap();
        let differs = |(name, schema): (&String, &Value)| {
            derived.get(name).is_none_or(|derived| canonical(derived) != canonical(schema))
        };
        document["components"]["schemas"].as_object().unwrap().iter().any(differs)
    });
    let (before, after) = (without_headers(before), without_headers(after));
    let (rust_before, rust_after) = (rust(&before), rust(&after));
    let surface = surface(&rust_before) != surface(&rust_after);
    Noticed { check: before != after, rust: rust_before != rust_after, round_trip, surface }
}

type Texts = BTreeMap<String, String>;

/// The generated files, their header comments and the white space of JSON removed.
fn without_headers(output: &Output) -> Texts {
    let body = |text: &str| match serde_json::from_str::<Value>(text) {
        Ok(document) => document.to_string(),
        Err(_) => text.lines().skip_while(|line| line.starts_with("// ")).collect::<Vec<_>>().join("\n"),
    };
    output.files.iter().map(|(path, text)| (path.display().to_string(), body(text))).collect()
}

fn rust(texts: &Texts) -> Texts {
    texts
        .iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "rs"))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

fn surface(rust: &Texts) -> Texts {
    rust.iter().map(|(path, text)| (path.clone(), xtask::emit::surface::of_source(text).unwrap())).collect()
}

fn input(document: &mut Value) -> &mut Value {
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    schemas.iter_mut().find(|(name, _)| name.ends_with("Input")).unwrap().1
}

const EVERY_GUARD: Noticed = Noticed { check: true, rust: true, round_trip: true, surface: true };

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
    assert!(noticed.rust && noticed.round_trip, "{noticed:?}");
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
    assert!(noticed.rust && noticed.surface, "{noticed:?}");
}

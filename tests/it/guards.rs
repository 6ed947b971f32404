//! Proof that the guards guard: a change to the description is noticed by one that does not read the header's hash.

use crate::description::{files, generate};
use crate::round_trip::canonical;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    Guards::new(&generate(&before).unwrap()).notice(&generate(&after).unwrap())
}

/// What the guards know of the files before a change.
pub(crate) struct Guards {
    files: BTreeMap<PathBuf, File>,
    /// The schemas derived from the Rust types, in the form in which they are compared.
    derived: BTreeMap<String, Value>,
}

struct File {
    text: String,
    /// Without its header comments, or without the white space of JSON.
    body: String,
    /// The public surface of Rust code.
    surface: Option<String>,
}

impl File {
    fn new(path: &Path, text: &str) -> Self {
        let body = body(text);
        let surface = is_rust(path).then(|| surface(&body));
        Self { text: text.to_owned(), body, surface }
    }
}

impl Guards {
    pub(crate) fn new(before: &Output) -> Self {
        let file = |(path, text): (&PathBuf, &String)| (path.clone(), File::new(path, text));
        let derived = ideogram_schema::json_schemas();
        let derived: BTreeMap<_, _> = derived.iter().map(|(name, schema)| (name.clone(), canonical(schema))).collect();
        let this = Self { files: before.files.iter().map(file).collect(), derived };
        let equal = |(path, file): (&PathBuf, &File)| !is_description(path) || this.round_trips(&file.text);
        assert!(this.files.iter().all(equal), "the round trip guard notices something before any change");
        this
    }

    /// Which guards notice a change to these files. What is equal to the byte is looked at by none.
    pub(crate) fn notice(&self, after: &Output) -> Noticed {
        let mut noticed = Noticed::default();
        for (path, text) in &after.files {
            let before = self.files.get(path);
            if before.is_some_and(|before| before.text == *text) {
                continue;
            }
            noticed.round_trip |= is_description(path) && !self.round_trips(text);
            let body = body(text);
            if before.is_some_and(|before| before.body == body) {
                continue;
            }
            noticed.check = true;
            if is_rust(path) {
                noticed.rust = true;
                noticed.surface |= before.and_then(|before| before.surface.as_ref()) != Some(&surface(&body));
            }
        }
        for path in self.files.keys().filter(|path| !after.files.contains_key(*path)) {
            noticed.check = true;
            noticed.rust |= is_rust(path);
            noticed.surface |= is_rust(path);
        }
        noticed
    }

    /// Whether the schemas derived from the Rust types equal those of a document.
    fn round_trips(&self, text: &str) -> bool {
        let document: Value = serde_json::from_str(text).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        schemas.iter().all(|(name, schema)| self.derived.get(name).is_some_and(|derived| *derived == canonical(schema)))
    }
}

fn is_description(path: &Path) -> bool {
    path.parent() == Some(Path::new("openapi"))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "rs")
}

fn body(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(document) => document.to_string(),
        Err(_) => text.lines().skip_while(|line| line.starts_with("// ")).collect::<Vec<_>>().join("\n"),
    }
}

fn surface(rust: &str) -> String {
    xtask::emit::surface::of_source(rust).unwrap()
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

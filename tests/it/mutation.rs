//! Every leaf of the description is changed in turn, and one of the guards must notice, headers removed.
//!
//! What is changed is what the pipeline reads: the upstream documents, the templates, the overlays, and the documents of
//! our own, of which nothing is assembled: what they say of requests must be noticed in the Rust code. A change is
//! noticed when the pipeline refuses it (`lint` or an error with its pointer), when a generated file differs, when the
//! schemas derived from the Rust types no longer equal the description, or when the snapshot of the surface differs.
//! What says something about requests and answers must reach the Rust code or be refused, not only some file.

use crate::description::{describe, files, generate};
use crate::guards::{Guards, Noticed};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use xtask::describe::Description;
use xtask::emit::workspace;
use xtask::emit::write::Output;
use xtask::sources::WRITTEN;
use xtask::sources::files::Files;

/// One change to one file.
struct Mutation {
    file: String,
    pointer: String,
    kind: &'static str,
    changed: Value,
}

/// How often each guard noticed a kind of change.
#[derive(Default)]
struct Row {
    changes: usize,
    refused: usize,
    check: usize,
    rust: usize,
    round_trip: usize,
    surface: usize,
}

#[test]
fn every_changed_leaf_of_the_description_is_noticed() {
    let files = files();
    let mutations: Vec<Mutation> =
        documents(&files).iter().flat_map(|(file, document)| mutations(file, document)).collect();
    assert!(mutations.len() > 1_000, "only {} leaves were found", mutations.len());
    let before = Before::new(&files);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let outcomes: Vec<Vec<(usize, Option<Noticed>)>> = std::thread::scope(|scope| {
        let run = || before.run(&mutations, &files, &next);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    let mut unnoticed = Vec::new();
    for (index, outcome) in outcomes.into_iter().flatten() {
        let mutation = &mutations[index];
        let row = table.entry(mutation.kind).or_default();
        row.changes += 1;
        let Some(noticed) = outcome else {
            row.refused += 1;
            continue;
        };
        row.check += usize::from(noticed.check);
        row.rust += usize::from(noticed.rust);
        row.round_trip += usize::from(noticed.round_trip);
        row.surface += usize::from(noticed.surface);
        let must_reach_rust = !matches!(mutation.kind, "text" | "answer" | "title");
        if !noticed.check || (must_reach_rust && !noticed.rust) {
            unnoticed.push(format!("{} {}#{}", mutation.kind, mutation.file, mutation.pointer));
        }
    }
    println!("{}", print(&table));
    assert!(unnoticed.is_empty(), "{} not noticed:\n{}", unnoticed.len(), unnoticed.join("\n"));
}

fn print(table: &BTreeMap<&str, Row>) -> String {
    let mut text = format!(
        "{:<12}{:>8}{:>9}{:>8}{:>8}{:>12}{:>10}\n",
        "changed", "times", "refused", "check", "rust", "round trip", "snapshot"
    );
    for (kind, row) in table {
        let Row { changes, refused, check, rust, round_trip, surface } = row;
        let _ = writeln!(text, "{kind:<12}{changes:>8}{refused:>9}{check:>8}{rust:>8}{round_trip:>12}{surface:>10}");
    }
    text
}

/// The description before any change, and what the guards know of it.
struct Before {
    description: Description,
    output: Output,
    guards: Guards,
}

impl Before {
    fn new(files: &Files) -> Self {
        let description = describe(files).unwrap();
        let output = workspace::output(&description).unwrap();
        Self { guards: Guards::new(&output), description, output }
    }

    /// What codegen makes of a change.
    fn after(&self, mutation: &Mutation, files: &Files) -> Option<Output> {
        let mut files = files.clone();
        files.insert(mutation.file.as_str(), mutation.changed.to_string());
        let description = describe(&files).ok()?;
        workspace::output_after(&description, Some((&self.description, &self.output))).ok()
    }

    /// Applies one mutation after the other, as long as there are some that no other thread has taken.
    fn run(&self, mutations: &[Mutation], files: &Files, next: &AtomicUsize) -> Vec<(usize, Option<Noticed>)> {
        let mut outcomes = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutation) = mutations.get(index) else { return outcomes };
            let after = self.after(mutation, files);
            outcomes.push((index, after.map(|after| self.guards.notice(&after))));
        }
    }
}

#[test]
fn what_is_taken_from_the_description_before_is_what_would_be_written() {
    let files = files();
    let before = Before::new(&files);
    let mutations: Vec<Mutation> =
        documents(&files).iter().flat_map(|(file, document)| mutations(file, document)).collect();
    // Some of every file, every kind of place among them.
    for mutation in mutations.iter().step_by(97) {
        let mut changed = files.clone();
        changed.insert(mutation.file.as_str(), mutation.changed.to_string());
        let whole = generate(&changed).ok();
        assert!(before.after(mutation, &files) == whole, "{}#{}", mutation.file, mutation.pointer);
    }
}

/// The JSON documents that the pipeline reads.
fn documents(files: &Files) -> Vec<(String, Value)> {
    let folders = ["openapi", "openapi/upstream", "openapi/template", "openapi/overlay"];
    let paths = folders.into_iter().flat_map(|folder| files.documents(folder));
    let read = paths.filter(|path| !WRITTEN.contains(&path.as_str()));
    read.map(|path| {
        let document = files.json(&path).unwrap();
        (path, document)
    })
    .collect()
}

fn mutations(file: &str, document: &Value) -> Vec<Mutation> {
    let mut pointers = Vec::new();
    walk(document, &mut String::new(), &mut pointers);
    let mutations = pointers.into_iter().filter_map(|pointer| {
        let mut changed = document.clone();
        let leaf = changed.pointer_mut(&pointer).unwrap();
        *leaf = if pointer.ends_with("/type") { other_type(leaf) } else { other(leaf) };
        let kind = kind(file, &pointer)?;
        Some(Mutation { file: file.to_owned(), pointer, kind, changed })
    });
    let renames = renames(file, document);
    mutations.chain(renames).collect()
}

fn walk(value: &Value, pointer: &mut String, leaves: &mut Vec<String>) {
    let mut below = |step: &str, value: &Value| {
        let length = pointer.len();
        let _ = write!(pointer, "/{}", step.replace('~', "~0").replace('/', "~1"));
        walk(value, pointer, leaves);
        pointer.truncate(length);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value)),
        _ => leaves.push(pointer.clone()),
    }
}

/// Another type that a schema may have: one that is none would be refused, which shows nothing.
fn other_type(leaf: &Value) -> Value {
    json!(if leaf == "string" { "boolean" } else { "string" })
}

/// Another value of the same type.
fn other(leaf: &Value) -> Value {
    match leaf {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| json!(number.as_f64().unwrap() / 2.0), |n| json!(n + 1))
        }
        Value::String(text) => json!(format!("{text}x")),
        _ => json!("x"),
    }
}

/// Every property, component, path and parameter under another name.
fn renames(file: &str, document: &Value) -> Vec<Mutation> {
    let mut pointers = Vec::new();
    keys(document, &mut String::new(), &mut pointers);
    let renamed = |(parent, key): (String, String)| {
        let mut changed = document.clone();
        let object = changed.pointer_mut(&parent)?.as_object_mut()?;
        let value = object.remove(&key)?;
        object.insert(format!("{key}x"), value);
        let kind = if parent == "/paths" { "path" } else { "name" };
        Some(Mutation { file: file.to_owned(), pointer: format!("{parent}/{key}"), kind, changed })
    };
    pointers.into_iter().filter_map(renamed).collect()
}

fn keys(value: &Value, pointer: &mut String, found: &mut Vec<(String, String)>) {
    let Value::Object(object) = value else { return };
    let is_named = ["/properties", "/paths"].iter().any(|parent| pointer.ends_with(parent));
    for (key, value) in object {
        if is_named {
            found.push((pointer.clone(), key.clone()));
        }
        let length = pointer.len();
        let _ = write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1"));
        keys(value, pointer, found);
        pointer.truncate(length);
    }
}

/// What a leaf says; `None` for what is not part of the description.
fn kind(file: &str, pointer: &str) -> Option<&'static str> {
    let steps: Vec<&str> = pointer.split('/').collect();
    let last = steps.last().copied().unwrap_or_default();
    let has = |step: &str| steps.contains(&step);
    if file.contains("overlay") && !has("target") && !has("update") {
        return None;
    }
    // Of the known envelope these must be there, whatever they say: fal may count a version up at any time.
    if file.ends_with("template/upstream.json") && ["/openapi", "/info/title", "/info/version"].contains(&pointer) {
        return None;
    }
    let in_answer = has("callbacks")
        || has("responses")
        || has("headers")
        || has("securitySchemes")
        || has("security")
        || has("servers");
    let kind = match last {
        "title" => "title",
        "description" | "summary" | "operationId" | "openapi" => "text",
        _ if has("x-fal-metadata") || has("info") || has("x-fal-order-properties") => "text",
        _ if has("examples") || has("example") => "text",
        _ if in_answer => "answer",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => "bound",
        "default" => "default",
        "type" => "type",
        "nullable" => "nullable",
        "$ref" => "reference",
        _ if has("enum") => "enum value",
        _ if has("required") => "required",
        _ if has("parameters") => "parameter",
        _ => "other",
    };
    // In a document of our own these are said once, so that there is nothing that they could differ from.
    let is_own = file.matches('/').count() == 1;
    (!is_own || !matches!(kind, "text" | "answer")).then_some(kind)
}

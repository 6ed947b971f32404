//! `cargo xtask diff`: verdicts, completeness, where descriptions come from, how reports look.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod day;
mod loading;
mod mutation;
mod report;
mod verdicts;

use serde_json::Value;
use std::path::{Path, PathBuf};
use xtask::diff::{Change, Document, Report, Version, compare};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diff")
}

/// A small description that has every construct which the real one can have.
fn base() -> Version {
    let document = |name: &str| {
        let text = std::fs::read_to_string(fixtures().join(name)).unwrap();
        Document { name: name.to_owned(), value: serde_json::from_str(&text).unwrap() }
    };
    Version { documents: vec![document("run.json"), document("queue.json")] }
}

/// What a test does to a value. A pointer without its first slash starts at an operation of the fixture, or at a schema.
#[derive(Clone, Debug)]
enum Edit {
    /// Sets or adds what the pointer leads to; `-` as its last token appends to a list.
    Set(&'static str, Value),
    /// Removes it.
    Remove(&'static str),
    /// Gives the key another name.
    Rename(&'static str, &'static str),
}

impl Edit {
    /// Edits every document that has the place; at least one must.
    fn apply(&self, description: &mut Version) {
        let edited = description
            .documents
            .iter_mut()
            .map(|document| usize::from(self.apply_to(&mut document.value)))
            .sum::<usize>();
        assert!(edited > 0, "{self:?} leads nowhere");
    }

    fn apply_to(&self, document: &mut Value) -> bool {
        let (Self::Set(pointer, _) | Self::Remove(pointer) | Self::Rename(pointer, _)) = self;
        let pointer = full(pointer);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/");
        let Some(parent) = document.pointer_mut(parent) else { return false };
        match (self, parent) {
            (Self::Set(_, value), Value::Object(map)) => {
                map.insert(key, value.clone());
                true
            }
            (Self::Set(_, value), Value::Array(list)) if key == "-" => {
                list.push(value.clone());
                true
            }
            (Self::Set(_, value), Value::Array(list)) => {
                list[key.parse::<usize>().unwrap()] = value.clone();
                true
            }
            (Self::Remove(_), Value::Object(map)) => map.remove(&key).is_some(),
            (Self::Remove(_), Value::Array(list)) => {
                list.remove(key.parse().unwrap());
                true
            }
            (Self::Rename(_, name), Value::Object(map)) => {
                let value = map.remove(&key);
                let is_there = value.is_some();
                map.extend(value.map(|value| ((*name).to_owned(), value)));
                is_there
            }
            _ => false,
        }
    }
}

fn full(pointer: &str) -> String {
    let starts = [
        ("POST", "/paths/~1acme~1paint~1v1/post"),
        ("RETOUCH", "/paths/~1acme~1paint~1v1~1retouch"),
        ("STATUS", "/paths/~1acme~1paint~1requests~1{request_id}~1status/get"),
        ("RESULT", "/paths/~1acme~1paint~1requests~1{request_id}/get/responses/200/content/application~1json/schema"),
        ("CANCEL", "/paths/~1acme~1paint~1requests~1{request_id}~1cancel"),
    ];
    if pointer.starts_with('/') {
        return pointer.to_owned();
    }
    let start = starts.iter().find_map(|(name, start)| Some(format!("{start}{}", pointer.strip_prefix(name)?)));
    start.unwrap_or_else(|| format!("/components/schemas/{pointer}"))
}

/// The report of a description against itself with edits.
fn report(edits: &[Edit]) -> Report {
    let mut new = base();
    for edit in edits {
        edit.apply(&mut new);
    }
    compare(&base(), &new)
}

/// `kind position wire rust`, as in `--json`.
fn row(change: &Change) -> String {
    let value = serde_json::to_value(change).unwrap();
    ["kind", "position", "wire", "rust"].map(|key| value[key].as_str().unwrap().to_owned()).join(" ")
}

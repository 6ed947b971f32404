//! Completeness: whatever is changed anywhere in a description, the report is not empty, and says more than "written in
//! another way" unless that is all it is.

use super::base;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use xtask::diff::{Document, Kind, Version, compare, load_working_tree};

/// One changed copy of a document: what was done, and the result.
struct Mutant {
    what: String,
    document: Value,
}

/// Every copy with one value changed or removed, and when `thorough`, added to, turned round or replaced by other types.
fn mutants(document: &Value, thorough: bool) -> impl Iterator<Item = Mutant> {
    let mut pointers = Vec::new();
    collect(document, String::new(), &mut pointers);
    pointers.into_iter().flat_map(move |pointer| mutations(document, &pointer, thorough))
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        collect(child, format!("{pointer}/{key}"), pointers);
    }
    pointers.push(pointer);
}

fn mutations(document: &Value, pointer: &str, thorough: bool) -> Vec<Mutant> {
    let value = document.pointer(pointer).unwrap();
    let mut values: Vec<(&str, Value)> = match value {
        Value::Null => Vec::new(),
        Value::Bool(flag) => vec![("changed", json!(!flag))],
        Value::Number(number) => vec![("changed", json!(number.as_f64().unwrap() + 0.5))],
        Value::String(text) => vec![("changed", json!(format!("{text}~")))],
        Value::Array(list) => {
            let mut longer = list.clone();
            longer.push(json!("new"));
            let mut turned = list.clone();
            turned.reverse();
            vec![("longer", longer.into()), ("turned round", turned.into())]
        }
        Value::Object(map) => {
            let mut larger = map.clone();
            larger.insert("zz".to_owned(), json!({"type": "string"}));
            vec![("larger", larger.into())]
        }
    };
    if thorough {
        let others = [Value::Null, json!(true), json!(-7), json!("text"), json!([]), json!({})];
        values.extend(others.map(|other| ("replaced", other)));
    } else {
        values.retain(|(how, _)| *how == "changed");
    }
    let mut mutants: Vec<Mutant> = values
        .into_iter()
        .filter(|(_, other)| other != value)
        .map(|(how, other)| {
            let mut document = document.clone();
            let what = format!("{pointer} {how}: {other}");
            *document.pointer_mut(pointer).unwrap() = other;
            Mutant { what, document }
        })
        .collect();
    if let Some((parent, key)) = pointer.rsplit_once('/') {
        let mut document = document.clone();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~"))),
            Value::Array(list) => drop(list.remove(key.parse().unwrap())),
            _ => unreachable!("a parent has children"),
        }
        mutants.push(Mutant { what: format!("{pointer} removed"), document });
    }
    mutants
}

#[test]
fn a_description_equals_itself() {
    let report = compare(&base(), &base());
    assert!(report.changes.is_empty(), "{report:?}");
    assert_eq!(report.exit_code(), 0);
}

#[test]
fn no_change_of_any_value_is_silent() {
    let mut count = 0;
    let mut silent = Vec::new();
    let mut same = BTreeSet::new();
    for document in base().documents {
        let old = Version { documents: vec![document.clone()] };
        for Mutant { what, document: value } in mutants(&document.value, true) {
            let new = Version { documents: vec![Document { value, ..document.clone() }] };
            let (forwards, backwards) = (compare(&old, &new).changes, compare(&new, &old).changes);
            count += 2;
            if forwards.is_empty() || backwards.is_empty() {
                silent.push(format!("{}#{what}", document.name));
            }
            if forwards.iter().all(|change| change.kind == Kind::Representation) {
                same.insert(what);
            }
        }
    }
    assert!(count > 10_000, "only {count} mutants");
    assert!(silent.is_empty(), "{} of {count} are silent:\n{}", silent.len(), silent.join("\n"));
    // Each line of the file was read by a person: it means the same as before.
    let same: Vec<String> = same.into_iter().collect();
    let known = std::fs::read_to_string(super::fixtures().join("same.txt")).unwrap();
    assert_eq!(same, known.lines().collect::<Vec<_>>());
}

/// The description itself: each leaf changed, each key and item removed. Nothing in it may be unknown to the command.
#[test]
fn every_leaf_of_the_real_description_is_classified() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut count = 0;
    let mut wrong = Vec::new();
    for document in load_working_tree(&root).unwrap().version.documents {
        let old = Version { documents: vec![document.clone()] };
        for Mutant { what, document: value } in mutants(&document.value, false) {
            // A reference that leads nowhere and a server that is nowhere are no description any more.
            if what.contains("/$ref ") || (what.contains("/servers/") && what.ends_with("/url removed")) {
                continue;
            }
            count += 1;
            let new = Version { documents: vec![Document { value, ..document.clone() }] };
            let report = compare(&old, &new);
            let unknown = report.changes.iter().find(|change| change.kind == Kind::Unknown);
            if report.changes.is_empty() || unknown.is_some() {
                wrong.push(format!("{}#{what}: {unknown:?}", document.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

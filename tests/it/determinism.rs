//! The generator depends on the description and on nothing else.

use crate::description::{copy, files, generate};
use ideogram_tests::root;
use serde_json::{Map, Value};
use std::path::Path;
use std::process::Command;

/// The same document with every object's keys in the opposite order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let entries: Vec<String> = object
                .iter()
                .rev()
                .map(|(key, value)| format!("{}:{}", Value::String(key.clone()), reversed(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

#[test]
fn the_order_of_keys_in_the_documents_changes_no_byte() {
    let straight = files();
    let mut shuffled = straight.clone();
    for folder in ["openapi/upstream", "openapi/template", "openapi/overlay"] {
        for path in straight.documents(folder) {
            let document = straight.json(&path).unwrap();
            let text = reversed(&document);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
            shuffled.insert(path, text);
        }
    }
    let (straight, shuffled) = (generate(&straight).unwrap(), generate(&shuffled).unwrap());
    for (path, text) in &straight.files {
        // The sandbox serves the upstream documents byte for byte; all else is made from what they mean.
        let is_copy =
            path.starts_with("crates/sandbox/src/generated") && path.extension().is_some_and(|end| end == "json");
        assert!(is_copy || shuffled.files[path] == *text, "{}", path.display());
    }
}

#[test]
fn directory_locale_and_time_zone_change_no_byte() {
    let copy = copy();
    let xtask = xtask::cargo::program(&root(), "xtask").unwrap();
    let run = |folder: &Path, locale: &str, zone: &str| {
        let output = Command::new(&xtask)
            .arg("codegen")
            .current_dir(folder)
            .envs([("LC_ALL", locale), ("LANG", locale), ("TZ", zone)])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        read(copy.path())
    };
    let first = run(copy.path(), "C", "UTC");
    let second = run(&copy.path().join("openapi/overlay"), "tr_TR.UTF-8", "Pacific/Kiritimati");
    assert!(first.keys().any(|path| path.ends_with("run.rs")));
    assert_eq!(first, second);
}

fn read(folder: &Path) -> Map<String, Value> {
    let mut files = Map::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.display().to_string(), std::fs::read_to_string(&path).unwrap().into());
            }
        }
    }
    files
}

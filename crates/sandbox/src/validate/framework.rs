//! Compares the sandbox's answers with the framework's own, which `cargo xtask conformance --bodies` writes into
//! `tests/bodies`.

use super::{Refusal, validate};
use crate::description::{Endpoint, Endpoints};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A body, and what came of it.
#[derive(Deserialize)]
struct Row<'a> {
    body: Option<String>,
    base64: Option<String>,
    /// Absent for `application/json`, null for none.
    #[serde(default = "json", rename = "type")]
    content_type: Option<String>,
    status: u16,
    /// The values that the framework handed on.
    #[serde(borrow)]
    took: Option<&'a RawValue>,
    /// What it answered instead.
    #[serde(borrow)]
    answer: Option<&'a RawValue>,
}

#[allow(clippy::unnecessary_wraps, reason = "the default of a field that may be null")]
fn json() -> Option<String> {
    Some("application/json".to_owned())
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort();
    files
}

/// The endpoint whose answers a file has: one made up for it, or the document of that name in the description.
fn endpoint(file: &Path, made_up: &Endpoints) -> Arc<Endpoint> {
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let shape = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes").join(format!("{stem}.json"));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated").join(format!("{stem}.json"));
    let text = std::fs::read_to_string(if shape.exists() { shape } else { own }).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let id = document["info"]["x-fal-metadata"]["endpointId"].as_str().unwrap();
    Arc::clone(made_up.find(id).unwrap())
}

#[test]
fn every_body_is_answered_as_the_framework_answers_it() {
    let documents: Vec<String> =
        files("shapes", "json").iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let endpoints = Endpoints::with(&documents).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in files("bodies", "jsonl") {
        let endpoint = endpoint(&file, &endpoints);
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let row: Row = serde_json::from_str(line).unwrap();
            let encoded = row.base64.map(|text| STANDARD.decode(text).unwrap());
            let body = encoded.unwrap_or_else(|| row.body.unwrap_or_default().into_bytes());
            let (status, answer) = match validate(&endpoint, row.content_type.as_deref(), &body) {
                Ok(input) => (200, serde_json::to_string(&input.fields).unwrap()),
                Err(Refusal::Invalid(details)) => (
                    422,
                    serde_json::to_string(&serde_json::json!({ "detail": null }))
                        .unwrap()
                        .replace("null", &serde_json::to_string(&details).unwrap()),
                ),
                Err(Refusal::Unreadable) => (400, r#"{"detail":"There was an error parsing the body"}"#.to_owned()),
            };
            let expected = row.took.or(row.answer).unwrap().get();
            count += 1;
            if (status, answer.as_str()) != (row.status, expected) {
                let cut = |text: &str| text.chars().take(600).collect::<String>();
                wrong.push(format!(
                    "{}: {}\n  framework {} {}\n  sandbox   {status} {}",
                    file.display(),
                    cut(&String::from_utf8_lossy(&body)),
                    row.status,
                    cut(expected),
                    cut(&answer)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 2500, "{count} bodies are too few: make them anew with `cargo xtask conformance --bodies`");
}

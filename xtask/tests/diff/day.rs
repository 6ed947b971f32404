//! The days that hurt: what upstream changed is listed where codegen stops too, and a verdict follows from the code.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use xtask::commands::codegen::generate;
use xtask::commands::diff::{Args, run_to};
use xtask::sources::{Sources, document, lock};

/// A workspace with a description of three endpoints, generated and committed.
fn workspace() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&here.join("tests/fixtures/description"), &root.path().join("openapi"));
    copy(&here.join("../openapi/template"), &root.path().join("openapi/template"));
    generate(&Sources::load(root.path())).unwrap().write(root.path()).unwrap();
    let git = |arguments: &[&str]| {
        let status = Command::new("git").arg("-C").arg(root.path()).args(arguments).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "openapi"]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "first"]);
    root
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

/// Changes upstream documents as a fetch would.
fn change(root: &Path, files: &[&str], from: &str, to: &str) {
    for file in files {
        let path = root.join("openapi/upstream").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    lock::accept(root, "2026-01-01").unwrap();
}

/// Exit status and table; the status says what breaks only where that is asked for.
fn diff(root: &Path) -> (u8, String) {
    let run = |exit_code: bool| {
        let mut out = Vec::new();
        let code = run_to(root, &Args { exit_code, ..Args::default() }, &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    };
    assert_eq!(run(false).0, 0, "the next command of the day goes on");
    run(true)
}

fn row<'t>(table: &'t str, part: &str) -> Vec<&'t str> {
    let line = table.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("no {part}: {table}"));
    line.split_whitespace().take(3).collect()
}

#[test]
fn where_shared_types_went_apart_the_documents_of_upstream_are_compared() {
    let root = workspace();
    change(root.path(), &["turbo.json"], "\"anime\"", "\"anime\", \"manga\"");
    change(root.path(), &["remix.json"], "\"maximum\": 1,", "\"maximum\": 2,");
    let (code, table) = diff(root.path());
    assert_eq!(code, 1);
    assert!(table.starts_with("`cargo xtask codegen` stops:\n  openapi/upstream/"), "{table}");
    assert!(table.contains("were compared as upstream has them, without templates and overlays"), "{table}");
    assert!(table.contains("openapi/upstream/turbo.json`, `openapi/upstream/remix.json"), "{table}");
    assert_eq!(row(&table, "has the new value `\"manga\"`")[0], "compatible");
    assert_eq!(row(&table, "must be at most 2")[..2], ["compatible", "minor"]);
}

#[test]
fn a_renamed_output_field_is_listed_beside_what_stops_codegen() {
    let root = workspace();
    change(root.path(), &["edit.json"], "\"seed\"", "\"grain\"");
    let (code, table) = diff(root.path());
    assert_eq!(code, 1);
    for part in ["`cargo xtask codegen` stops:", ".grain` is new", ".seed` is gone"] {
        assert!(table.contains(part), "{part}: {table}");
    }
}

#[test]
fn a_value_whose_rust_name_is_taken_is_refused_and_not_minor() {
    let root = workspace();
    change(root.path(), &["turbo.json", "remix.json", "edit.json"], "\"anime\"", "\"anime\", \"Anime\"");
    let (code, table) = diff(root.path());
    assert!(code == 1 && table.contains("name the variants in an overlay: {"), "{table}");
    assert_eq!(row(&table, "has the new value `\"Anime\"`, which codegen refuses")[..2], ["compatible", "refused"]);
    assert!(!table.contains("were compared as upstream has them"), "{table}");
}

#[test]
fn where_the_generated_code_stays_the_same_nothing_is_major() {
    let root = workspace();
    let path = root.path().join("openapi/template/common.json");
    let mut common = document::parse(&std::fs::read(&path).unwrap()).unwrap();
    // The client sends the key itself: what a document says of security reaches no code.
    common["security"] = serde_json::json!([{"another": []}]);
    std::fs::write(&path, document::to_text(&common)).unwrap();
    let (code, table) = diff(root.path());
    assert!(code == 1 && table.contains("breaking    patch"), "{table}");
    assert!(!table.contains("major"), "{table}");
    change(root.path(), &["remix.json"], "\"maximum\": 1,", "\"maximum\": 0.5,");
    assert!(row(&diff(root.path()).1, "must be at most 0.5")[..2] == ["breaking", "major"]);
}

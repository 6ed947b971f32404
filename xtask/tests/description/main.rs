//! Descriptions, description: the real templates around a frozen set of documents, changed in one place each. The frozen
//! set keeps these tests independent of what upstream says today.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod add;
mod endpoints;
mod envelope;
mod overlays;
mod protocols;
mod standalone;
mod unreadable;

use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xtask::describe::{Description, describe};
use xtask::sources::{Sources, document, lock};

/// The workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A description that may be changed.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let openapi = root.path().join("openapi");
        copy(&workspace().join("xtask/tests/fixtures/description"), &openapi);
        copy(&workspace().join("openapi/template"), &openapi.join("template"));
        Self(root)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root().join("openapi").join(file)
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// Replaces a text that must stand in the file.
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        assert!(text.contains(from), "{file} has no {from}");
        self.write(file, &text.replace(from, to));
    }

    /// Changes a JSON document.
    fn edit(&self, file: &str, change: impl FnOnce(&mut Value)) {
        let mut value = document::parse(self.text(file).as_bytes()).unwrap();
        change(&mut value);
        self.write(file, &document::to_text(&value));
    }

    /// Takes the upstream documents as they are.
    fn relock(&self) {
        lock::accept(self.root(), "2026-01-01").unwrap();
    }

    fn describe(&self) -> Description {
        describe(&Sources::load(self.root())).complete().unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// Everything that is wrong, a line each.
    fn refusal(&self) -> String {
        match describe(&Sources::load(self.root())).complete() {
            Ok(_) => panic!("the description is taken"),
            Err(problems) => problems.to_string(),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

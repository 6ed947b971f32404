//! The checked-in description, for the tests.

use ideogram_tests::root;
use serde_json::Value;
use xtask::copy::make_alike;
use xtask::describe::Description;
use xtask::emit::workspace;
use xtask::emit::write::Output;
use xtask::error::Problems;
use xtask::sources::files::Files;
use xtask::sources::{Sources, lock};

/// One document of `openapi/`, by its name without `.json`.
pub(crate) fn document(name: &str) -> Value {
    let path = root().join(format!("openapi/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All that codegen reads, in memory, to be changed.
pub(crate) fn files() -> Files {
    Files::read(&root())
}

/// What codegen makes of these files, their documents taken as they are.
pub(crate) fn generate(files: &Files) -> Result<Output, Problems> {
    Ok(workspace::output(&describe(files)?)?)
}

/// What these files describe, their documents taken as they are.
pub(crate) fn describe(files: &Files) -> Result<Description, Problems> {
    let (lock, _) = lock::accepted(files, "2026-11-22")?;
    let mut files = files.clone();
    files.insert(lock::PATH, lock.to_text()?);
    xtask::describe::describe(&Sources::parse(&files)).complete()
}

/// A copy of all that codegen reads, to be changed.
pub(crate) fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    make_alike(&root().join("openapi"), &copy.path().join("openapi")).unwrap();
    std::fs::copy(root().join("Cargo.lock"), copy.path().join("Cargo.lock")).unwrap();
    copy
}

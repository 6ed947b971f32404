//! The checked-in description, for the tests.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// One document of `openapi/`, by its name without `.json`.
pub(crate) fn document(name: &str) -> Value {
    let path = root().join(format!("openapi/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

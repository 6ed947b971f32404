//! The templates of the two protocols, and the envelope that fal wraps around an endpoint's schemas.

use super::files::Files;
use crate::error::Error;
use serde_json::Value;

/// The templates' folder, below the workspace.
pub const FOLDER: &str = "openapi/template";

/// The protocols' templates and the known envelope.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// What both protocols say.
    pub common: Value,
    /// One call, one answer.
    pub run: Value,
    /// Submit, status, result, cancel.
    pub queue: Value,
    /// The envelope.
    pub upstream: Value,
}

impl Templates {
    /// Reads the templates; one that cannot be read is a problem, and empty.
    pub(super) fn read(files: &Files, problems: &mut Vec<Error>) -> Self {
        let mut read = |name: &str| {
            files.json(&format!("{FOLDER}/{name}.json")).unwrap_or_else(|error| {
                problems.push(error);
                Value::Null
            })
        };
        Self { common: read("common"), run: read("run"), queue: read("queue"), upstream: read("upstream") }
    }
}

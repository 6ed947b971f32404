//! `openapi/overlay/`: OpenAPI Overlay 1.0 documents, in which every action gives its reason.

use super::document;
use super::files::Files;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use serde_json_path::JsonPath;
use std::collections::BTreeMap;
use std::path::Path;

/// The overlays' folder, below the workspace.
pub const FOLDER: &str = "openapi/overlay";

/// One overlay document.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Its file, below the workspace.
    pub file: String,
    /// What it changes, in turn.
    pub actions: Vec<Action>,
    /// Names of types by the names of the document's schemas (`x-names`), for a document that has no entry in
    /// `endpoints.toml`.
    pub names: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    overlay: String,
    #[serde(rename = "info")]
    _info: Map<String, Value>,
    #[serde(rename = "extends")]
    _extends: Option<String>,
    actions: Vec<Action>,
    #[serde(rename = "x-names", default)]
    names: BTreeMap<String, String>,
}

/// One change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What is changed.
    pub target: JsonPath,
    #[serde(rename = "description")]
    _description: Option<String>,
    /// What is merged into it.
    pub update: Option<Value>,
    /// Whether it is removed.
    #[serde(default)]
    pub remove: bool,
    #[serde(rename = "x-reason")]
    reason: String,
    /// The hash of the text that the action replaces, as it was when the action was written.
    #[serde(rename = "x-replaces")]
    pub replaces: Option<String>,
}

impl Overlay {
    /// Reads the overlay at a path.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), or the file cannot be read.
    pub(super) fn read(files: &Files, path: String) -> Result<Self> {
        let value = files.json(&path)?;
        Self::parse(path, value)
    }

    /// Reads the overlay in any file.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), or the file cannot be read.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let value = document::load(Path::new(""), &name)?;
        Self::parse(name, value)
    }

    /// An overlay from its document.
    ///
    /// # Errors
    /// It is no overlay of version 1.0, or an action has no reason, or neither updates nor removes.
    pub fn parse(file: String, value: Value) -> Result<Self> {
        let document: Document = serde_json::from_value(value)
            .map_err(|error| Error::new(format!("is no overlay: {error}")).in_file(&file))?;
        if !document.overlay.starts_with("1.0.") {
            let message = format!("is an overlay of version `{}`; only 1.0 is known", document.overlay);
            return Err(Error::new(message).in_file(&file).at("/overlay"));
        }
        for (index, action) in document.actions.iter().enumerate() {
            let fault = if action.reason.trim().is_empty() {
                "needs an `x-reason`"
            } else if action.update.is_some() == action.remove {
                "needs either an `update` or `\"remove\": true`"
            } else {
                continue;
            };
            return Err(Error::new(fault).in_file(&file).at(format_args!("/actions/{index}")));
        }
        Ok(Self { file, actions: document.actions, names: document.names })
    }
}

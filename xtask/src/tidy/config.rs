//! The rules for each crate: `xtask/tidy.toml`.

use super::tree::Tree;
use crate::error::{Error, Result};
use serde::Deserialize;

/// Where it stands.
pub(super) const FILE: &str = "xtask/tidy.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[serde(rename = "crate")]
    pub(super) crates: Vec<Crate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Crate {
    pub(super) name: String,
    /// Where its manifest lies.
    pub(super) folder: String,
    /// The crates of this workspace that it may depend on; tests may on any.
    pub(super) uses: Vec<String>,
    /// Packages that must not be among its dependencies, direct or indirect.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// Modules directly below the root, the uppermost layer first.
    pub(super) layers: Vec<Vec<String>>,
    /// Modules that anybody may use.
    #[serde(default)]
    pub(super) leaves: Vec<String>,
    /// Cycles of modules that are allowed.
    #[serde(default, rename = "cycle")]
    pub(super) cycles: Vec<Cycle>,
    /// The module that reads the clock, where only one does.
    pub(super) clock: Option<String>,
    /// The module that draws chance, where only one does.
    pub(super) chance: Option<String>,
    /// The module that reads the environment, where one does.
    pub(super) environment: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cycle {
    pub(super) modules: Vec<String>,
    pub(super) reason: String,
}

impl Config {
    pub(super) fn read(tree: &Tree) -> Result<Self> {
        let text = tree.files.get(FILE).ok_or_else(|| Error::new("is missing").in_file(FILE))?;
        toml::from_str(text).map_err(|error| Error::new(error.to_string()).in_file(FILE))
    }
}

//! `openapi/allow.toml`: what the documents contain and the Rust code does not express, each with its reason.

use super::files::Files;
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file, below the workspace.
pub const PATH: &str = "openapi/allow.toml";

/// What `openapi/allow.toml` allows to be left out of the Rust code, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowances {
    /// Keywords, wherever they stand.
    #[serde(default)]
    pub keyword: BTreeMap<String, String>,
    /// Kinds of notes, wherever they stand.
    #[serde(default)]
    pub rule: BTreeMap<String, String>,
    /// Single places.
    #[serde(default)]
    pub allow: Vec<Place>,
}

/// One place, and why its content may be left out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The document's name in `openapi/upstream/`.
    pub file: String,
    /// The JSON pointer.
    pub pointer: String,
    /// Why.
    pub reason: String,
}

impl Allowances {
    pub(super) fn read(files: &Files) -> Result<Self> {
        Self::parse(files.text(PATH)?).map_err(|error| error.in_file(PATH))
    }

    /// Allowances from their text.
    ///
    /// # Errors
    /// The text is not of the file's form, or an allowance gives no reason.
    pub fn parse(text: &str) -> Result<Self> {
        let this: Self = toml::from_str(text).map_err(|error| Error::new(error.to_string().trim_end()))?;
        let tables = [("keyword", &this.keyword), ("rule", &this.rule)];
        let named = tables.into_iter().flat_map(|(table, entries)| {
            entries.iter().map(move |(name, reason)| (Pointer::root().join(table).join(name), reason))
        });
        let places = this.allow.iter().enumerate();
        let places = places.map(|(index, place)| (Pointer::root().join("allow").index(index), &place.reason));
        let empty = named.chain(places).find(|(_, reason)| reason.trim().is_empty());
        match empty {
            Some((at, _)) => Err(Error::new("needs a reason").at(at)),
            None => Ok(this),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Allowances;

    #[test]
    fn an_allowance_without_a_reason_is_none() {
        assert_eq!(Allowances::parse("[keyword]\nui = \" \"").unwrap_err().to_string(), "#/keyword/ui: needs a reason");
    }
}

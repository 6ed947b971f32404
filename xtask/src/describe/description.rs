//! The description of the API: what every command after reading works on.

use super::components::{Components, untyped};
use super::endpoint::EndpointFacts;
use super::lint::Allowed;
use super::normalise::Note;
use crate::error::{Error, Problems};
use crate::pointer::Pointer;
use crate::sources::document::Document;
use std::collections::BTreeMap;

/// The complete and checked description of the API.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The documents: of single calls, of the queue, then those of our own.
    pub documents: Vec<Document>,
    /// The endpoints, in the order of `endpoints.toml`.
    pub endpoints: Vec<EndpointFacts>,
    /// The documents' components, and what they become in Rust.
    pub components: Components,
    /// The module of each component that one document of ours has, by component name.
    pub modules: BTreeMap<String, String>,
    /// The endpoints' own documents, in the same order.
    pub upstream: Vec<UpstreamDocument>,
    /// Which versions of the generators write the code.
    pub generators: String,
}

/// One endpoint's document as fal serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamDocument {
    /// The endpoint's id.
    pub id: String,
    /// The file's name.
    pub file: String,
    /// Byte for byte.
    pub text: String,
    /// The sha256 of its canonical form: keys sorted, no white space.
    pub sha256: String,
}

/// A description, and everything that was found while it was made.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// The description, which may be incomplete; `None` if there is too little for one.
    pub description: Option<Description>,
    /// What must be fixed before anything is generated.
    pub problems: Vec<Error>,
    /// What the Rust code does not express, each with its reason.
    pub allowed: Vec<Allowed>,
    /// What the Rust code does not express of a document that has no allowances.
    pub notes: Vec<Note>,
    /// Where the components of such a document stand in it, by component name.
    pub origins: BTreeMap<String, Pointer>,
}

impl Described {
    /// Every place whose Rust type is any JSON, in the document that has it.
    pub fn untyped(&self) -> Vec<String> {
        let Some(description) = &self.description else { return Vec::new() };
        let home = |name: &str| {
            let at = Pointer::root().join("components").join("schemas").join(name);
            let has = |document: &&Document| document.value.pointer(at.as_str()).is_some();
            let file = description.documents.iter().find(has).map_or("", |document| &document.name);
            format!("{file}#{}", self.origins.get(name).unwrap_or(&at))
        };
        untyped(&description.components).into_iter().map(|(name, place)| format!("{}{place}", home(&name))).collect()
    }

    /// The description, if nothing is wrong with it.
    ///
    /// # Errors
    /// All the problems.
    pub fn complete(self) -> Result<Description, Problems> {
        Problems::none(self.problems)?;
        self.description.ok_or_else(|| Error::new("there is nothing to describe").into())
    }
}

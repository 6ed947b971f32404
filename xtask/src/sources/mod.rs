//! Reads every file of the description, once, into one [`Sources`].
//!
//! This module does not interpret what a file means for the API. A file with the wrong format is a problem, and the
//! others are read nevertheless.

pub mod allowances;
pub mod document;
pub mod endpoints;
pub mod files;
pub mod folder;
mod generators;
pub mod lock;
pub mod overlay;
pub mod templates;

use crate::error::{Error, Result};
use allowances::Allowances;
use document::Document;
use endpoints::EndpointEntry;
use files::Files;
use lock::Lock;
use overlay::Overlay;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use templates::Templates;

/// The upstream documents' folder, below the workspace.
pub const UPSTREAM: &str = "openapi/upstream";

/// The documents in the description's folder that codegen writes: the one for single calls, and the queue's.
pub const WRITTEN: [&str; 2] = ["openapi/run.json", "openapi/queue.json"];

/// Everything that the description is made from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The endpoints, in the order of `endpoints.toml`.
    pub endpoints: Vec<EndpointEntry>,
    /// Their documents, by endpoint id; one that cannot be read is not here.
    pub upstream: BTreeMap<String, Upstream>,
    /// The files among the upstream documents that belong to no endpoint.
    pub strays: Vec<String>,
    /// What `upstream.lock` says of them.
    pub lock: Lock,
    /// The templates of the protocols.
    pub templates: Templates,
    /// The overlays, in the order of their names.
    pub overlays: Vec<Overlay>,
    /// What may be left out of the Rust code, and why.
    pub allowances: Allowances,
    /// The documents that we write, in the order of their names.
    pub own: Vec<Document>,
    /// Which versions of the generators there are.
    pub generators: String,
    /// What could not be read.
    pub problems: Vec<Error>,
}

/// One endpoint's document as fal serves it.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Byte for byte.
    pub text: String,
    /// What it says.
    pub document: Value,
}

impl Sources {
    /// Reads everything below a workspace's root.
    pub fn load(root: &Path) -> Self {
        Self::parse(&Files::read(root))
    }

    /// Makes the sources of files that are read already.
    pub fn parse(files: &Files) -> Self {
        let mut problems = Vec::new();
        let mut this = Self {
            endpoints: or_default(endpoints::read(files), &mut problems),
            lock: or_default(Lock::read(files), &mut problems),
            templates: Templates::read(files, &mut problems),
            overlays: collect(
                files.documents(overlay::FOLDER).into_iter().map(|path| Overlay::read(files, path)),
                &mut problems,
            ),
            allowances: or_default(Allowances::read(files), &mut problems),
            generators: or_default(generators::read(files), &mut problems),
            ..Self::default()
        };
        for endpoint in &this.endpoints {
            match Upstream::read(files, &endpoint.path()) {
                Ok(upstream) => _ = this.upstream.insert(endpoint.id.clone(), upstream),
                Err(error) => problems.push(error),
            }
        }
        if !this.endpoints.is_empty() {
            let belongs = |name: &&str| this.endpoints.iter().any(|endpoint| endpoint.file == **name);
            let strays = files.names(UPSTREAM).into_iter().filter(|name| !belongs(name));
            this.strays = strays.map(|name| format!("{UPSTREAM}/{name}")).collect();
        }
        let own = files.documents(files::FOLDER).into_iter().filter(|path| !WRITTEN.contains(&path.as_str()));
        this.own = collect(own.map(|name| Ok(Document { value: files.json(&name)?, name })), &mut problems);
        this.problems = problems;
        this
    }
}

impl Upstream {
    fn read(files: &Files, path: &str) -> Result<Self> {
        Ok(Self { document: files.json(path)?, text: files.text(path)?.to_owned() })
    }
}

fn or_default<T: Default>(result: Result<T>, problems: &mut Vec<Error>) -> T {
    result.unwrap_or_else(|error| {
        problems.push(error);
        T::default()
    })
}

fn collect<T>(results: impl Iterator<Item = Result<T>>, problems: &mut Vec<Error>) -> Vec<T> {
    results.filter_map(|result| result.map_err(|error| problems.push(error)).ok()).collect()
}

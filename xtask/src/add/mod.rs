//! `cargo xtask add`: adds an endpoint, from its id to the generated code. If a step fails, nothing is changed.

mod entry;
mod stubs;

use crate::describe::{Described, Description, describe, draft, envelope};
use crate::emit::workspace;
use crate::emit::write::Change;
use crate::error::{Error, Problems, Result};
use crate::fetch::{self, Limits};
use crate::sources::endpoints::{self, EndpointEntry, id_fault};
use crate::sources::files::Files;
use crate::sources::lock::{self, Lock, Locked, Origin};
use crate::sources::{Sources, document};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Which endpoint is added, and where its document is.
#[derive(Clone, Debug)]
pub struct Request {
    /// The endpoint's id.
    pub id: String,
    /// Its command; by default made of the id.
    pub verb: Option<String>,
    /// A file that has the document; by default it is fetched.
    pub file: Option<PathBuf>,
    /// The server that is asked instead of fal's.
    pub from: Option<String>,
}

/// What was added.
#[derive(Clone, Debug)]
pub struct Added {
    /// Its entry in `endpoints.toml`.
    pub entry: EndpointEntry,
    /// The files that changed, those that codegen writes among them.
    pub changes: Vec<Change>,
    /// What the Rust code does not express, each with its reason.
    pub left_out: Vec<String>,
    /// How many facts an overlay could add.
    pub stubs: usize,
}

/// Adds an endpoint: its document, its entry with stubs of an overlay below it, its hash in the lock, and the generated
/// code. Everything is made in memory first, so that nothing is changed if a step fails.
///
/// # Errors
/// The endpoint exists already, the document cannot be read or expressed in Rust, the verb is taken, or a file cannot
/// be written.
pub fn add(root: &Path, request: &Request, limits: Limits) -> std::result::Result<Added, Problems> {
    let id = &request.id;
    if let Some(fault) = id_fault(id) {
        return Err(Error::new(fault).into());
    }
    let before = Files::read(root);
    if let Some(known) = endpoints::read(&before)?.iter().find(|known| known.id == *id) {
        let message = format!("`{id}` is here already, as `{}`: `cargo xtask fetch` renews it", known.verb);
        return Err(Error::new(message).in_file(endpoints::PATH).into());
    }
    let got = Got::get(request, limits)?;
    let entry = draft(&Sources::parse(&before), id, request.verb.as_deref(), &got.document)
        .map_err(|error| error.in_file(&got.name))?;
    if before.has(&entry.path()) {
        let message = "is there already, and is no endpoint's: delete it, or take another verb";
        return Err(Error::new(message).in_file(entry.path()).into());
    }
    let list = |comment: &str| Ok::<_, Error>(entry::appended(before.text(endpoints::PATH)?, &entry, comment));
    let lock = locked(&before, &entry, &got)?;
    let mut after = before.clone();
    after.insert(entry.path(), got.bytes.clone());
    after.insert(lock::PATH, lock.clone());
    after.insert(endpoints::PATH, list("")?);
    let described = describe(&Sources::parse(&after));
    let left_out = left_out(&described, &entry);
    let description = described.complete()?;
    let stubs = stubs::stubs(&description, &entry);
    let written = [
        (entry.path(), got.bytes),
        (lock::PATH.to_owned(), lock),
        (endpoints::PATH.to_owned(), list(&stubs::comment(&entry, &stubs))?.into_bytes()),
    ]
    .map(|(path, bytes)| (PathBuf::from(path), bytes));
    let mut changes = vec![Change::Missing(entry.path().into())];
    changes.extend([lock::PATH, endpoints::PATH].map(|path| Change::Differs(path.into(), String::new())));
    changes.extend(workspace::output(&description)?.write_with(root, &written)?);
    Ok(Added { entry, changes, left_out, stubs: stubs.len() })
}

/// A document, and where it is from.
struct Got {
    name: String,
    source: String,
    origin: Origin,
    bytes: Vec<u8>,
    document: Value,
}

impl Got {
    fn get(request: &Request, limits: Limits) -> Result<Self> {
        let id = &request.id;
        let (name, source, origin, bytes) = if let Some(path) = &request.file {
            let name = path.display().to_string();
            let bytes = document::read(Path::new(""), &name)?;
            (name, lock::source(id), Origin::Accepted, bytes)
        } else {
            let (url, bytes) = fetch::document(id, request.from.as_deref(), limits)?;
            (url.clone(), url, Origin::Fetched, bytes)
        };
        let document = document::parse(&bytes)
            .and_then(|document| envelope::identify(&document, id).map(|()| document))
            .map_err(|error| error.in_file(&name))?;
        Ok(Self { name, source, origin, bytes, document })
    }
}

/// The lock with the new document.
fn locked(files: &Files, entry: &EndpointEntry, got: &Got) -> Result<Vec<u8>> {
    let mut lock = if files.has(lock::PATH) { Lock::read(files)? } else { Lock::default() };
    lock.documents.retain(|known| known.file != entry.file);
    lock.documents.push(Locked {
        file: entry.file.clone(),
        source: got.source.clone(),
        date: lock::today(),
        origin: got.origin,
        sha256: lock::sha256(&got.bytes),
    });
    lock.to_text().map(String::into_bytes)
}

/// What the Rust code leaves out of the new document, except titles, which are not used here.
fn left_out(described: &Described, entry: &EndpointEntry) -> Vec<String> {
    let of_entry = described.allowed.iter().filter(|allowed| allowed.file == entry.path());
    let worth_a_line = of_entry.filter(|allowed| allowed.pointer.last() != "title");
    worth_a_line.map(|allowed| format!("{}#{}: {}", allowed.file, allowed.pointer, allowed.reason)).collect()
}

/// The endpoint's own input and output, whatever they are called once shared.
fn roots<'d>(description: &'d Description, entry: &EndpointEntry) -> Option<[&'d str; 2]> {
    let facts = description.endpoints.iter().find(|facts| facts.id == entry.id)?;
    Some([facts.input.as_str(), facts.output.as_str()])
}

//! `cargo xtask diff`: what changed between two versions of the description, and what follows from it.
//!
//! Every change gets two verdicts. [`Wire`] is about programs that are already built: do they still work? [`Rust`] is
//! about programs that are compiled against the regenerated crates: do they still compile and do the same? The two
//! often differ: another path breaks every old build but no source; two required fields that swap places change nothing
//! on the wire, but swap the arguments of `new`.
//!
//! The table of verdicts is [`Kind`]: one row a kind of change, for requests and for responses. It rests on what the code
//! generator writes: structs and enumerations that may grow, enumerations that keep unlisted values, `new` with the required
//! fields in the description's order, `Option` for what may be missing or `null`, checked types for bounded numbers that are
//! sent, no trace of formats, lengths and patterns in types. In [`Position`] terms, a named schema is judged by every body,
//! parameter and header from which references lead to it.
//!
//! The table knows kinds of changes, not code: [`compare_code`] lowers a verdict if the code generated from both
//! versions is the same, and [`compare_tree`] marks what codegen refuses.
//!
//! Nothing is skipped: both documents are walked together, every pair of different values gets a row of its own or rows
//! for its parts, and a change without a rule is [`Kind::Unknown`], which has the worst verdict.

mod annotation;
mod bounds;
pub mod changelog;
mod code;
mod document;
mod load;
mod lookup;
mod object;
mod operation;
mod report;
mod rules;
mod schema;
mod service;
mod usage;
mod values;
mod verdict;
mod view;
mod walk;

pub use crate::sources::document::Document;
pub use code::{compare_code, compare_tree};
pub use load::{LARGEST_DOCUMENT, Tree, Version, align, load, load_upstream, load_working_tree};
pub use report::{Change, Report};
pub use rules::Kind;
pub use verdict::{Bump, Position, Rust, Wire};

use std::collections::BTreeSet;
use usage::Usage;
use walk::{At, Walk};

/// Compares two descriptions. One document on each side belongs together whatever the names, else those of one file name do.
///
/// ```
/// use serde_json::json;
/// use xtask::diff::{Bump, Version, Document, compare};
///
/// let version = |default: bool| Version {
///     documents: vec![Document {
///         name: "run.json".to_owned(),
///         value: json!({
///             "openapi": "3.0.3",
///             "paths": {"/paint": {"post": {"requestBody": {"content": {"application/json": {"schema": {
///                 "type": "object", "properties": {"tidy": {"type": "boolean", "default": default}}
///             }}}}}}},
///         }),
///     }],
/// };
/// let report = compare(&version(true), &version(false));
/// let kinds: Vec<_> = report.changes.iter().map(|change| change.kind.as_str()).collect();
/// assert_eq!(kinds, ["default"]);
/// assert_eq!((report.bump, report.exit_code()), (Bump::Patch, 0));
/// ```
pub fn compare(old: &Version, new: &Version) -> Report {
    let usage = Usage::of(old, new);
    let mut told = BTreeSet::new();
    let mut changes = Vec::new();
    for (old, new) in pairs(old, new) {
        let name = new.or(old).map_or("", |document| &document.name);
        let (Some(old), Some(new)) = (old, new) else {
            changes.push(document_change(name, new.is_some()));
            continue;
        };
        let mut walk = Walk::new(&old.value, &new.value, &usage);
        document::compare(&mut walk);
        for change in walk.into_changes() {
            // A change that two documents share is reported once, for the first.
            let is_new = told.insert((change.pointer.clone(), change.kind, change.position, change.text.clone()));
            if is_new {
                changes.push(Change { pointer: format!("{name}#{}", change.pointer), ..change });
            }
        }
    }
    Report::new(changes)
}

fn pairs<'d>(old: &'d Version, new: &'d Version) -> Vec<(Option<&'d Document>, Option<&'d Document>)> {
    if let ([old], [new]) = (old.documents.as_slice(), new.documents.as_slice()) {
        return vec![(Some(old), Some(new))];
    }
    let find = |side: &'d Version, of: &Document| {
        side.documents.iter().find(|document| document.file_name() == of.file_name())
    };
    let with_new = new.documents.iter().map(|document| (find(old, document), Some(document)));
    let only_old = old.documents.iter().filter(|document| find(new, document).is_none());
    with_new.chain(only_old.map(|document| (Some(document), None))).collect()
}

fn document_change(name: &str, is_added: bool) -> Change {
    let (kind, words) =
        if is_added { (Kind::DocumentAdded, "is a new document") } else { (Kind::DocumentRemoved, "is gone") };
    let at = At::new("", name, Position::None);
    let (wire, rust) = kind.verdict(at.position);
    let text = format!("`{name}` {words}");
    Change { pointer: format!("{name}#"), kind, position: at.position, wire, rust, text }
}

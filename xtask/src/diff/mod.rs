//! `cargo xtask diff`: what changed between two versions of the description, and what follows from it.
//!
//! Every change gets two verdicts. [`Wire`] is for programs that are already built: do they go on? [`Rust`] is for programs
//! that are compiled against the regenerated crates: do they still compile and mean the same? They differ often: another
//! path breaks every old build but no source; two required fields that swap places leave the wire alone and swap the
//! arguments of `new`.
//!
//! The table of verdicts is [`Kind`]: one row a kind of change, for requests and for responses. It rests on what the code
//! generator writes: structs and enumerations that may grow, enumerations that keep unlisted values, `new` with the required
//! fields in the description's order, `Option` for what may be missing or `null`, checked types for bounded numbers that are
//! sent, no trace of formats, lengths and patterns in types. In [`Position`] terms, a named schema is judged by every body,
//! parameter and header from which references lead to it.
//!
//! Nothing is skipped: both documents are walked together, every pair of values that is not equal ends in a row of its own or in
//! rows of its parts, and what has no rule is [`Kind::Unknown`], the worst of all.

mod bounds;
mod document;
mod extension;
mod load;
mod object;
mod operation;
mod report;
mod rules;
mod schema;
mod usage;
mod values;
mod view;
mod walk;

pub use load::{DOCUMENTS, Description, Document, LARGEST_DOCUMENT, load, load_working_tree};
pub use report::{Bump, Change, Position, Report, Rust, Wire};
pub use rules::Kind;

use crate::error::Result;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use usage::Usage;
use walk::{At, Walk};

/// The arguments of `cargo xtask diff`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Exit status: 0 nothing breaks, 1 something breaks on the wire or in the Rust API, 2 trouble.\n\n\
    Examples:\n  cargo xtask diff\n  cargo xtask diff v0.1.0 --json\n  cargo xtask diff HEAD~3 HEAD\n  cargo xtask diff old.json new.json"
)]
pub struct Args {
    /// The old description: a git revision, a file, or a directory that has the description [default: HEAD]
    pub old: Option<String>,
    /// The new description [default: the working tree]
    pub new: Option<String>,
    /// Print JSON: {"changes":[{"pointer","kind","position","wire","rust","text"}],"bump"}
    #[arg(long)]
    pub json: bool,
}

/// Runs the command for the workspace at `root`, prints to stdout and stderr, and returns the exit status.
pub fn run(root: &Path, args: &Args) -> u8 {
    match run_to(root, args, &mut std::io::stdout().lock()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            2
        }
    }
}

/// Runs the command for the workspace at `root` and prints the report to `out`; a reader that stops reading is no error.
///
/// # Errors
/// A description that cannot be had.
pub fn run_to(root: &Path, args: &Args, out: &mut dyn Write) -> Result<u8> {
    let old = load(root, args.old.as_deref().unwrap_or("HEAD"))?;
    let new = args.new.as_deref().map_or_else(|| load_working_tree(root), |spec| load(root, spec))?;
    let (old, new) = load::align(old, new)?;
    let report = compare(&old, &new);
    let text = if args.json { report.to_json() } else { report.to_table() };
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(report.exit_code())
}

/// Compares two descriptions. One document on each side belongs together whatever the names, else those of one file name do.
///
/// ```
/// use serde_json::json;
/// use xtask::diff::{Bump, Description, Document, compare};
///
/// let version = |default: bool| Description {
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
/// assert_eq!(report.changes[0].kind.as_str(), "default");
/// assert_eq!((report.bump, report.exit_code()), (Bump::Patch, 0));
/// ```
pub fn compare(old: &Description, new: &Description) -> Report {
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
            // What two documents share is told once, of the first.
            let is_new = told.insert((change.pointer.clone(), change.kind, change.position, change.text.clone()));
            if is_new {
                changes.push(Change { pointer: format!("{name}#{}", change.pointer), ..change });
            }
        }
    }
    Report::new(changes)
}

fn pairs<'d>(old: &'d Description, new: &'d Description) -> Vec<(Option<&'d Document>, Option<&'d Document>)> {
    if let ([old], [new]) = (old.documents.as_slice(), new.documents.as_slice()) {
        return vec![(Some(old), Some(new))];
    }
    let find = |side: &'d Description, of: &Document| {
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

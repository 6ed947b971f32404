//! Stage 1: every construct of an upstream document that the pipeline does not carry into Rust, by JSON pointer.

use crate::document;
use crate::endpoints;
use crate::error::{Error, Result};
use crate::normalise::{Normalised, Note, NoteKind, normalise};
use crate::pointer::Pointer;
use crate::template::Templates;
use serde::Deserialize;
use std::path::Path;

/// The allowances, below the workspace.
pub const PATH: &str = "openapi/allow.toml";

/// What `openapi/allow.toml` allows to be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowances {
    #[serde(default)]
    allow: Vec<Allowance>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowance {
    file: String,
    pointer: String,
    reason: String,
}

/// Something that the Rust code does not carry, and why that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The upstream document, below the workspace.
    pub file: String,
    /// Where in it.
    pub pointer: Pointer,
    /// Why.
    pub reason: String,
}

/// What a look at all documents found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What must be dealt with.
    pub problems: Vec<Error>,
    /// What is left out for a reason.
    pub allowed: Vec<Allowed>,
}

impl Allowances {
    /// Reads the allowances.
    ///
    /// # Errors
    /// The file cannot be read or is not of its form.
    pub fn load(root: &Path) -> Result<Self> {
        let allowances: Self = toml::from_str(&document::read_text(root, PATH)?)
            .map_err(|error| Error::new(error.to_string().trim_end()).in_file(PATH))?;
        match allowances.allow.iter().position(|entry| entry.reason.trim().is_empty()) {
            Some(index) => Err(Error::new("needs a `reason`").in_file(PATH).at(format_args!("/allow/{index}"))),
            None => Ok(allowances),
        }
    }

    /// Whether everything in a document is carried into Rust or left out for a reason.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn check(&self, normalised: &Normalised, file: &str) -> Result<()> {
        let problem = normalised.problems.first().cloned();
        let unknown = || normalised.notes.iter().find_map(|note| self.judge(note, file).err());
        problem.or_else(unknown).map_or(Ok(()), |error| Err(error.in_file(file)))
    }

    /// Why a note may stand.
    fn judge(&self, note: &Note, file: &str) -> Result<String> {
        let what = match note.kind {
            NoteKind::Allowed(reason) => return Ok(reason.to_owned()),
            NoteKind::Ineffective => "says nothing, since it does not apply to the schema's type",
            NoteKind::Unknown => "is a keyword that the pipeline does not know",
        };
        let own = self.allow.iter().find(|entry| entry.matches(note, file));
        own.map(|entry| entry.reason.clone()).ok_or_else(|| {
            let message = format!("{what}: say in `{PATH}` why the Rust code can do without it");
            Error::new(message).in_file(file).at(&note.pointer)
        })
    }
}

impl Allowance {
    fn matches(&self, note: &Note, file: &str) -> bool {
        file.strip_suffix(&self.file).is_some_and(|folder| folder.ends_with('/'))
            && self.pointer == note.pointer.as_str()
    }
}

/// Looks at every upstream document.
///
/// # Errors
/// The files that say what to look at cannot be read; what is wrong with the documents is in the report.
pub fn lint(root: &Path) -> Result<Report> {
    let endpoints = endpoints::load(root)?;
    let templates = Templates::load(root)?;
    let allowances = Allowances::load(root)?;
    let mut report = Report::default();
    let mut used = vec![false; allowances.allow.len()];
    for endpoint in &endpoints {
        let file = endpoint.path();
        let opened = document::load(root, &file)
            .and_then(|document| Ok((templates.open_envelope(&document, &endpoint.id)?, document)));
        let (roots, document) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                report.problems.push(error.in_file(&file));
                continue;
            }
        };
        let normalised = normalise(&document, &roots, &endpoint.name);
        report.problems.extend(normalised.problems.into_iter().map(|error| error.in_file(&file)));
        for note in normalised.notes {
            for (used, _) in used.iter_mut().zip(&allowances.allow).filter(|(_, entry)| entry.matches(&note, &file)) {
                *used = true;
            }
            match allowances.judge(&note, &file) {
                Ok(reason) => report.allowed.push(Allowed { file: file.clone(), pointer: note.pointer, reason }),
                Err(error) => report.problems.push(error),
            }
        }
    }
    for (index, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        let message = "allows something that is no longer there: delete it";
        report.problems.push(Error::new(message).in_file(PATH).at(format_args!("/allow/{index}")));
    }
    Ok(report)
}

//! Stage 1: every construct of an upstream document that the pipeline does not carry into Rust, by JSON pointer.

use crate::describe::normalise::{Normalised, Note, NoteKind, normalise};
use crate::describe::template::Templates;
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::document;
use crate::sources::endpoints;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The allowances, below the workspace.
pub const PATH: &str = "openapi/allow.toml";

/// The upstream documents' folder, below the workspace.
const UPSTREAM: &str = "openapi/upstream";

/// What `openapi/allow.toml` allows to be left out of the Rust code, and why.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowances {
    /// Keywords, wherever they stand.
    #[serde(default)]
    keyword: BTreeMap<String, String>,
    /// Kinds of notes, wherever they stand.
    #[serde(default)]
    rule: BTreeMap<String, String>,
    /// Single places.
    #[serde(default)]
    allow: Vec<Place>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
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
    /// What it is.
    pub what: NoteKind,
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
    /// The file cannot be read or is not of its form, or an allowance gives no reason.
    pub fn load(root: &Path) -> Result<Self> {
        Self::parse(&document::read_text(root, PATH)?).map_err(|error| error.in_file(PATH))
    }

    fn parse(text: &str) -> Result<Self> {
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

    /// Whether everything in a document is carried into Rust or left out for a reason.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn check(&self, normalised: &Normalised, file: &str) -> Result<()> {
        let problem = normalised.problems.first().cloned();
        let refused = || normalised.notes.iter().find_map(|note| self.judge(note, file).err());
        problem.or_else(refused).map_or(Ok(()), |error| Err(error.in_file(file)))
    }

    /// Why a note may stand.
    fn judge(&self, note: &Note, file: &str) -> Result<&str> {
        let place = self.allow.iter().find(|place| place.matches(note, file)).map(|place| &place.reason);
        let general = || match note.kind {
            NoteKind::Keyword => self.keyword.get(&note.pointer.last()),
            kind => self.rule.get(kind.rule()),
        };
        place.or_else(general).map(String::as_str).ok_or_else(|| {
            let message = format!("{}: say in `{PATH}` why the Rust code can do without it", note.kind.words());
            Error::new(message).in_file(file).at(&note.pointer)
        })
    }
}

impl Place {
    fn matches(&self, note: &Note, file: &str) -> bool {
        let folder = file.strip_suffix(&self.file);
        folder.is_some_and(|folder| folder.ends_with('/')) && self.pointer == note.pointer.as_str()
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
    let mut unused: Vec<(usize, &Place)> = allowances.allow.iter().enumerate().collect();
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
        let Normalised { problems, notes, .. } = normalise(&document, &roots, &endpoint.name, &endpoint.names);
        report.problems.extend(problems.into_iter().map(|error| error.in_file(&file)));
        for note in notes {
            unused.retain(|(_, place)| !place.matches(&note, &file));
            match allowances.judge(&note, &file).map(str::to_owned) {
                Ok(reason) => {
                    let Note { pointer, kind: what } = note;
                    report.allowed.push(Allowed { file: file.clone(), pointer, what, reason });
                }
                Err(error) => report.problems.push(error),
            }
        }
    }
    for name in documents(root)?.into_iter().filter(|name| endpoints.iter().all(|endpoint| endpoint.file != *name)) {
        let message = format!("belongs to no endpoint of `{}`: delete it", endpoints::PATH);
        report.problems.push(Error::new(message).in_file(format!("{UPSTREAM}/{name}")));
    }
    for (index, _) in unused {
        let message = "allows something that is no longer there: delete it";
        report.problems.push(Error::new(message).in_file(PATH).at(format_args!("/allow/{index}")));
    }
    Ok(report)
}

/// The files of the upstream documents' folder, in order.
fn documents(root: &Path) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(UPSTREAM);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(UPSTREAM)).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::Allowances;
    use crate::describe::normalise::{Note, NoteKind};
    use crate::pointer::Pointer;

    const FILE: &str = "openapi/upstream/turbo.json";

    fn note(kind: NoteKind) -> Note {
        Note { pointer: Pointer::parse("/components/schemas/X/ui").unwrap(), kind }
    }

    #[test]
    fn an_allowance_is_for_a_keyword_a_rule_or_a_place() {
        let none = Allowances::default();
        assert_eq!(
            none.judge(&note(NoteKind::Keyword), FILE).unwrap_err().to_string(),
            "openapi/upstream/turbo.json#/components/schemas/X/ui: is a keyword that the Rust code does not carry: \
             say in `openapi/allow.toml` why the Rust code can do without it"
        );
        let keyword = Allowances::parse("[keyword]\nui = \"for the web page\"").unwrap();
        assert_eq!(keyword.judge(&note(NoteKind::Keyword), FILE).unwrap(), "for the web page");
        assert!(keyword.judge(&note(NoteKind::Misfit), FILE).is_err());
        let rule = Allowances::parse("[rule]\nmisfit = \"known\"").unwrap();
        assert_eq!(rule.judge(&note(NoteKind::Misfit), FILE).unwrap(), "known");
        let place = "[[allow]]\nfile = \"turbo.json\"\npointer = \"/components/schemas/X/ui\"\nreason = \"here\"";
        let place = Allowances::parse(place).unwrap();
        assert_eq!(place.judge(&note(NoteKind::Misfit), FILE).unwrap(), "here");
        assert!(place.judge(&note(NoteKind::Misfit), "openapi/upstream/remix.json").is_err());
        assert!(place.judge(&note(NoteKind::Misfit), "openapi/upstream/v2turbo.json").is_err());
    }

    #[test]
    fn an_allowance_without_a_reason_is_none() {
        assert_eq!(Allowances::parse("[keyword]\nui = \" \"").unwrap_err().to_string(), "#/keyword/ui: needs a reason");
    }
}

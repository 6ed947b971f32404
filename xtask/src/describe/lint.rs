//! Compares what the Rust code does not express with what may be left out.

use super::normalise::{Note, NoteKind};
use crate::error::{Error, Result};
use crate::pointer::Pointer;
use crate::sources::allowances::{Allowances, PATH, Place};

/// Something that the Rust code does not express, and the reason why that is right.
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

/// The allowance for a note on a document.
///
/// # Errors
/// Nothing allows it.
pub(super) fn judge<'a>(allowances: &'a Allowances, note: &Note, file: &str) -> Result<&'a str> {
    let place = allowances.allow.iter().find(|place| matches(place, note, file)).map(|place| &place.reason);
    let general = || match note.kind {
        NoteKind::Keyword => allowances.keyword.get(&note.pointer.last()),
        kind => allowances.rule.get(kind.rule()),
    };
    place.or_else(general).map(String::as_str).ok_or_else(|| {
        let (table, key) = match note.kind {
            NoteKind::Keyword => ("keyword", note.pointer.last()),
            kind => ("rule", kind.rule().to_owned()),
        };
        let message = format!(
            "{}: say in `{PATH}` why the Rust code can do without it, below `[{table}]` as `{key:?} = \"…\"`",
            note.kind.words()
        );
        Error::new(message).in_file(file).at(&note.pointer)
    })
}

/// The allowances for single places that no note uses. `looked_at` has the notes of each document that was read.
pub(super) fn unused(allowances: &Allowances, looked_at: &[(String, Vec<Note>)], unread: &[String]) -> Vec<Error> {
    let is_used = |place: &Place| {
        unread.iter().any(|file| is_file(place, file))
            || looked_at.iter().any(|(file, notes)| notes.iter().any(|note| matches(place, note, file)))
    };
    let unused = allowances.allow.iter().enumerate().filter(|(_, place)| !is_used(place));
    let message = "allows something that is no longer there: delete it";
    unused.map(|(index, _)| Error::new(message).in_file(PATH).at(format_args!("/allow/{index}"))).collect()
}

fn matches(place: &Place, note: &Note, file: &str) -> bool {
    is_file(place, file) && place.pointer == note.pointer.as_str()
}

fn is_file(place: &Place, file: &str) -> bool {
    file.strip_suffix(&place.file).is_some_and(|folder| folder.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::describe::normalise::{Note, NoteKind};
    use crate::pointer::Pointer;
    use crate::sources::allowances::Allowances;

    const FILE: &str = "openapi/upstream/turbo.json";

    fn note(kind: NoteKind) -> Note {
        Note { pointer: Pointer::parse("/components/schemas/X/ui").unwrap(), kind }
    }

    #[test]
    fn an_allowance_is_for_a_keyword_a_rule_or_a_place() {
        let none = Allowances::default();
        assert_eq!(
            judge(&none, &note(NoteKind::Keyword), FILE).unwrap_err().to_string(),
            "openapi/upstream/turbo.json#/components/schemas/X/ui: is a keyword that the Rust code does not carry: \
             say in `openapi/allow.toml` why the Rust code can do without it, below `[keyword]` as `\"ui\" = \"…\"`"
        );
        let keyword = Allowances::parse("[keyword]\nui = \"for the web page\"").unwrap();
        assert_eq!(judge(&keyword, &note(NoteKind::Keyword), FILE).unwrap(), "for the web page");
        assert!(judge(&keyword, &note(NoteKind::Misfit), FILE).is_err());
        let rule = Allowances::parse("[rule]\nmisfit = \"known\"").unwrap();
        assert_eq!(judge(&rule, &note(NoteKind::Misfit), FILE).unwrap(), "known");
        let place = "[[allow]]\nfile = \"turbo.json\"\npointer = \"/components/schemas/X/ui\"\nreason = \"here\"";
        let place = Allowances::parse(place).unwrap();
        assert_eq!(judge(&place, &note(NoteKind::Misfit), FILE).unwrap(), "here");
        assert!(judge(&place, &note(NoteKind::Misfit), "openapi/upstream/remix.json").is_err());
        assert!(judge(&place, &note(NoteKind::Misfit), "openapi/upstream/v2turbo.json").is_err());
    }
}

//! The report, and its forms: a table for people, JSON for programs, rows for a changelog.

use super::rules::Kind;
use super::verdict::{Bump, Position, Rust, Wire};
use serde::Serialize;
use std::fmt::Write as _;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The document's name and the JSON pointer in it: `run.json#/components/schemas/File/properties/url`. What was
    /// removed is pointed to in the old document, the rest in the new one.
    pub pointer: String,
    /// What kind of change it is.
    pub kind: Kind,
    /// Where it is seen.
    pub position: Position,
    /// What it is on the wire.
    pub wire: Wire,
    /// What it is in the Rust API.
    pub rust: Rust,
    /// The change in words.
    pub text: String,
}

/// All changes, the worst first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The changes, the worst first, then by pointer.
    pub changes: Vec<Change>,
    /// The version bump that follows.
    pub bump: Bump,
    /// The problems for which `cargo xtask codegen` stops, each with file and JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// The upstream documents that were compared as they are, since nothing could be made of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub as_they_are: Vec<String>,
}

impl Report {
    pub(super) fn new(mut changes: Vec<Change>) -> Self {
        changes.sort_by(|one, two| {
            (two.wire, two.rust).cmp(&(one.wire, one.rust)).then_with(|| {
                (&one.pointer, one.kind, one.position, &one.text).cmp(&(
                    &two.pointer,
                    two.kind,
                    two.position,
                    &two.text,
                ))
            })
        });
        let mut this = Self { changes, bump: Bump::None, problems: Vec::new(), as_they_are: Vec::new() };
        this.judge();
        this
    }

    /// The version bump from the verdicts.
    pub(super) fn judge(&mut self) {
        let worst = self.changes.iter().map(|change| change.rust).max();
        self.bump = worst.map_or(Bump::None, |worst| match worst {
            Rust::Patch => Bump::Patch,
            Rust::Minor => Bump::Minor,
            Rust::Major | Rust::Refused => Bump::Major,
        });
    }

    /// A table for people, one row a change, and a line that sums it up.
    pub fn to_table(&self) -> String {
        let mut table = self.head();
        if self.changes.is_empty() {
            table.push_str("No change: both say the same.\n");
            return table;
        }
        let rows: Vec<[String; 5]> =
            std::iter::once(["WIRE", "RUST", "POSITION", "CHANGE", "WHERE"].map(str::to_owned))
                .chain(self.changes.iter().map(|change| {
                    [
                        word(&change.wire),
                        word(&change.rust),
                        word(&change.position),
                        visible(&change.text),
                        visible(&change.pointer),
                    ]
                }))
                .collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                // The width is limited, so that a few long sentences do not push all pointers off the screen.
                *width = cell.chars().count().min(90).max(*width);
            }
        }
        for row in &rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                let _ = write!(line, "{cell:width$}  ");
            }
            table.push_str(line.trim_end());
            table.push('\n');
        }
        let count = |wire| self.changes.iter().filter(|change| change.wire == wire).count();
        let _ = writeln!(
            table,
            "\nOn the wire: {} breaking, {} behaviour, {} compatible. Version bump: {}{}.",
            count(Wire::Breaking),
            count(Wire::Behaviour),
            count(Wire::Compatible),
            word(&self.bump),
            match self.bump {
                Bump::Major => " (before 1.0: the second number)",
                Bump::Minor => " (before 1.0: the last number)",
                Bump::None | Bump::Patch => "",
            },
        );
        table
    }

    /// What stands above the table when codegen stops.
    fn head(&self) -> String {
        let mut head = String::new();
        if !self.problems.is_empty() {
            head.push_str("`cargo xtask codegen` stops:\n");
            self.problems.iter().for_each(|problem| head.push_str(&format!("  {}\n", visible(problem))));
            head.push('\n');
        }
        if !self.as_they_are.is_empty() {
            let documents = self.as_they_are.join("`, `");
            head.push_str(&format!(
                "The endpoints' documents `{documents}` were compared as upstream has them, without templates and overlays:\n\n"
            ));
        }
        head
    }

    /// The report as JSON text: `{"changes":[{"pointer","kind","position","wire","rust","text"}],"bump"}`, with
    /// `problems` and `as_they_are` where there are any.
    pub fn to_json(&self) -> String {
        // Structs of strings and enumerations cannot fail to serialize.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }

    /// 0 when old programs and old code go on, 1 when either breaks, on the wire or `major` in the Rust API, or codegen stops.
    pub fn exit_code(&self) -> u8 {
        u8::from(
            !self.problems.is_empty()
                || self.changes.iter().any(|change| change.wire == Wire::Breaking || change.rust >= Rust::Major),
        )
    }

    /// One line of Markdown a change, the worst first, for a changelog's list.
    pub fn changelog_rows(&self) -> Vec<String> {
        let row = |change: &Change| {
            let place = match change.position {
                Position::None => String::new(),
                Position::Both => ", request and response".to_owned(),
                position => format!(", {}", word(&position)),
            };
            let (wire, rust, text) = (word(&change.wire), word(&change.rust), visible(&change.text));
            format!("{text} (wire: {wire}, Rust: {rust}{place})")
        };
        self.changes.iter().map(row).collect()
    }
}

/// The word that stands for it in `--json`.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The text without control characters and those that change the direction of writing.
fn visible(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if obeyed(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
        shown
    })
}

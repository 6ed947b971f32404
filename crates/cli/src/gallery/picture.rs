//! A picture and its request, as a page shows them.

use crate::calls::job_row::{info_of, input_of};
use crate::calls::prompt::prompt_of;
use crate::clean::{hidden, is_risky};
use crate::gallery::link::Links;
use crate::gallery::thumbnails::Seen;
use crate::ledger::Row;
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

/// The field that can be filtered by.
const STYLE: &str = "style";

/// The most characters of a prompt that are shown, and of any other word.
const LONGEST: usize = 4_000;
const LONGEST_WORD: usize = 100;

/// A picture on the disk.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) path: PathBuf,
    pub(super) prompt: String,
    pub(super) endpoint: String,
    pub(super) style: Option<String>,
    pub(super) seed: Option<i64>,
    /// In UTC, `2026-01-31`.
    pub(super) day: String,
}

impl Picture {
    /// That of a row's file.
    pub(super) fn of(row: &Row, file: usize) -> Option<Self> {
        let (info, input) = (info_of(row), input_of(row));
        let created = Duration::from_millis(u64::try_from(row.created_ms).unwrap_or_default());
        Some(Self {
            path: row.files.get(file)?.into(),
            prompt: info.and_then(|info| prompt_of(info, &input)).map(|text| shown(text, LONGEST)).unwrap_or_default(),
            endpoint: endpoint_of(row),
            style: info.and_then(|info| style_of(info, &input)),
            seed: row.seed,
            day: humantime::format_rfc3339_seconds(UNIX_EPOCH + created).to_string().chars().take(10).collect(),
        })
    }
}

/// A picture with what a page needs besides.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) picture: Picture,
    pub(super) seen: Seen,
    pub(super) link: String,
}

impl Card {
    /// `None` where the file has gone meanwhile.
    pub(super) fn new(picture: Picture, seen: Seen, links: &Links) -> Option<Self> {
        let link = links.to(&picture.path)?;
        Some(Self { picture, seen, link })
    }

    /// Its format, where no small picture of it could be made.
    pub(super) fn format(&self) -> String {
        let ending = self.picture.path.extension().unwrap_or_default().to_string_lossy();
        shown(&ending.to_uppercase(), LONGEST_WORD)
    }
}

/// The command of a row's endpoint, or its id.
pub(super) fn endpoint_of(row: &Row) -> String {
    info_of(row).map_or_else(|| shown(&row.endpoint, LONGEST_WORD), |info| info.verb.to_owned())
}

/// The style that was asked for, or what the service takes where none was.
pub(super) fn style_of(info: &EndpointInfo, input: &Map<String, Value>) -> Option<String> {
    let unsaid = || serde_json::from_str::<String>(info.input(STYLE)?.default?).ok();
    let said = input.get(STYLE).and_then(Value::as_str).map(|text| shown(text, LONGEST_WORD));
    said.or_else(unsaid).filter(|style| !style.is_empty())
}

/// A text from outside as a page shows it: what would hide, reorder or control is U+FFFD, lines and joined characters stay.
pub(super) fn shown(text: &str, longest: usize) -> String {
    let text = hidden(text.trim());
    let mut characters = text.chars().filter(|character| *character != '\r').map(|character| match character {
        '\n' | '\u{200c}' | '\u{200d}' => character,
        character if character.is_whitespace() => ' ',
        character if is_risky(character) => char::REPLACEMENT_CHARACTER,
        character => character,
    });
    let mut shown: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{shown, style_of};
    use ideogram_schema::ENDPOINTS;
    use serde_json::json;

    #[test]
    fn what_reorders_or_controls_is_made_visible_and_words_stay() {
        for (text, expected) in [
            (" a fox\r\nin two\tlines ", "a fox\nin two lines"),
            ("\u{202e}gnp.exe\u{1b}[2J\u{0}", "\u{fffd}gnp.exe\u{fffd}[2J\u{fffd}"),
            ("👩\u{200d}🚀 ثعلب", "👩\u{200d}🚀 ثعلب"),
            ("</script>", "</script>"),
        ] {
            assert_eq!(shown(text, 100), expected);
        }
        assert_eq!(shown("abcdef", 3), "abc…");
    }

    #[test]
    fn a_style_that_was_not_asked_for_is_the_default() {
        let [info, ..] = ENDPOINTS else { panic!("no endpoint") };
        let style = |input: serde_json::Value| style_of(info, input.as_object().unwrap());
        assert_eq!(style(json!({"style": "anime"})).as_deref(), Some("anime"));
        assert_eq!(style(json!({})).as_deref(), Some("auto"));
    }
}

//! Cleans text from outside for a terminal, so that nothing in it can move the cursor, or recolour, reorder or hide
//! what is shown.

use ideogram_client::Client;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use std::borrow::Cow;
use std::io;
use std::sync::{PoisonError, RwLock};

/// The most characters of one foreign text that are shown.
const LONGEST: usize = 1_000;

/// The client whose key is hidden.
static CLIENT: RwLock<Option<Client>> = RwLock::new(None);

/// From here on nothing that this module has cleaned shows the key of this client: a server can send it back.
pub(crate) fn hide_key_of(client: &Client) {
    *CLIENT.write().unwrap_or_else(PoisonError::into_inner) = Some(client.clone());
}

/// The text without the key.
pub(crate) fn hidden(text: &str) -> Cow<'_, str> {
    match &*CLIENT.read().unwrap_or_else(PoisonError::into_inner) {
        Some(client) => client.redact(text),
        None => Cow::Borrowed(text),
    }
}

/// The text on one line: whitespace as single blanks, every character of [`is_risky`] as U+FFFD, cut after 1,000
/// characters.
pub(crate) fn line(text: &str) -> String {
    let text = &*hidden(text);
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    let mut blank = false;
    for (count, character) in text.trim().chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if character.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            shown.push(' ');
        }
        shown.push(if is_risky(character) { char::REPLACEMENT_CHARACTER } else { character });
    }
    shown
}

/// A line as it stands, its blanks kept: an excerpt of a file points at a place by them.
pub(crate) fn excerpt(text: &str) -> String {
    let clean = |character| if is_risky(character) { char::REPLACEMENT_CHARACTER } else { character };
    hidden(text).chars().take(LONGEST).map(clean).collect()
}

/// Control characters (C0, DEL, C1), and the format characters that reorder, join or hide text.
pub(crate) fn is_risky(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of JSON in which every risky character is escaped: the same value to a parser, harmless to a terminal.
pub(crate) fn json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Escaped(CompactFormatter)))?;
    bytes.push(b'\n');
    Ok(bytes)
}

struct Escaped(CompactFormatter);

impl Formatter for Escaped {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let fragment = hidden(fragment);
        let mut rest = &*fragment;
        while let Some(at) = rest.find(is_risky) {
            let (fine, risky) = rest.split_at(at);
            self.0.write_string_fragment(writer, fine)?;
            let mut characters = risky.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::{json, line};

    #[test]
    fn escapes_bidi_and_newlines_do_not_reach_the_terminal() {
        assert_eq!(
            line("\u{1b}[31mred\r\nnext\u{202e}gnp.exe\u{9b}2J\u{7}"),
            "\u{fffd}[31mred next\u{fffd}gnp.exe\u{fffd}2J\u{fffd}"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(line(&"a".repeat(5_000)).chars().count(), 1_001);
    }

    #[test]
    fn json_is_the_same_value_and_holds_no_risky_character() {
        let value = serde_json::json!({"a\u{202e}": "x\u{9b}\u{1b}\u{e0041}\u{7f}y \"ü\""});
        let text = String::from_utf8(json(&value).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(!text.trim_end().contains(super::is_risky), "{text}");
    }
}

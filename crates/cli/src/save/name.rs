//! Makes file names from the prompt: with letters of every script, and nothing that could lead out of the folder.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};

/// The most characters and bytes of a text that become part of a name. A name has 255 bytes at most on common file systems.
const MAX_CHARACTERS: usize = 48;
const MAX_BYTES: usize = 120;

/// Names that are devices on Windows, with any extension.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul"];

/// What the name of a file can be made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<'a> {
    pub(crate) info: &'static EndpointInfo,
    pub(crate) input: &'a Map<String, Value>,
    /// The user's own words.
    pub(crate) words: Option<&'a str>,
    pub(crate) seed: Option<i64>,
    pub(crate) request_id: Option<&'a str>,
}

impl Naming<'_> {
    /// The words, or the command where no letter is in them.
    pub(super) fn slug(&self) -> String {
        let slug = clean(&self.words.unwrap_or_default().to_lowercase(), "");
        if slug.is_empty() { self.info.verb.to_owned() } else { slug }
    }

    /// The value of a field of the input, or its default.
    pub(super) fn input(&self, name: &str) -> String {
        let default = || serde_json::from_str(self.info.input(name)?.default?).ok();
        match self.input.get(name).cloned().or_else(default) {
            Some(Value::String(text)) => clean(&text, "._"),
            Some(value) => clean(&value.to_string(), "._"),
            None => String::new(),
        }
    }

    pub(super) fn request_id(&self) -> String {
        clean(self.request_id.unwrap_or_default(), "._")
    }
}

/// Letters, digits and the marks on them, in composed form (NFC); everything else is one dash, but for characters of `inner`
/// between two letters. Short, and cut between two letters.
fn clean(text: &str, inner: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_mark = |character: char| GeneralCategoryGroup::Mark.contains(categories.get(character));
    let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let mut name = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let next_is_letter = characters.peek().is_some_and(|next| next.is_alphanumeric());
        let after_letter = name.chars().next_back().is_some_and(|last| last.is_alphanumeric() || is_mark(last));
        let kept = character.is_alphanumeric()
            || (is_mark(character) && after_letter)
            || (inner.contains(character) && after_letter && next_is_letter);
        let character = if kept { character } else { '-' };
        if !kept && (name.is_empty() || name.ends_with('-')) {
            continue;
        }
        if name.chars().count() == MAX_CHARACTERS || name.len() + character.len_utf8() > MAX_BYTES {
            // If there is no room for a combining mark, its letter is removed too.
            while is_mark(character) && name.pop().is_some_and(is_mark) {}
            break;
        }
        name.push(character);
    }
    name.truncate(name.trim_end_matches('-').len());
    name
}

/// Whether a name is a device on Windows.
pub(super) fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    RESERVED.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_CHARACTERS, clean, is_reserved};

    fn slug(words: &str) -> String {
        clean(&words.to_lowercase(), "")
    }

    #[test]
    fn letters_of_every_script_stay_and_nothing_else() {
        for (words, name) in [
            ("A fox, reading a map!", "a-fox-reading-a-map"),
            ("../../etc/passwd\u{202e}", "etc-passwd"),
            ("狐狸 地図を読む", "狐狸-地図を読む"),
            ("ثعلب يقرأ خريطة", "ثعلب-يقرأ-خريطة"),
            // Marks belong to the letter before them.
            ("हिन्दी में", "हिन्दी-में"),
            ("Cafe\u{301} MÜNCHEN", "caf\u{e9}-münchen"),
            ("🦊 fox 🗺\u{fe0f}", "fox"),
            ("🦊", ""),
            ("a\0b\nc\u{1b}[31m", "a-b-c-31m"),
            ("v1.5_final", "v1-5-final"),
        ] {
            assert_eq!(slug(words), name, "{words:?}");
        }
        assert_eq!(clean("v1.5_final..", "._"), "v1.5_final");
        assert_eq!(clean("..", "._"), "");
        assert_eq!(clean("16:9", "._"), "16-9");
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(slug(&"lengthy ".repeat(100)).chars().count(), MAX_CHARACTERS - 1, "no dash at its end");
        let kanji = slug(&"狐".repeat(100));
        assert_eq!(kanji.len(), MAX_BYTES);
        let marked = slug(&"न्".repeat(100));
        assert!(marked.len() <= MAX_BYTES && marked.ends_with('\u{94d}'), "{marked}");
    }

    #[test]
    fn devices_of_windows_are_known_with_any_extension() {
        assert!(["con", "CON.png", "Nul.tar.gz", "com1", "LPT9.png"].into_iter().all(is_reserved));
        assert!(!["console", "com", "com0", "com10", "con-7.png"].into_iter().any(is_reserved));
    }
}

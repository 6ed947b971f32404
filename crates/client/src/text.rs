//! Cleans text from outside for messages, terminals and paths.

use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::sync::Arc;

/// At most `max` bytes of the text, cut at a character, with control characters and bidirectional overrides replaced by
/// spaces, so that a server cannot move a cursor or reverse a line.
pub(crate) fn clean(text: &str, max: usize) -> Cow<'_, str> {
    let cut = cut(text, max);
    if cut.len() == text.len() && !text.chars().any(is_unfit) {
        return Cow::Borrowed(text);
    }
    let mut cleaned: String = cut.chars().map(|character| if is_unfit(character) { ' ' } else { character }).collect();
    if cut.len() < text.len() {
        cleaned.push('…');
    }
    Cow::Owned(cleaned)
}

/// Secrets that must not be shown, in every form in which a server may send them back.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<[SecretString]>);

impl Secrets {
    /// The longest form is looked for first: a shorter one may be a part of it.
    pub(crate) fn new(mut forms: Vec<String>) -> Self {
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self(forms.into_iter().map(SecretString::from).collect())
    }

    /// The text with each of them replaced. A text must be whole when this is done: a cut could leave a part of a secret.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.0.iter().map(ExposeSecret::expose_secret).fold(Cow::Borrowed(text), |text, form| {
            if text.contains(form) { Cow::Owned(text.replace(form, "[redacted]")) } else { text }
        })
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// At most `max` bytes of the text, cut at a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// Control characters, line and paragraph separators, and the marks that change the direction of text.
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn escape_sequences_lose_their_power_and_plain_text_is_untouched() {
        assert_eq!(clean("a\u{1b}[31mb\r\nc\u{202e}d", 100), "a [31mb  c d");
        assert!(matches!(clean("Größe 4 × 3", 100), std::borrow::Cow::Borrowed("Größe 4 × 3")));
    }

    #[test]
    fn a_cut_falls_between_characters() {
        assert_eq!(clean("aé", 2), "a…");
        assert_eq!(clean("aé", 3), "aé");
    }
}

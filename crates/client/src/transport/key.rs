//! The API key, which only the configured servers see.

use crate::error::{Error, Result};
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// An API key: `key_id:key_secret`, one opaque text.
#[derive(Clone)]
pub(crate) struct Key(SecretString);

impl Key {
    /// Trims the text (a trailing newline in a file or variable would make the server refuse it) and checks that it can
    /// stand in a header.
    pub(crate) fn new(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::missing_key());
        }
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            // The message must not repeat the key, not even the offending character.
            Err(Error::configuration(
                "the API key holds a space or a character that is not printable ASCII; copy it again",
            ))
        }
    }

    /// Joins the two halves that fal's dashboard shows; where one is missing there is no key.
    pub(crate) fn join(id: &str, secret: &str) -> SecretString {
        let (id, secret) = (id.trim(), secret.trim());
        if id.is_empty() || secret.is_empty() { SecretString::default() } else { format!("{id}:{secret}").into() }
    }

    /// The `Authorization` header, marked sensitive so that no `Debug` prints it and HTTP/2 does not index it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::try_from(format!("Key {}", self.0.expose_secret())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use secrecy::ExposeSecret;

    #[test]
    fn a_key_is_trimmed_and_never_shown() {
        let key = Key::new(" id:hush\n").unwrap();
        let header = key.header().unwrap();
        assert_eq!(header.as_bytes(), b"Key id:hush");
        assert!(!format!("{key:?}{header:?}").contains("hush"));
    }

    #[test]
    fn a_key_with_a_control_character_is_refused_without_repeating_it() {
        let error = Key::new("id:hu\u{7}sh").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("sh\""), "{error:?}");
        assert!(Key::new(" \n").unwrap_err().is_missing_key());
        assert!(Key::new(Key::join("id", " ").expose_secret()).unwrap_err().is_missing_key());
    }
}

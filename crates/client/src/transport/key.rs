//! The API key, which only the configured servers see.

use crate::error::{Error, Result};
use crate::text::Secrets;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;

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

    /// Joins the two halves that fal's dashboard shows; the result is empty if one is missing.
    pub(crate) fn join(id: &str, secret: &str) -> SecretString {
        let (id, secret) = (id.trim(), secret.trim());
        if id.is_empty() || secret.is_empty() { SecretString::default() } else { format!("{id}:{secret}").into() }
    }

    /// The texts to hide if a server sends them back: the secret, in plain, in base64 and percent-encoded, and the id
    /// if it has eight characters or more. A text of fewer than four characters is not hidden, because it occurs in any
    /// text.
    pub(crate) fn secrets(&self) -> Secrets {
        let key = self.0.expose_secret();
        let (id, secret) = key.split_once(':').unwrap_or(("", key));
        let whole = format!("Key {key}");
        let mut forms = Vec::new();
        for (text, shortest) in [(id, 8), (secret, 4), (key, 4), (whole.as_str(), 8)] {
            if text.len() < shortest || (secret.len() < 4 && text != id) {
                continue;
            }
            let encoded: String = byte_serialize(text.as_bytes()).collect();
            forms.extend([text.to_owned(), encoded.replace("%3A", "%3a"), encoded.replace('+', "%20"), encoded]);
            // Without padding, so that both forms are found.
            forms.extend([STANDARD_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(text)]);
        }
        Secrets::new(forms)
    }

    /// A text that identifies this key and reveals nothing else about it. It is made of the id, if there is one, so
    /// that a new secret does not change it.
    pub(crate) fn fingerprint(&self) -> String {
        let key = self.0.expose_secret();
        let (id, _) = key.split_once(':').unwrap_or((key, ""));
        let hash = Sha256::new().chain_update("ideogram key id\0").chain_update(id).finalize();
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
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
    fn a_fingerprint_tells_ids_apart_and_shows_nothing() {
        let of = |key: &str| Key::new(key).unwrap().fingerprint();
        assert_eq!(of("id-1:hush"), of("id-1:other"));
        assert_ne!(of("id-1:hush"), of("id-2:hush"));
        assert_ne!(of("one-text"), of("another"));
        assert!(of("id-1:hush").len() == 16 && !of("id-1:hush").contains("id"));
    }

    #[test]
    fn a_key_that_comes_back_is_hidden_in_every_form() {
        let hide = |key: &str, text: &str| Key::new(key).unwrap().secrets().hide(text).into_owned();
        let key = "0123-abcd:s3/cr+et?";
        for form in [
            "s3/cr+et?",
            "0123-abcd",
            key,
            "Key 0123-abcd:s3/cr+et?",
            "0123-abcd%3As3%2Fcr%2Bet%3F",
            "0123-abcd%3as3%2Fcr%2Bet%3F",
            "MDEyMy1hYmNkOnMzL2NyK2V0Pw==",
            "czMvY3IrZXQ/",
            "czMvY3IrZXQ_",
        ] {
            let shown = hide(key, &format!("a {form} b"));
            assert!(
                shown.starts_with("a [redacted]") && shown.ends_with(" b") && !shown.contains("cr"),
                "{form}: {shown}"
            );
        }
        assert_eq!(hide("team:hush", "the team of hush"), "the team of [redacted]", "a short id is a word");
        assert_eq!(hide("a:b", "a bad habit"), "a bad habit", "and what is shorter than four no secret");
    }

    #[test]
    fn a_key_with_a_control_character_is_refused_without_repeating_it() {
        let error = Key::new("id:hu\u{7}sh").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("sh\""), "{error:?}");
        assert!(Key::new(" \n").unwrap_err().is_missing_key());
        assert!(Key::new(Key::join("id", " ").expose_secret()).unwrap_err().is_missing_key());
    }
}

//! How long files on fal's CDN are kept, and who may read them.

use crate::error::{Error, Result};
use ideogram_schema::FileAccess;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long a file on fal's CDN is kept, and who may read it: of the files that a request makes
/// ([`CallOptions::with_object_lifecycle`](crate::CallOptions::with_object_lifecycle)), or of an upload. The account's
/// settings apply to what is not set.
///
/// Sent as JSON in the header `X-Fal-Object-Lifecycle-Preference`.
///
/// ```
/// use ideogram_client::{CallOptions, FileAccess, ObjectLifecycle};
/// use std::time::Duration;
///
/// # fn main() -> ideogram_client::Result<()> {
/// let lifecycle = ObjectLifecycle::new()
///     .with_expiration(Duration::from_secs(24 * 60 * 60))?
///     .with_default_access(FileAccess::Forbid)
///     .with_access_of("user-id", FileAccess::Allow);
/// let options = CallOptions::new().with_object_lifecycle(lifecycle);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct ObjectLifecycle {
    expiration: Option<Expiration>,
    default_access: Option<FileAccess>,
    rules: Vec<(String, FileAccess)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiration {
    Never,
    After { seconds: u64 },
}

impl ObjectLifecycle {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Deletes the file this long after it was made: whole seconds, at least one; a fraction counts as a second.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) for zero, and for more than 2⁵³ seconds, which JSON cannot say exactly.
    pub fn with_expiration(mut self, after: Duration) -> Result<Self> {
        let seconds = after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0));
        if seconds == 0 || seconds > 1 << 53 {
            return Err(Error::input(format!("a file cannot expire after {after:?}: it takes from 1 s to 2⁵³ s")));
        }
        self.expiration = Some(Expiration::After { seconds });
        Ok(self)
    }

    /// Keeps the file for good, whatever the account says.
    pub fn without_expiration(mut self) -> Self {
        self.expiration = Some(Expiration::Never);
        self
    }

    /// Sets whether users without a rule of their own may read the file.
    pub fn with_default_access(mut self, access: FileAccess) -> Self {
        self.default_access = Some(access);
        self
    }

    /// Adds a rule: whether this user of fal may read the file.
    pub fn with_access_of(mut self, user: impl Into<String>, access: FileAccess) -> Self {
        self.rules.push((user.into(), access));
        self
    }

    /// The header's value.
    pub(crate) fn to_header(&self) -> String {
        let mut object = Map::new();
        if let Some(expiration) = self.expiration {
            let seconds = match expiration {
                Expiration::Never => Value::Null,
                Expiration::After { seconds } => seconds.into(),
            };
            object.insert("expiration_duration_seconds".to_owned(), seconds);
        }
        let mut access = Map::new();
        if let Some(default) = &self.default_access {
            access.insert("default".to_owned(), default.as_str().into());
        }
        if !self.rules.is_empty() {
            let rule = |(user, decision): &(String, FileAccess)| json!({"user": user, "decision": decision.as_str()});
            access.insert("rules".to_owned(), self.rules.iter().map(rule).collect());
        }
        if !access.is_empty() {
            object.insert("initial_acl".to_owned(), access.into());
        }
        // A header's value is ASCII, so other characters are written as JSON escapes.
        let mut ascii = String::new();
        for character in Value::Object(object).to_string().chars() {
            if character.is_ascii() {
                ascii.push(character);
            } else {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    ascii.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        ascii
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectLifecycle;
    use ideogram_schema::FileAccess;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn header(lifecycle: &ObjectLifecycle) -> Value {
        let text = lifecycle.to_header();
        assert!(text.is_ascii(), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_lifecycle_is_the_header_that_the_platform_documents() {
        assert_eq!(header(&ObjectLifecycle::new()), json!({}));
        assert_eq!(header(&ObjectLifecycle::new().without_expiration()), json!({"expiration_duration_seconds": null}));
        let lifecycle = ObjectLifecycle::new()
            .with_expiration(Duration::from_millis(1500))
            .unwrap()
            .with_default_access(FileAccess::Hide)
            .with_access_of("zoë 🦊", FileAccess::Allow);
        assert_eq!(
            header(&lifecycle),
            json!({
                "expiration_duration_seconds": 2,
                "initial_acl": {"default": "hide", "rules": [{"user": "zoë 🦊", "decision": "allow"}]},
            })
        );
    }

    #[test]
    fn a_duration_that_cannot_be_said_is_an_error() {
        for bad in [Duration::ZERO, Duration::MAX] {
            assert!(ObjectLifecycle::new().with_expiration(bad).unwrap_err().is_input(), "{bad:?}");
        }
    }
}

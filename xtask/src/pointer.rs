//! JSON pointers (RFC 6901): where in a document something stands.

use std::borrow::Cow;
use std::fmt;

/// A place in a document.
///
/// ```
/// use xtask::pointer::Pointer;
///
/// let path = Pointer::root().join("paths").join("/fal-ai/ideogram");
/// assert_eq!(path.to_string(), "/paths/~1fal-ai~1ideogram");
/// assert_eq!(path.last(), "/fal-ai/ideogram");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether it is the document itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// A pointer as it stands in a `$ref` after the `#`.
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// One step further: a key of an object.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        let mut joined = String::with_capacity(self.0.len() + key.len() + 1);
        joined.extend([&self.0, "/", &escape(key)]);
        Self(joined)
    }

    /// One step further: an index of an array.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The last key, unescaped; empty for the document itself.
    pub fn last(&self) -> String {
        self.0.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
    }

    /// The component of an OpenAPI document that it lies in: its first three steps.
    pub fn component(&self) -> Option<Self> {
        let rest = self.0.strip_prefix("/components/schemas/")?;
        let length = rest.find('/').unwrap_or(rest.len());
        self.0.get(..self.0.len() - rest.len() + length).map(|text| Self(text.to_owned()))
    }

    /// As [`serde_json::Value::pointer`] takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key as it stands in a pointer: `/` is `~1`, `~` is `~0`.
pub fn escape(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|byte| byte == b'~' || byte == b'/') {
        return Cow::Owned(key.replace('~', "~0").replace('/', "~1"));
    }
    Cow::Borrowed(key)
}

//! Reading JSON; an error names the path of the value that does not fit.

use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Deserializer, Value};
use std::fmt::Display;

/// Reads a value. The error of one that does not fit names the field: `images[0].file_size`.
pub(crate) fn from_slice<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    // Tracking the path takes time, so it is done only for text that could not be read.
    serde_json::from_slice(text).map_err(|error| placed::<T, _>(&mut Deserializer::from_slice(text)).unwrap_or(error))
}

/// Like [`from_slice`], for a value that is parsed already.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> serde_json::Result<T> {
    T::deserialize(value).map_err(|error| placed::<T, _>(value).unwrap_or(error))
}

/// Why it does not fit, where that is in a field.
fn placed<'de, T: DeserializeOwned, D: serde::Deserializer<'de, Error: Display>>(json: D) -> Option<serde_json::Error> {
    let error = serde_path_to_error::deserialize::<_, T>(json).err()?;
    error.path().iter().next()?;
    Some(serde_json::Error::custom(format!("`{}`: {}", error.path(), error.inner())))
}

#[cfg(test)]
mod tests {
    use super::{from_slice, from_value};
    use ideogram_schema::Output;
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_named_by_its_path() {
        let answer = json!({"images": [{"url": "u"}, {"url": "u", "file_size": "1234"}], "seed": 7});
        let error = from_slice::<Output>(answer.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("`images[1].file_size`: invalid type: string \"1234\""), "{error}");
        assert!(error.contains("at line 1 column"), "{error}");
        let error = from_value::<Output>(&answer).unwrap_err().to_string();
        assert!(error.starts_with("`images[1].file_size`: invalid type"), "{error}");
        // These errors are not about a field.
        for text in ["", "{}", "7"] {
            assert!(!from_slice::<Output>(text.as_bytes()).unwrap_err().to_string().starts_with('`'), "{text}");
        }
    }
}

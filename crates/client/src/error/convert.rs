//! Converts the schema crate's errors into this crate's, so that `?` works with both.

use super::Error;
use ideogram_schema::{InputError, OutOfRange, UnknownText};

/// A number that its field does not allow: [`is_input`](Error::is_input) is true.
///
/// ```
/// use ideogram_client::{RemixInput, Result, Strength};
///
/// fn input(strength: f64) -> Result<RemixInput> {
///     Ok(RemixInput::new("An ice cream", "https://example.com/fox.png").with_strength(Strength::new(strength)?))
/// }
///
/// assert!(input(0.5).is_ok());
/// assert!(input(1.5).unwrap_err().is_input());
/// ```
impl From<OutOfRange> for Error {
    fn from(error: OutOfRange) -> Self {
        Self::input(error.to_string())
    }
}

/// A text that is none of the listed values: [`is_input`](Error::is_input) is true.
///
/// ```
/// fn style(text: &str) -> ideogram_client::Result<ideogram_client::Style> {
///     Ok(text.parse::<ideogram_client::Style>()?)
/// }
///
/// assert!(style("watercolour").unwrap_err().is_input());
/// ```
impl From<UnknownText> for Error {
    fn from(error: UnknownText) -> Self {
        Self::input(error.to_string())
    }
}

/// A JSON input that does not fit its endpoint: [`is_input`](Error::is_input) is true.
///
/// ```
/// use ideogram_client::{EndpointInput, GenerateInput, Result};
///
/// fn input(json: serde_json::Value) -> Result<GenerateInput> {
///     Ok(GenerateInput::from_json(json)?)
/// }
///
/// let error = input(serde_json::json!({"prompt": "A fox", "apsect_ratio": "16:9"})).unwrap_err();
/// assert!(error.is_input());
/// assert!(error.to_string().ends_with("did you mean `aspect_ratio`?"), "{error}");
/// ```
impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        let advice =
            if error.is_no_url() { "; upload the file with `Client::upload`, and pass the URL it gives" } else { "" };
        Self::input(format!("{error}{advice}"))
    }
}

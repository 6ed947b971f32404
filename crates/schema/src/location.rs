//! The place in an input that the server refused.

use crate::check::{push_name, push_value};
use crate::{ValidationErrorDetail, ValidationLocation};
use std::fmt::{self, Write};

/// The path to a value that the server refused: the `loc` of a [`ValidationErrorDetail`].
///
/// [`Display`](fmt::Display) writes it as a path: `body.image_url`, `body.images[2].url`. Names come from the server; one
/// that is not a plain word is quoted, and control characters are escaped.
///
/// ```
/// use ideogram_schema::ValidationErrorDetail;
///
/// let detail: ValidationErrorDetail =
///     serde_json::from_str(r#"{"loc": ["body", "images", 2, "url"], "msg": "no URL", "type": "value_error"}"#).unwrap();
/// let location = detail.location();
/// assert_eq!(location.to_string(), "body.images[2].url");
/// assert_eq!(location.inside().to_string(), "images[2].url");
/// assert_eq!(location.field(), Some("images"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location<'a>(&'a [ValidationLocation]);

impl<'a> Location<'a> {
    /// The steps, from the outside in.
    pub fn steps(self) -> &'a [ValidationLocation] {
        self.0
    }

    /// The path without its first step, if that only names the part of the request, such as `body`.
    #[must_use]
    pub fn inside(self) -> Self {
        match self.0 {
            [ValidationLocation::String(part), rest @ ..]
                if matches!(part.as_str(), "body" | "query" | "path" | "header" | "cookie") =>
            {
                Self(rest)
            }
            _ => self,
        }
    }

    /// The name of the input's field that was refused, for [`EndpointInfo::input`](crate::EndpointInfo::input) or a
    /// form; `None` if the whole body was refused, for example because it is not JSON.
    pub fn field(self) -> Option<&'a str> {
        match self.inside().0.first() {
            Some(ValidationLocation::String(name)) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        for step in self.0 {
            match step {
                ValidationLocation::String(name) => push_name(&mut path, name),
                ValidationLocation::Integer(index) => write!(path, "[{index}]")?,
                ValidationLocation::UnknownValue(step) => push_value(&mut path, &step.to_string()),
            }
        }
        f.pad(&path)
    }
}

impl ValidationErrorDetail {
    /// The path to the value that was refused.
    pub fn location(&self) -> Location<'_> {
        Location(&self.loc)
    }
}

#[cfg(test)]
mod tests {
    use crate::ValidationErrorDetail;
    use serde_json::{Value, json};

    fn shown(loc: &Value) -> (String, Option<String>) {
        let detail = json!({"loc": loc, "msg": "m", "type": "t"});
        let detail: ValidationErrorDetail = serde_json::from_value(detail).unwrap();
        (detail.location().to_string(), detail.location().field().map(str::to_owned))
    }

    #[test]
    fn a_location_is_a_path_and_names_the_field() {
        for (loc, path, field) in [
            (json!(["body", "image_url"]), "body.image_url", Some("image_url")),
            (json!(["images", 2, "url"]), "images[2].url", Some("images")),
            (json!(["body"]), "body", None),
            (json!(["body", 17]), "body[17]", None),
            (json!([]), "", None),
            (json!(["body", "a b\u{1b}[0m"]), "body[\"a b\\u{1b}[0m\"]", Some("a b\u{1b}[0m")),
            (json!(["body", {"\u{7f}": "\u{9b}2J\u{202e}"}]), "body[{\"\\u{7f}\":\"\\u{9b}2J\\u{202e}\"}]", None),
            (json!(["body", "größe"]), "body.größe", Some("größe")),
        ] {
            assert_eq!(shown(&loc), (path.to_owned(), field.map(str::to_owned)), "{loc}");
        }
    }
}

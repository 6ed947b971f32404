//! JSON as fal's framework reads it: Python's values and errors, with the order of an object's members preserved.

mod decode;
mod number;
mod parse;

pub(crate) use number::Number;
pub(crate) use parse::{ParseError, parse};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value. An error body repeats the input as it came, so the order of members must survive.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array(Vec<Json>),
    Object(Vec<(Text, Json)>),
}

/// A text. JSON can contain a lone surrogate, which Unicode text cannot; it is kept as `?`, as the framework prints it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// Whether nothing was replaced.
    pub(crate) is_unicode: bool,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), is_unicode: true }
    }
}

impl Json {
    /// An empty object.
    pub(crate) const EMPTY: Self = Self::Object(Vec::new());

    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::String(Text { text: text.into(), is_unicode: true })
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key.is_unicode && key.text == name).map(|(_, value)| value)
    }

    /// The members of an object, in order; none of anything else.
    pub(crate) fn members(&self) -> &[(Text, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none of anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The text, when it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) if text.is_unicode => Some(&text.text),
            _ => None,
        }
    }

    /// The truth value, when it is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number, when it is one of 64 bits.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The number, as near as a float comes to it.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(value) => Self::Number(Number::parse(&value.to_string())),
            Value::String(value) => Self::text(value),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(key, value)| (Text::from(&*key), Self::from(value))).collect())
            }
        }
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => value.serialize(serializer),
            Self::String(value) => serializer.serialize_str(&value.text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(&key.text, value)?;
                }
                map.end()
            }
        }
    }
}

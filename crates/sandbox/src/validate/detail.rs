//! The errors of an input, in the framework's format.

use crate::json::Json;
use serde::Serialize;

/// One thing that is wrong with an input.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Detail {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) loc: Vec<Loc>,
    pub(crate) msg: String,
    /// The page that explains the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The value as it came; errors that the model itself raises have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ctx: Option<Json>,
}

/// A step on the way to a value: a member's name, or an index or offset.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Loc {
    Name(String),
    Index(usize),
}

impl Detail {
    /// Something wrong with that member of the body, found by the model.
    pub(crate) fn of_field(field: Option<&str>, kind: &'static str, msg: &str) -> Self {
        let mut loc = vec![Loc::Name("body".to_owned())];
        loc.extend(field.map(|name| Loc::Name(name.to_owned())));
        Self { kind, loc, msg: msg.to_owned(), url: None, input: None, ctx: None }
    }
}

/// A field that has to be there and is not.
pub(super) fn missing(loc: Vec<Loc>, input: Json) -> Detail {
    Detail { kind: "missing", loc, msg: "Field required".to_owned(), url: None, input: Some(input), ctx: None }
}

//! Validation of an input against the endpoint's table of fields, with the answers of fal's framework.
//!
//! The table, not the typed models, decides: the models take any text for an enumeration, so that a client survives new
//! values, while the server refuses what it does not list.

mod coerce;
mod detail;

pub(crate) use detail::Detail;
use detail::{Loc, missing};

use crate::json::{self, Json};
use ideogram_schema::{EndpointInfo, Field, FieldKind};
use serde_json::json;

/// A checked input: every field of the table that has a value, sent or by default, in its own type.
#[derive(Clone, Debug)]
pub(crate) struct ValidInput {
    values: Vec<(&'static Field, Json)>,
}

impl ValidInput {
    /// The value of the field of that name; null counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.values.iter().find(|(field, value)| field.name == name && *value != Json::Null).map(|(_, value)| value)
    }

    /// That field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// That field's truth value.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// That field's whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Json::Number(value)) => value.as_i64(),
            _ => None,
        }
    }

    /// That field's number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Json::Number(value)) => value.as_f64(),
            _ => None,
        }
    }

    /// The files among the values.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, ideogram_schema::FileRole, &str)> {
        self.values.iter().filter_map(|(field, value)| match (field.kind, value) {
            (FieldKind::File(role), Json::String(url)) => Some((field.name, role, url.as_str())),
            _ => None,
        })
    }
}

/// Reads and checks a body as the framework does: content type, syntax, then the fields in the table's order.
///
/// # Errors
/// Everything that is wrong, in the order in which the framework lists it.
pub(crate) fn validate(
    info: &EndpointInfo,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<ValidInput, Vec<Detail>> {
    let input = if body.is_empty() {
        Json::Null
    } else if content_type.is_none_or(is_json) {
        json::parse(body).map_err(|error| {
            vec![Detail {
                kind: "json_invalid",
                loc: vec![Loc::Name("body".to_owned()), Loc::Index(error.offset)],
                msg: "JSON decode error".to_owned(),
                url: None,
                input: Some(Json::EMPTY),
                ctx: Some(json!({ "error": error.message }).into()),
            }]
        })?
    } else {
        // Whatever is not declared as JSON stays text, which is no object.
        Json::String(String::from_utf8_lossy(body).into_owned())
    };
    let mut loc = vec![Loc::Name("body".to_owned())];
    if input == Json::Null {
        return Err(vec![missing(loc, Json::Null)]);
    }
    let mut found = Vec::new();
    let values = coerce::fields(info.inputs, &input, &mut loc, &mut found);
    if found.is_empty() { Ok(ValidInput { values }) } else { Err(found) }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

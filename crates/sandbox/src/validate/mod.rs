//! Validation of an input against the endpoint's document, with the answers of fal's framework.
//!
//! Inputs are checked against the document, not the typed models. For an enumeration the models accept any text, so
//! that a client can read new values, while the server refuses a text that it does not list. `tests/bodies` has what
//! the framework itself answered.

mod coerce;
mod detail;
mod fault;
#[cfg(test)]
mod framework;
mod union;

pub(crate) use detail::Detail;
use detail::{Loc, missing};

use crate::description::{Endpoint, Shape};
use crate::json::{self, Json, ParseError};
use coerce::{Checker, Fit};
use ideogram_schema::FileRole;
use std::sync::Arc;

/// A checked input: every field that has a value, sent or by default, in its own type.
#[derive(Clone, Debug)]
pub(crate) struct ValidInput {
    endpoint: Arc<Endpoint>,
    fields: Json,
}

impl ValidInput {
    /// The fields as JSON.
    #[cfg(feature = "__fuzz")]
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(&self.fields).unwrap_or_default()
    }

    /// The value of the field of that name; null counts as none.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.fields.get(name).filter(|value| **value != Json::Null)
    }

    /// That field's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// That field's truth value.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(Json::as_bool)
    }

    /// That field's whole number.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Json::as_i64)
    }

    /// That field's number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Json::as_f64)
    }

    /// The files among the values.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, FileRole, &str)> {
        let fields = self.endpoint.input.members.iter().filter_map(|member| Some((member, member.file?)));
        fields.flat_map(|(member, role)| {
            let value = self.get(&member.name);
            let texts = value.and_then(Json::as_str).into_iter();
            let listed = value.map(Json::items).unwrap_or_default().iter().filter_map(Json::as_str);
            texts.chain(listed).map(move |url| (member.name.as_str(), role, url))
        })
    }
}

/// The framework's refusal of a body.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// Everything that is wrong, in the order in which the framework lists it.
    Invalid(Vec<Detail>),
    /// It cannot be read at all.
    Unreadable,
}

/// Reads and checks a body as the framework does: content type, syntax, then the fields in the document's order.
///
/// # Errors
/// [`Refusal`], with the framework's words.
pub(crate) fn validate(
    endpoint: &Arc<Endpoint>,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<ValidInput, Refusal> {
    let loc = vec![Loc::Name("body".to_owned())];
    let input = if body.is_empty() {
        Json::Null
    } else if content_type.is_some_and(is_json) {
        json::parse(body).map_err(|error| match error {
            ParseError::Unreadable => Refusal::Unreadable,
            ParseError::Syntax { offset, message } => {
                let mut loc = loc.clone();
                loc.push(Loc::Index(offset));
                Refusal::Invalid(vec![Detail {
                    kind: "json_invalid",
                    loc,
                    msg: "JSON decode error".to_owned(),
                    url: None,
                    input: Some(Json::EMPTY),
                    ctx: Some(Json::Object(vec![("error".into(), Json::text(message))])),
                }])
            }
        })?
    } else {
        // A body that is not declared as JSON stays bytes, which are not an object.
        Json::text(format!("<binary {} bytes>", body.len()))
    };
    if input == Json::Null {
        return Err(Refusal::Invalid(vec![missing(loc, Json::Null)]));
    }
    let mut checker = Checker::new(endpoint, loc);
    match checker.model(&endpoint.input, &input) {
        Some(fields) if checker.found.is_empty() => Ok(ValidInput { endpoint: Arc::clone(endpoint), fields }),
        _ => Err(Refusal::Invalid(checker.found)),
    }
}

/// Whether a value has this shape without any conversion.
pub(crate) fn fits(endpoint: &Endpoint, shape: &Shape, value: &Json) -> bool {
    let mut checker = Checker::new(endpoint, Vec::new());
    checker.value(shape, value).is_some() && checker.found.is_empty() && checker.fit == Fit::Exact
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

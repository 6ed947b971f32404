//! The framework's error for a value, without the value's location.

use super::detail::{Detail, Loc};
use crate::json::{Json, Number, Text};

pub(super) struct Fault {
    kind: &'static str,
    msg: String,
    ctx: Vec<(Text, Json)>,
}

impl Fault {
    pub(super) fn new(kind: &'static str, msg: impl Into<String>) -> Self {
        Self { kind, msg: msg.into(), ctx: Vec::new() }
    }

    pub(super) fn with(mut self, name: &str, value: Json) -> Self {
        self.ctx.push((name.into(), value));
        self
    }

    pub(super) fn at(self, loc: &[Loc], input: &Json) -> Detail {
        Detail {
            kind: self.kind,
            loc: loc.to_vec(),
            msg: self.msg,
            url: None,
            input: Some(input.clone()),
            ctx: (!self.ctx.is_empty()).then_some(Json::Object(self.ctx)),
        }
    }

    pub(super) fn not_unicode() -> Self {
        Self::new("string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string")
    }

    pub(super) fn int_size() -> Self {
        Self::new("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
    }

    pub(super) fn not_finite() -> Self {
        Self::new("finite_number", "Input should be a finite number")
    }

    pub(super) fn no_object() -> Self {
        Self::new("model_attributes_type", "Input should be a valid dictionary or object to extract fields from")
    }

    pub(super) fn recursion() -> Self {
        Self::new("recursion_loop", "Recursion error - cyclic reference detected")
    }

    pub(super) fn depth() -> Self {
        Self::new("recursion_depth_exceeded", "Recursion error - maximum validation depth exceeded")
    }

    pub(super) fn bool_type() -> Self {
        Self::new("bool_type", "Input should be a valid boolean")
    }

    pub(super) fn bound(kind: &'static str, key: &str, words: &str, bound: &Number) -> Self {
        let fault = Self::new(kind, format!("Input should be {words} {}", bound.shown()));
        fault.with(key, Json::Number(bound.clone()))
    }

    /// A text that is too short or too long.
    pub(super) fn length(is_short: bool, bound: u64) -> Self {
        let (kind, key, words) = if is_short {
            ("string_too_short", "min_length", "least")
        } else {
            ("string_too_long", "max_length", "most")
        };
        let plural = if bound == 1 { "" } else { "s" };
        let fault = Self::new(kind, format!("String should have at {words} {bound} character{plural}"));
        fault.with(key, count(bound))
    }

    /// A list that is too short or too long.
    pub(super) fn items(is_short: bool, bound: u64, actual: u64) -> Self {
        let (kind, key, words) =
            if is_short { ("too_short", "min_length", "least") } else { ("too_long", "max_length", "most") };
        let plural = if bound == 1 { "" } else { "s" };
        let text = format!("List should have at {words} {bound} item{plural} after validation, not {actual}");
        let fault = Self::new(kind, text).with("field_type", Json::text("List"));
        fault.with(key, count(bound)).with("actual_length", count(actual))
    }

    /// A value that is none of those listed.
    pub(super) fn not_listed(values: &[Json], is_named: bool) -> Self {
        let shown: Vec<String> = values.iter().map(shown).collect();
        let expected = match shown.split_last() {
            Some((last, head)) if !head.is_empty() => format!("{} or {last}", head.join(", ")),
            _ => shown.concat(),
        };
        let kind = if is_named { "enum" } else { "literal_error" };
        Self::new(kind, format!("Input should be {expected}")).with("expected", Json::text(expected))
    }
}

fn count(count: u64) -> Json {
    Json::from(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A value as Python would write it in a program.
pub(super) fn shown(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => format!("'{}'", text.text),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

//! One value against one kind of field: what fal's framework takes for what, and what it says when it does not.

use super::detail::{Detail, Loc, missing};
use crate::json::Json;
use ideogram_schema::{Bounds, Field, FieldKind};
use serde::Serialize;
use serde_json::{Number, Value, json};
use std::fmt::Display;

/// The value in the field's own type, or none after noting what is wrong.
pub(super) fn value(kind: &FieldKind, input: &Json, loc: &mut Vec<Loc>, found: &mut Vec<Detail>) -> Option<Json> {
    let checked = match kind {
        FieldKind::String { min_length, max_length } => string(input, *min_length, *max_length),
        FieldKind::File(_) => string(input, None, None),
        FieldKind::Boolean => boolean(input).map(Json::Bool),
        FieldKind::Integer(bounds) => integer(input)
            .and_then(|value| in_bounds(value, bounds, value.checked_rem(bounds.multiple_of.unwrap_or(1)) == Some(0)))
            .map(|value| Json::Number(value.into())),
        FieldKind::Number(bounds) => number(input)
            .and_then(|value| {
                let multiple = bounds.multiple_of.is_none_or(|step| (value / step).fract().abs() < 1e-9);
                in_bounds(value, bounds, multiple)
            })
            .and_then(|value| Number::from_f64(value).map(Json::Number).ok_or_else(not_finite)),
        FieldKind::Enum(values) => literal(input, values),
        FieldKind::Array { items, min_items, max_items } => {
            return array(items, (*min_items, *max_items), input, loc, found);
        }
        FieldKind::Object(table) => {
            let before = found.len();
            let members = fields(table, input, loc, found);
            return (found.len() == before).then(|| {
                Json::Object(members.into_iter().map(|(field, value)| (field.name.to_owned(), value)).collect())
            });
        }
        // A kind that this version does not know is described by the models only.
        _ => Ok(input.clone()),
    };
    checked.map_err(|error| found.push(error.at(loc, input))).ok()
}

/// Checks an object's members; also used for objects within the input.
pub(super) fn fields(
    table: &'static [Field],
    input: &Json,
    loc: &mut Vec<Loc>,
    found: &mut Vec<Detail>,
) -> Vec<(&'static Field, Json)> {
    if !matches!(input, Json::Object(_)) {
        found.push(Detail {
            kind: "model_attributes_type",
            loc: loc.clone(),
            msg: "Input should be a valid dictionary or object to extract fields from".to_owned(),
            url: None,
            input: Some(input.clone()),
            ctx: None,
        });
        return Vec::new();
    }
    let mut values = Vec::new();
    for field in table {
        loc.push(Loc::Name(field.name.to_owned()));
        match input.get(field.name) {
            Some(Json::Null) if field.nullable => values.push((field, Json::Null)),
            Some(value) => {
                if let Some(value) = self::value(&field.kind, value, loc, found) {
                    values.push((field, value));
                }
            }
            None if field.required => found.push(missing(loc.clone(), input.clone())),
            None => {
                if let Some(Ok(default)) = field.default.map(serde_json::from_str::<Json>) {
                    values.push((field, default));
                }
            }
        }
        loc.pop();
    }
    values
}

/// What is wrong with a value, before it is known where it stands.
struct FieldError {
    kind: &'static str,
    msg: String,
    ctx: Option<Value>,
}

impl FieldError {
    fn new(kind: &'static str, msg: &str) -> Self {
        Self { kind, msg: msg.to_owned(), ctx: None }
    }

    fn at(self, loc: &[Loc], input: &Json) -> Detail {
        Detail {
            kind: self.kind,
            loc: loc.to_vec(),
            msg: self.msg,
            url: None,
            input: Some(input.clone()),
            ctx: self.ctx.map(Json::from),
        }
    }
}

fn string(input: &Json, min: Option<u64>, max: Option<u64>) -> Result<Json, FieldError> {
    let Json::String(text) = input else {
        return Err(FieldError::new("string_type", "Input should be a valid string"));
    };
    let length = text.chars().count() as u64;
    let count = |bound: u64| format!("{bound} character{}", if bound == 1 { "" } else { "s" });
    if let Some(bound) = min.filter(|bound| length < *bound) {
        return Err(FieldError {
            kind: "string_too_short",
            msg: format!("String should have at least {}", count(bound)),
            ctx: Some(json!({ "min_length": bound })),
        });
    }
    if let Some(bound) = max.filter(|bound| length > *bound) {
        return Err(FieldError {
            kind: "string_too_long",
            msg: format!("String should have at most {}", count(bound)),
            ctx: Some(json!({ "max_length": bound })),
        });
    }
    Ok(Json::String(text.clone()))
}

fn boolean(input: &Json) -> Result<bool, FieldError> {
    let unclear = || FieldError::new("bool_parsing", "Input should be a valid boolean, unable to interpret input");
    match input {
        Json::Bool(value) => Ok(*value),
        Json::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "on" | "t" | "true" | "y" | "yes" => Ok(true),
            "0" | "off" | "f" | "false" | "n" | "no" => Ok(false),
            _ => Err(unclear()),
        },
        Json::Number(number) => match number.as_f64() {
            Some(1.0) => Ok(true),
            Some(0.0) => Ok(false),
            Some(value) if value.fract() == 0.0 => Err(unclear()),
            _ => Err(FieldError::new("bool_type", "Input should be a valid boolean")),
        },
        _ => Err(FieldError::new("bool_type", "Input should be a valid boolean")),
    }
}

fn integer(input: &Json) -> Result<i64, FieldError> {
    let too_large =
        || FieldError::new("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size");
    match input {
        Json::Bool(value) => Ok(i64::from(*value)),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Ok(value),
            #[allow(clippy::cast_possible_truncation, reason = "the range is checked by the guard")]
            (None, Some(value)) if value.fract() == 0.0 && value.abs() < 9.2e18 => Ok(value as i64),
            (None, Some(value)) if value.fract() == 0.0 => Err(too_large()),
            _ => Err(FieldError::new(
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part",
            )),
        },
        Json::String(text) => whole(text.trim()).ok_or_else(|| {
            FieldError::new("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }),
        _ => Err(FieldError::new("int_type", "Input should be a valid integer")),
    }
}

/// An integer as the framework reads it from text: single underscores between digits and a fraction of zeros are fine.
fn whole(text: &str) -> Option<i64> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    digits.replace('_', "").parse().ok()
}

fn number(input: &Json) -> Result<f64, FieldError> {
    match input {
        Json::Bool(value) => Ok(f64::from(u8::from(*value))),
        Json::Number(number) => number.as_f64().ok_or_else(not_finite),
        Json::String(text) => match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(not_finite()),
            Err(_) => Err(FieldError::new(
                "float_parsing",
                "Input should be a valid number, unable to parse string as a number",
            )),
        },
        _ => Err(FieldError::new("float_type", "Input should be a valid number")),
    }
}

fn not_finite() -> FieldError {
    FieldError::new("finite_number", "Input should be a finite number")
}

/// The framework names one bound only, and looks at them in this order.
fn in_bounds<T: Copy + PartialOrd + Display + Serialize>(
    value: T,
    bounds: &Bounds<T>,
    multiple: bool,
) -> Result<T, FieldError> {
    let checks = [
        ("multiple_of", "multiple_of", "a multiple of", bounds.multiple_of.filter(|_| !multiple)),
        ("less_than_equal", "le", "less than or equal to", bounds.maximum.filter(|bound| value > *bound)),
        ("less_than", "lt", "less than", bounds.exclusive_maximum.filter(|bound| value >= *bound)),
        ("greater_than_equal", "ge", "greater than or equal to", bounds.minimum.filter(|bound| value < *bound)),
        ("greater_than", "gt", "greater than", bounds.exclusive_minimum.filter(|bound| value <= *bound)),
    ];
    match checks.into_iter().find_map(|(kind, key, words, bound)| bound.map(|bound| (kind, key, words, bound))) {
        None => Ok(value),
        Some((kind, key, words, bound)) => {
            Err(FieldError { kind, msg: format!("Input should be {words} {bound}"), ctx: Some(json!({ key: bound })) })
        }
    }
}

fn literal(input: &Json, values: &[&str]) -> Result<Json, FieldError> {
    if input.as_str().is_some_and(|text| values.contains(&text)) {
        return Ok(input.clone());
    }
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    let expected = match quoted.split_last() {
        Some((last, head)) if !head.is_empty() => format!("{} or {last}", head.join(", ")),
        _ => quoted.concat(),
    };
    Err(FieldError {
        kind: "literal_error",
        msg: format!("Input should be {expected}"),
        ctx: Some(json!({ "expected": expected })),
    })
}

fn array(
    items: &FieldKind,
    (min, max): (Option<u64>, Option<u64>),
    input: &Json,
    loc: &mut Vec<Loc>,
    found: &mut Vec<Detail>,
) -> Option<Json> {
    let Json::Array(values) = input else {
        found.push(FieldError::new("list_type", "Input should be a valid list").at(loc, input));
        return None;
    };
    let before = found.len();
    let mut checked = Vec::with_capacity(values.len());
    for (index, item) in values.iter().enumerate() {
        loc.push(Loc::Index(index));
        checked.extend(value(items, item, loc, found));
        loc.pop();
    }
    if found.len() > before {
        return None;
    }
    let actual = values.len() as u64;
    let count = |bound: u64| format!("{bound} item{}", if bound == 1 { "" } else { "s" });
    let wrong = match (min.filter(|bound| actual < *bound), max.filter(|bound| actual > *bound)) {
        (Some(bound), _) => FieldError {
            kind: "too_short",
            msg: format!("List should have at least {} after validation, not {actual}", count(bound)),
            ctx: Some(json!({ "field_type": "List", "min_length": bound, "actual_length": actual })),
        },
        (_, Some(bound)) => FieldError {
            kind: "too_long",
            msg: format!("List should have at most {} after validation, not {actual}", count(bound)),
            ctx: Some(json!({ "field_type": "List", "max_length": bound, "actual_length": actual })),
        },
        _ => return Some(Json::Array(checked)),
    };
    found.push(wrong.at(loc, input));
    None
}

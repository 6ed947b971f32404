//! The bounds of a number, read from OpenAPI 3.0's keywords.

use crate::error::{Error, Result};
use serde_json::{Number, Value};

/// Which JSON number type is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// `type: integer`, an `i64`.
    Integer,
    /// `type: number`, an `f64`.
    Number,
}

impl NumberKind {
    /// The kind that a schema's `type` names.
    pub fn of(json_type: Option<&str>) -> Option<Self> {
        match json_type {
            Some("integer") => Some(Self::Integer),
            Some("number") => Some(Self::Number),
            _ => None,
        }
    }
}

/// The bounds, each as the description writes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// `minimum`, inclusive.
    pub minimum: Option<Number>,
    /// `minimum` with `exclusiveMinimum: true`.
    pub exclusive_minimum: Option<Number>,
    /// `maximum`, inclusive.
    pub maximum: Option<Number>,
    /// `maximum` with `exclusiveMaximum: true`.
    pub exclusive_maximum: Option<Number>,
    /// `multipleOf`.
    pub multiple_of: Option<Number>,
}

impl Bounds {
    /// Reads the bounds of a number schema.
    ///
    /// # Errors
    /// A bound that is not a number, or that an integer cannot take exactly.
    pub fn read(schema: &Value, kind: NumberKind, pointer: &str) -> Result<Self> {
        let bound = |keyword: &str| -> Result<Option<Number>> {
            let Some(value) = schema.get(keyword) else { return Ok(None) };
            let at = format!("{pointer}/{keyword}");
            let Value::Number(number) = value else {
                return Err(Error::new(format!("`{keyword}` must be a number, not {value}")).at(at));
            };
            match kind {
                NumberKind::Number => Ok(Some(number.clone())),
                NumberKind::Integer => whole(number)
                    .map(|number| Some(number.into()))
                    .ok_or_else(|| Error::new(format!("`{keyword}` of an integer must be whole, not {number}")).at(at)),
            }
        };
        let flag = |keyword: &str| schema.get(keyword).and_then(Value::as_bool).unwrap_or(false);
        let (minimum, exclusive_minimum) = split(bound("minimum")?, flag("exclusiveMinimum"));
        let (maximum, exclusive_maximum) = split(bound("maximum")?, flag("exclusiveMaximum"));
        Ok(Self { minimum, exclusive_minimum, maximum, exclusive_maximum, multiple_of: bound("multipleOf")? })
    }

    /// The Rust fields and their values, unset ones left out.
    pub fn fields(&self) -> Vec<(&'static str, &Number)> {
        [
            ("minimum", &self.minimum),
            ("exclusive_minimum", &self.exclusive_minimum),
            ("maximum", &self.maximum),
            ("exclusive_maximum", &self.exclusive_maximum),
            ("multiple_of", &self.multiple_of),
        ]
        .into_iter()
        .filter_map(|(name, bound)| Some((name, bound.as_ref()?)))
        .collect()
    }
}

fn split(bound: Option<Number>, exclusive: bool) -> (Option<Number>, Option<Number>) {
    if exclusive { (None, bound) } else { (bound, None) }
}

/// The least and the greatest value of an integer's `format`, as far as an `i64` can hold them; nothing for a format that is
/// no Rust type.
pub fn format_limits(format: &str) -> Option<(i64, Option<i64>)> {
    Some(match format {
        "int8" => (i8::MIN.into(), Some(i8::MAX.into())),
        "int16" => (i16::MIN.into(), Some(i16::MAX.into())),
        "int32" => (i32::MIN.into(), Some(i32::MAX.into())),
        "int64" => (i64::MIN, Some(i64::MAX)),
        "uint8" => (0, Some(u8::MAX.into())),
        "uint16" => (0, Some(u16::MAX.into())),
        "uint32" => (0, Some(u32::MAX.into())),
        "uint64" => (0, None),
        _ => return None,
    })
}

/// The number as an `i64`, when it is one exactly (`1` and `1.0` are).
#[allow(clippy::cast_possible_truncation, reason = "the range was just checked")]
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 9.0e15).then_some(float as i64)
    })
}

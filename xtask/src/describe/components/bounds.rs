//! The bounds of a number, read from OpenAPI 3.0's keywords.

use crate::error::{Error, Result};
use serde_json::{Number, Value};

/// Which number type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// `type: integer`, of the type that its `format` names.
    Integer(IntegerType),
    /// `type: number`, an `f64`.
    Number,
}

impl NumberKind {
    /// The kind that a schema's `type` and `format` name.
    pub fn of(schema: &Value) -> Option<Self> {
        match schema.get("type").and_then(Value::as_str) {
            Some("integer") => {
                let format = schema.get("format").and_then(Value::as_str);
                Some(Self::Integer(format.and_then(IntegerType::of_format).unwrap_or_default()))
            }
            Some("number") => Some(Self::Number),
            _ => None,
        }
    }
}

/// A Rust type of whole numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum IntegerType {
    I8,
    I16,
    I32,
    #[default]
    I64,
    U8,
    U16,
    U32,
    U64,
}

impl IntegerType {
    /// The type that an integer's `format` names; nothing for a format that is no Rust type.
    pub fn of_format(format: &str) -> Option<Self> {
        Some(match format {
            "int8" => Self::I8,
            "int16" => Self::I16,
            "int32" => Self::I32,
            "int64" => Self::I64,
            "uint8" => Self::U8,
            "uint16" => Self::U16,
            "uint32" => Self::U32,
            "uint64" => Self::U64,
            _ => return None,
        })
    }

    /// The `format` that names it.
    pub fn format(self) -> &'static str {
        match self {
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
        }
    }

    /// Its name in Rust.
    pub fn rust(self) -> &'static str {
        match self {
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
        }
    }

    /// Its least and its greatest value, the latter as far as an `i64` can hold it.
    pub fn limits(self) -> (i64, Option<i64>) {
        match self {
            Self::I8 => (i8::MIN.into(), Some(i8::MAX.into())),
            Self::I16 => (i16::MIN.into(), Some(i16::MAX.into())),
            Self::I32 => (i32::MIN.into(), Some(i32::MAX.into())),
            Self::I64 => (i64::MIN, Some(i64::MAX)),
            Self::U8 => (0, Some(u8::MAX.into())),
            Self::U16 => (0, Some(u16::MAX.into())),
            Self::U32 => (0, Some(u32::MAX.into())),
            Self::U64 => (0, None),
        }
    }

    /// The type itself where it holds all of these numbers, else an `i64`.
    #[must_use]
    pub fn holding(self, mut numbers: impl Iterator<Item = i64>) -> Self {
        let (least, most) = self.limits();
        let holds = |number: i64| number >= least && most.is_none_or(|most| number <= most);
        if numbers.all(holds) { self } else { Self::I64 }
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
                NumberKind::Integer(_) => whole(number)
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

/// The number as an `i64`, when it is one exactly (`1` and `1.0` are).
#[allow(clippy::cast_possible_truncation, reason = "the range was just checked")]
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 9.0e15).then_some(float as i64)
    })
}

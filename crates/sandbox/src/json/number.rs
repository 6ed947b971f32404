//! Numbers as in Python: integers of any size, and floats that may be infinite or NaN.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;
use std::cmp::Ordering;

/// A JSON number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number {
    /// In decimal digits, with a minus sign where it is below zero and without needless zeros.
    Integer(String),
    Float(f64),
}

impl Number {
    /// A number in JSON's syntax, or one of the words that Python takes besides.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "NaN" => Self::Float(f64::NAN),
            "Infinity" => Self::Float(f64::INFINITY),
            "-Infinity" => Self::Float(f64::NEG_INFINITY),
            _ => Self::integer(text).unwrap_or_else(|| Self::Float(text.parse().unwrap_or(f64::NAN))),
        }
    }

    /// A whole number in digits, with or without a sign and leading zeros.
    pub(crate) fn integer(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Self::Integer(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") }))
    }

    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(digits) => digits.parse().ok(),
            Self::Float(_) => None,
        }
    }

    pub(crate) fn as_f64(&self) -> f64 {
        match self {
            Self::Integer(digits) => digits.parse().unwrap_or(f64::NAN),
            Self::Float(value) => *value,
        }
    }

    /// Compares the number with a bound; integers beyond 64 bits are outside every bound.
    pub(crate) fn compare(&self, bound: &Self) -> Option<Ordering> {
        let (Self::Integer(digits), Self::Integer(_)) = (self, bound) else {
            return self.as_f64().partial_cmp(&bound.as_f64());
        };
        match (self.as_i64(), bound.as_i64()) {
            (Some(own), Some(bound)) => Some(own.cmp(&bound)),
            _ if digits.starts_with('-') => Some(Ordering::Less),
            _ => Some(Ordering::Greater),
        }
    }

    /// Whether it is a multiple of that.
    pub(crate) fn is_multiple_of(&self, step: &Self) -> bool {
        if let (Self::Integer(digits), Self::Integer(_)) = (self, step) {
            let Some(step) = step.as_i64().filter(|step| *step != 0).map(i128::from) else { return false };
            let digits = digits.trim_start_matches('-').bytes();
            return digits.fold(0_i128, |rest, digit| (rest * 10 + i128::from(digit - b'0')) % step) == 0;
        }
        // 0.1 has no exact float, so a number that is off by a billionth counts as a multiple too.
        let (value, step) = (self.as_f64(), step.as_f64());
        let (rest, threshold) = ((value % step).abs(), value.abs() / 1e9);
        rest == 0.0 || rest < threshold || (rest - step.abs()).abs() < threshold
    }

    /// As a message names it: Rust's way, which is the framework's core's.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Integer(digits) => digits.clone(),
            Self::Float(value) => value.to_string(),
        }
    }

    /// The number as a float.
    pub(crate) fn to_float(&self) -> Self {
        Self::Float(self.as_f64())
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Integer(value.to_string())
    }
}

/// As Python prints a float: the shortest digits that mean it, with an exponent where the point would stand far away.
fn python(value: f64) -> String {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = value.to_string();
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

impl Serialize for Number {
    /// A float that JSON cannot represent becomes the text that fal's framework writes for it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match self {
            Self::Integer(digits) => digits.clone(),
            Self::Float(value) if value.is_nan() => return serializer.serialize_str("nan"),
            Self::Float(value) if value.is_infinite() => {
                return serializer.serialize_str(if *value > 0.0 { "inf" } else { "-inf" });
            }
            Self::Float(value) => python(*value),
        };
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_python_prints_them() {
        // Each text is what Python's `repr` returns.
        for (value, text) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (0.1, "0.1"),
        ] {
            assert_eq!(serde_json::to_string(&Number::Float(value)).unwrap(), text);
        }
    }

    #[test]
    fn whole_numbers_have_any_size() {
        let number = Number::parse("-00123456789012345678901234567890");
        assert_eq!(number, Number::Integer("-123456789012345678901234567890".to_owned()));
        assert!(number.is_multiple_of(&7.into()) == (123_456_789_012_345_678_901_234_567_890_i128 % 7 == 0));
        assert!(number.is_multiple_of(&10.into()) && !number.is_multiple_of(&4.into()));
        assert_eq!(number.compare(&0.into()), Some(Ordering::Less));
        assert_eq!(Number::parse("-0"), 0.into());
        assert_eq!(Number::parse("1e400"), Number::Float(f64::INFINITY));
    }
}

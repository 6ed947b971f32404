//! Whole numbers as a server writes them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use std::fmt;
use std::marker::PhantomData;

/// A whole number in an answer. According to the description its type is `T`.
///
/// A server may send a number that `T` cannot hold, or write `7.0`. The number is kept as it was received, so that the
/// rest of the answer can be read, and it is written back unchanged.
///
/// ```
/// use ideogram_schema::Output;
/// use serde_json::json;
///
/// let output: Output = serde_json::from_value(json!({"images": [], "seed": 7.0})).unwrap();
/// assert_eq!(output.seed.get(), Some(7));
/// assert!(output.seed == 7);
///
/// let output: Output = serde_json::from_value(json!({"images": [], "seed": u64::MAX})).unwrap();
/// assert_eq!(output.seed.get(), None);
/// assert_eq!(output.seed.to_string(), "18446744073709551615");
/// ```
pub struct Integer<T> {
    number: Number,
    kind: PhantomData<fn() -> T>,
}

impl<T> Integer<T> {
    /// The number as it was received.
    pub fn as_number(&self) -> &Number {
        &self.number
    }
}

impl<T: TryFrom<i128>> Integer<T> {
    /// The number as a `T`; `None` if it is not whole or `T` cannot hold it.
    pub fn get(&self) -> Option<T> {
        T::try_from(whole(&self.number)?).ok()
    }
}

/// The value of a number that is whole: `7` and `7.0` are, `7.5` is not.
#[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of an `i128`")]
pub(crate) fn whole(number: &Number) -> Option<i128> {
    let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    exact.or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 1e38).then_some(float as i128)
    })
}

impl<T> Clone for Integer<T> {
    fn clone(&self) -> Self {
        Self { number: self.number.clone(), kind: PhantomData }
    }
}

impl<T> fmt::Debug for Integer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number, f)
    }
}

impl<T> fmt::Display for Integer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number, f)
    }
}

impl<T: Into<Number>> From<T> for Integer<T> {
    fn from(value: T) -> Self {
        Self { number: value.into(), kind: PhantomData }
    }
}

/// `7` and `7.0` are the same number.
impl<T> PartialEq for Integer<T> {
    fn eq(&self, other: &Self) -> bool {
        match (whole(&self.number), whole(&other.number)) {
            (Some(this), Some(other)) => this == other,
            _ => self.number == other.number,
        }
    }
}

impl<T: TryFrom<i128> + PartialEq> PartialEq<T> for Integer<T> {
    fn eq(&self, other: &T) -> bool {
        self.get().is_some_and(|value| value == *other)
    }
}

impl<T> Serialize for Integer<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { number: Number::deserialize(deserializer)?, kind: PhantomData })
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Integer<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Integer;
    use serde_json::{Value, json};

    fn read<T>(value: &Value) -> Integer<T> {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn a_number_is_what_it_is_in_whatever_way_it_is_written() {
        assert_eq!(read::<i64>(&json!(7)).get(), Some(7));
        assert_eq!(read::<i64>(&json!(7.0)), Integer::from(7));
        assert_eq!(read::<u8>(&json!(255.0)).get(), Some(255));
        assert_eq!(read::<u64>(&json!(u64::MAX)).get(), Some(u64::MAX));
        assert!(read::<i32>(&json!(-3)) == -3);
    }

    #[test]
    fn what_the_type_cannot_hold_is_kept_and_written_back_unchanged() {
        for value in [json!(u64::MAX), json!(1e30), json!(-1e300), json!(1234.5), json!(7.0), json!(0)] {
            let number = read::<i64>(&value);
            assert_eq!(serde_json::to_value(&number).unwrap(), value);
            assert_eq!(number.get().is_some(), value == json!(7.0) || value == json!(0), "{value}");
        }
        assert_eq!(read::<u8>(&json!(256)).get(), None);
        assert_eq!(read::<u64>(&json!(-1)).get(), None);
        assert_ne!(read::<i64>(&json!(1.5)), read(&json!(1)));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["\"7\"", "null", "true", "[7]", "{}"] {
            assert!(serde_json::from_str::<Integer<i64>>(text).is_err(), "{text}");
        }
    }
}

//! Numbers with bounds.

use std::fmt;

/// The bounds that a description sets on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds<T> {
    /// The least value allowed.
    pub minimum: Option<T>,
    /// Every value must be greater than this.
    pub exclusive_minimum: Option<T>,
    /// The greatest value allowed.
    pub maximum: Option<T>,
    /// Every value must be less than this.
    pub exclusive_maximum: Option<T>,
    /// Every value must be a multiple of this.
    pub multiple_of: Option<T>,
}

impl<T> Bounds<T> {
    /// No bounds.
    pub const NONE: Self =
        Self { minimum: None, exclusive_minimum: None, maximum: None, exclusive_maximum: None, multiple_of: None };
}

impl<T: Copy> Bounds<T> {
    /// Sets the least value allowed.
    ///
    /// ```
    /// use ideogram_schema::Bounds;
    ///
    /// const STEPS: Bounds<i64> = Bounds::NONE.at_least(1).at_most(50);
    /// assert_eq!(STEPS.to_string(), "from 1 to 50");
    /// assert!(STEPS.check(51).is_err());
    /// ```
    #[must_use]
    pub const fn at_least(mut self, minimum: T) -> Self {
        self.minimum = Some(minimum);
        self
    }

    /// Sets the number that every value must exceed.
    #[must_use]
    pub const fn greater_than(mut self, minimum: T) -> Self {
        self.exclusive_minimum = Some(minimum);
        self
    }

    /// Sets the greatest value allowed.
    #[must_use]
    pub const fn at_most(mut self, maximum: T) -> Self {
        self.maximum = Some(maximum);
        self
    }

    /// Sets the number that every value must stay below.
    #[must_use]
    pub const fn less_than(mut self, maximum: T) -> Self {
        self.exclusive_maximum = Some(maximum);
        self
    }

    /// Allows only multiples of this.
    #[must_use]
    pub const fn multiple_of(mut self, step: T) -> Self {
        self.multiple_of = Some(step);
        self
    }
}

/// A number lies outside what the description allows. The message names both.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfRange {
    value: String,
    bounds: String,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is out of range: it must be {}", self.value, self.bounds)
    }
}

impl std::error::Error for OutOfRange {}

impl<T: fmt::Display> fmt::Display for Bounds<T> {
    /// The bounds in words: `from 0.01 to 1`, `at least 1`, `greater than 0 and at most 10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(minimum), Some(maximum)) = (&self.minimum, &self.maximum) {
            write!(f, "from {minimum} to {maximum}")?;
            return match &self.multiple_of {
                Some(step) => write!(f, " and a multiple of {step}"),
                None => Ok(()),
            };
        }
        let mut joint = "";
        for (words, bound) in [
            ("at least", &self.minimum),
            ("greater than", &self.exclusive_minimum),
            ("at most", &self.maximum),
            ("less than", &self.exclusive_maximum),
            ("a multiple of", &self.multiple_of),
        ] {
            if let Some(bound) = bound {
                write!(f, "{joint}{words} {bound}")?;
                joint = " and ";
            }
        }
        if joint.is_empty() { f.write_str("any number") } else { Ok(()) }
    }
}

macro_rules! check_integers {
    ($($integer:ty)*) => { $(
        impl Bounds<$integer> {
            /// Checks that the value is allowed.
            ///
            /// # Errors
            /// [`OutOfRange`], with the value and the bounds in its message.
            pub fn check(&self, value: $integer) -> Result<(), OutOfRange> {
                let multiple = self.multiple_of.is_none_or(|step| value.checked_rem(step) == Some(0));
                self.verdict(value, multiple)
            }
        }
    )* };
}

check_integers! { i8 i16 i32 i64 u8 u16 u32 u64 }

impl Bounds<f64> {
    /// Checks that the value is allowed. NaN and the infinities never are, because JSON cannot represent them.
    ///
    /// # Errors
    /// [`OutOfRange`], with the value and the bounds in its message.
    pub fn check(&self, value: f64) -> Result<(), OutOfRange> {
        let multiple = self.multiple_of.is_none_or(|step| {
            let quotient = value / step;
            (quotient - quotient.round()).abs() < 1e-9
        });
        self.verdict(value, multiple && value.is_finite())
    }
}

impl<T: Copy + PartialOrd + fmt::Display> Bounds<T> {
    fn verdict(&self, value: T, otherwise_fine: bool) -> Result<(), OutOfRange> {
        let fits = otherwise_fine
            && self.minimum.is_none_or(|bound| value >= bound)
            && self.exclusive_minimum.is_none_or(|bound| value > bound)
            && self.maximum.is_none_or(|bound| value <= bound)
            && self.exclusive_maximum.is_none_or(|bound| value < bound);
        if fits { Ok(()) } else { Err(OutOfRange { value: value.to_string(), bounds: self.to_string() }) }
    }
}

/// Defines a checked number type, which cannot hold a value outside its bounds.
#[doc(hidden)]
#[macro_export]
macro_rules! bounded_number {
    ($(#[$meta:meta])* $name:ident($inner:ty) = $bounds:expr, $json_type:literal;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, ::serde::Serialize)]
        #[serde(transparent)]
        pub struct $name($inner);

        impl $name {
            /// The bounds that the description sets.
            pub const BOUNDS: $crate::number::Bounds<$inner> = $bounds;

            /// Checks the value and wraps it.
            ///
            /// # Errors
            /// `OutOfRange` when the description does not allow it.
            pub fn new(value: $inner) -> ::core::result::Result<Self, $crate::number::OutOfRange> {
                Self::BOUNDS.check(value).map(|()| Self(value))
            }

            /// The number itself.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl ::core::convert::TryFrom<$inner> for $name {
            type Error = $crate::number::OutOfRange;
            fn try_from(value: $inner) -> ::core::result::Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl ::core::convert::From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                let value = <$inner as ::serde::Deserialize>::deserialize(deserializer)?;
                Self::new(value).map_err(::serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                $crate::number::json_schema($json_type, &Self::BOUNDS)
            }
        }
    };
}

#[doc(hidden)]
pub use bounded_number;

/// The JSON Schema of a bounded number, made from the bounds that its constructor checks.
#[cfg(feature = "schemars")]
#[doc(hidden)]
pub fn json_schema<T: Copy + serde::Serialize>(json_type: &str, bounds: &Bounds<T>) -> schemars::Schema {
    let mut schema = schemars::json_schema!({ "type": json_type });
    for (keyword, bound) in [
        ("minimum", bounds.minimum),
        ("exclusiveMinimum", bounds.exclusive_minimum),
        ("maximum", bounds.maximum),
        ("exclusiveMaximum", bounds.exclusive_maximum),
        ("multipleOf", bounds.multiple_of),
    ] {
        if let Some(bound) = bound {
            schema.insert(keyword.into(), serde_json::json!(bound));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    const STRENGTH: Bounds<f64> = Bounds { minimum: Some(0.01), maximum: Some(1.0), ..Bounds::NONE };

    #[test]
    fn both_ends_of_an_inclusive_range_are_inside() {
        assert!(STRENGTH.check(0.01).is_ok() && STRENGTH.check(1.0).is_ok());
        assert_eq!(STRENGTH.check(1.5).unwrap_err().to_string(), "1.5 is out of range: it must be from 0.01 to 1");
    }

    #[test]
    fn nan_and_infinity_are_never_inside() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Bounds::<f64>::NONE.check(value).is_err(), "{value}");
        }
    }

    #[test]
    fn exclusive_bounds_and_multiples_are_checked() {
        let bounds = Bounds::<i64> { exclusive_minimum: Some(0), multiple_of: Some(8), ..Bounds::NONE };
        assert!(bounds.check(0).is_err() && bounds.check(12).is_err() && bounds.check(16).is_ok());
        assert_eq!(bounds.to_string(), "greater than 0 and a multiple of 8");
    }
}

//! Enumerations that stay open: a value that this version does not know is kept, never an error.

use crate::integer::whole;
use serde_json::Number;
use std::fmt;
use std::marker::PhantomData;

/// The text of a value that this version of the description does not list.
///
/// Only the conversions of the enumeration `E` make it, and they return the variant for a listed text. So it never
/// holds a listed text.
pub struct Unknown<E> {
    text: String,
    owner: PhantomData<fn() -> E>,
}

impl<E: ListedTexts> Unknown<E> {
    /// The value that has this text: a listed one, or `unknown` around the text.
    #[doc(hidden)]
    pub fn or_listed(text: &str, unknown: fn(Self) -> E) -> E {
        E::listed(text).unwrap_or_else(|| unknown(Self { text: text.to_owned(), owner: PhantomData }))
    }
}

impl<E> Unknown<E> {
    /// The text as it was received.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<E> Clone for Unknown<E> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), owner: PhantomData }
    }
}

impl<E> PartialEq for Unknown<E> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<E> Eq for Unknown<E> {}

impl<E> std::hash::Hash for Unknown<E> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<E> fmt::Debug for Unknown<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// An enumeration that knows which texts the description lists.
#[doc(hidden)]
pub trait ListedTexts: Sized {
    /// The value of a listed text.
    fn listed(text: &str) -> Option<Self>;
}

/// A text is none of the values that the description lists. The message has the text and the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText {
    text: String,
    known: &'static [&'static str],
}

impl UnknownText {
    /// The error for an enumeration that lists `known`.
    #[doc(hidden)]
    pub fn new(text: &str, known: &'static [&'static str]) -> Self {
        Self { text: text.to_owned(), known }
    }

    /// The values that the description lists.
    pub fn known(&self) -> &'static [&'static str] {
        self.known
    }
}

impl fmt::Display for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not one of `{}`", self.text, self.known.join("`, `"))
    }
}

impl std::error::Error for UnknownText {}

/// Defines an open enumeration: the listed values as variants, and one more variant that keeps any other text.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        ///
        /// Parsing with [`FromStr`](std::str::FromStr) takes the listed values only; [`From`] and deserialising take any
        /// text and keep it as `UnknownValue`, so that a value added by the server later breaks nothing.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $text, "`")] $variant,)+
            /// A value that this version does not list; `as_str` has its text.
            UnknownValue($crate::value::Unknown<$name>),
        }

        impl $name {
            /// Every listed value, in the description's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The texts of [`ALL`](Self::ALL).
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// The value as it stands in JSON.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::UnknownValue(unknown) => unknown.as_str(),
                }
            }

            /// Whether the description lists this value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::UnknownValue(_))
            }
        }

        impl $crate::value::ListedTexts for $name {
            fn listed(text: &str) -> ::core::option::Option<Self> {
                match text {
                    $($text => ::core::option::Option::Some(Self::$variant),)+
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                $crate::value::Unknown::or_listed(text, Self::UnknownValue)
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::value::UnknownText;
            fn from_str(text: &str) -> ::core::result::Result<Self, $crate::value::UnknownText> {
                <Self as $crate::value::ListedTexts>::listed(text).ok_or_else(|| $crate::value::UnknownText::new(text, Self::VALUES))
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)
                    .map(|text| Self::from(text.as_ref()))
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let values: ::std::vec::Vec<&str> = Self::ALL.iter().map(Self::as_str).collect();
                ::schemars::json_schema!({ "type": "string", "enum": values })
            }
        }
    };
}

#[doc(hidden)]
pub use open_enum;

/// A number that the description does not list, kept as it was received. The integer counterpart of [`Unknown`].
pub struct UnknownInteger<E> {
    number: Number,
    owner: PhantomData<fn() -> E>,
}

impl<E: ListedIntegers> UnknownInteger<E> {
    /// The value that is this number: a listed one, or `unknown` around the number.
    #[doc(hidden)]
    pub fn or_listed(number: Number, unknown: fn(Self) -> E) -> E {
        let listed = whole(&number).and_then(|value| E::listed(i64::try_from(value).ok()?));
        listed.unwrap_or_else(|| unknown(Self { number, owner: PhantomData }))
    }
}

/// An enumeration that knows which numbers the description lists.
#[doc(hidden)]
pub trait ListedIntegers: Sized {
    /// The value of a listed number.
    fn listed(value: i64) -> Option<Self>;
}

impl<E> UnknownInteger<E> {
    /// The number as it was received.
    pub fn as_number(&self) -> &Number {
        &self.number
    }

    /// The number as a `T`; `None` if it is not whole or `T` cannot hold it.
    pub fn get<T: TryFrom<i128>>(&self) -> Option<T> {
        T::try_from(whole(&self.number)?).ok()
    }
}

impl<E> Clone for UnknownInteger<E> {
    fn clone(&self) -> Self {
        Self { number: self.number.clone(), owner: PhantomData }
    }
}

impl<E> PartialEq for UnknownInteger<E> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<E> Eq for UnknownInteger<E> {}

impl<E> std::hash::Hash for UnknownInteger<E> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<E> fmt::Debug for UnknownInteger<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number, f)
    }
}

/// Defines an open enumeration of whole numbers.
#[doc(hidden)]
#[macro_export]
macro_rules! open_integer_enum {
    ($(#[$meta:meta])* $name:ident($inner:ty) { $($(#[$variant_meta:meta])* $variant:ident = $value:literal,)+ }) => {
        $(#[$meta])*
        ///
        /// [`From`] and deserialising take any number and keep it as `UnknownValue`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $value, "`")] $variant,)+
            /// A number that this version does not list; its `as_number` returns it.
            UnknownValue($crate::value::UnknownInteger<$name>),
        }

        impl $name {
            /// Every listed number, in the description's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The numbers of [`ALL`](Self::ALL).
            pub const VALUES: &'static [i64] = &[$($value),+];

            /// The number; `None` for an unlisted one that is not whole or that this type cannot hold.
            pub fn get(&self) -> ::core::option::Option<$inner> {
                match self {
                    $(Self::$variant => ::core::option::Option::Some($value),)+
                    Self::UnknownValue(unknown) => unknown.get(),
                }
            }

            /// Whether the description lists this number.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::UnknownValue(_))
            }
        }

        impl ::core::convert::From<$inner> for $name {
            fn from(value: $inner) -> Self {
                $crate::value::UnknownInteger::or_listed(value.into(), Self::UnknownValue)
            }
        }

        impl $crate::value::ListedIntegers for $name {
            fn listed(value: i64) -> ::core::option::Option<Self> {
                match value {
                    $($value => ::core::option::Option::Some(Self::$variant),)+
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    $(Self::$variant => f.pad(stringify!($value)),)+
                    Self::UnknownValue(unknown) => ::core::fmt::Display::fmt(unknown.as_number(), f),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant => serializer.serialize_i64($value),)+
                    Self::UnknownValue(unknown) => ::serde::Serialize::serialize(unknown.as_number(), serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                <::serde_json::Number as ::serde::Deserialize>::deserialize(deserializer)
                    .map(|number| $crate::value::UnknownInteger::or_listed(number, Self::UnknownValue))
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "integer", "enum": Self::VALUES })
            }
        }
    };
}

#[doc(hidden)]
pub use open_integer_enum;

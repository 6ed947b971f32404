//! The fields of inputs and outputs as data: what flags, forms and validators are made from.

use crate::number::Bounds;

/// One field of an input or an output.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The JSON property's name.
    pub name: &'static str,
    /// What it means, one or more sentences; may be empty.
    pub description: &'static str,
    /// What values it takes.
    pub kind: FieldKind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether JSON `null` is a value of it. For a field that is not, `null` is an error, not "unset".
    pub nullable: bool,
    /// What the server takes when the field is absent, as JSON text.
    pub default: Option<&'static str>,
    /// Example values, as JSON text.
    pub examples: &'static [&'static str],
}

/// What values a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text, its length counted in Unicode scalar values.
    String {
        /// The least length.
        min_length: Option<u64>,
        /// The greatest length.
        max_length: Option<u64>,
    },
    /// A file: on input an `http(s)` URL or a `data:` URI, on output an object with a `url`.
    File(FileRole),
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(Bounds<i64>),
    /// A number.
    Number(Bounds<f64>),
    /// One of these texts.
    Enum(&'static [&'static str]),
    /// A list.
    Array {
        /// What each item is.
        items: &'static FieldKind,
        /// The least number of items.
        min_items: Option<u64>,
        /// The greatest number of items.
        max_items: Option<u64>,
    },
    /// An object with these fields.
    Object(&'static [Field]),
    /// Anything else: any JSON value, described by the models only.
    Any,
}

/// What a file is to its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileRole {
    /// The picture that is worked on, or that was made.
    Image,
    /// A mask over that picture, of the same width and height.
    Mask,
    /// Any other file.
    Other,
}

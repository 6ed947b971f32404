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
    /// Whether it is required.
    pub required: bool,
    /// Whether JSON `null` is allowed. Otherwise `null` is an error, and does not mean "unset".
    pub nullable: bool,
    /// The value that the server uses when the field is absent, as JSON text.
    pub default: Option<&'static str>,
    /// Example values, as JSON text.
    pub examples: &'static [&'static str],
}

impl Field {
    /// An optional field of this name and kind, with nothing else said of it.
    ///
    /// ```
    /// use ideogram_schema::{Field, FieldKind};
    ///
    /// const PROMPT: Field = Field::new("prompt", FieldKind::String { min_length: Some(1), max_length: None })
    ///     .with_description("What to paint.")
    ///     .required();
    /// assert!(PROMPT.required && !PROMPT.nullable);
    /// ```
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self { name, description: "", kind, required: false, nullable: false, default: None, examples: &[] }
    }

    /// Sets the description.
    #[must_use]
    pub const fn with_description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Makes the field required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Allows `null`.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Sets the value that the server uses when the field is absent, as JSON text.
    #[must_use]
    pub const fn with_default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Sets example values, as JSON text.
    #[must_use]
    pub const fn with_examples(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
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
    /// One of these whole numbers.
    IntegerEnum(&'static [i64]),
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
    /// An object with any names, whose values are of this kind.
    Map(&'static FieldKind),
    /// A value of one of these kinds, in the description's order.
    OneOf(&'static [FieldKind]),
    /// Anything else: any JSON value. Only the models describe it further.
    Any,
}

/// The role of a file at its endpoint.
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

//! Notes on what the Rust code does not express.

use crate::pointer::Pointer;

/// Something that the Rust code does not express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where it stands.
    pub pointer: Pointer,
    /// What it is.
    pub kind: NoteKind,
}

/// The kind of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A keyword, the last step of the pointer.
    Keyword,
    /// A keyword, or a name in `x-fal-order-properties`, that applies to nothing here.
    Ineffective,
    /// The limits of something that is only received.
    Received,
    /// A flag that is always the same.
    Constant,
    /// A tuple whose members differ.
    Tuple,
    /// A bound beyond what an `i64` can hold.
    Clamped,
    /// A default that is no value of its schema.
    Misfit,
    /// A schema that neither input nor output refers to.
    Unreached,
    /// An operation beside the endpoint's own.
    OtherOperation,
    /// A schema that has another's name, and differs from it in descriptions only.
    Twin,
    /// An input that describes no field.
    EmptyInput,
}

impl NoteKind {
    /// The name under which `openapi/allow.toml` may allow it wherever it stands.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::Ineffective => "ineffective",
            Self::Received => "received",
            Self::Constant => "constant",
            Self::Tuple => "tuple",
            Self::Clamped => "clamped",
            Self::Misfit => "misfit",
            Self::Unreached => "unreached",
            Self::OtherOperation => "other-operation",
            Self::Twin => "twin",
            Self::EmptyInput => "empty-input",
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Keyword => "is a keyword that the Rust code does not carry",
            Self::Ineffective => "applies to nothing here",
            Self::Received => "limits what is only received, which the Rust code does not check",
            Self::Constant => "allows one value only, which the Rust code does not check",
            Self::Tuple => "says which item is of which type, which the Rust code does not carry",
            Self::Clamped => "lies beyond what an `i64` can hold",
            Self::Misfit => "is a default that is no value of its schema",
            Self::Unreached => "describes something that neither input nor output refers to",
            Self::EmptyInput => "describes no field of the input, which is any JSON object in Rust",
            Self::OtherOperation => "is an operation beside the endpoint's own, and calls nothing here",
            Self::Twin => {
                "differs in descriptions only from another of its name: they are one type, with the other's descriptions"
            }
        }
    }
}

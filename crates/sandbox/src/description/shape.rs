//! What values a schema has, as far as a validator and a maker of answers need to know.

use crate::json::{Json, Number};
use ideogram_schema::FileRole;

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Any value.
    Any,
    Boolean,
    String {
        min: Option<u64>,
        max: Option<u64>,
        /// A pattern, which is not looked into.
        pattern: Option<String>,
    },
    Integer(Bounds),
    Number(Bounds),
    /// One of the values that stand here.
    Enumeration(Enumeration),
    Array {
        items: Box<Shape>,
        min: Option<u64>,
        max: Option<u64>,
    },
    /// An object with members of any name.
    Map(Box<Shape>),
    /// An object with members that are named here.
    Model(Model),
    /// A schema with a name of its own.
    Named(String),
    /// One of several; the framework takes the one that fits best.
    Union(Vec<Shape>),
    /// Null, or that.
    Nullable(Box<Shape>),
}

/// The bounds of a number, whole or not as the number is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) multiple_of: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) exclusive_maximum: Option<Number>,
    pub(crate) minimum: Option<Number>,
    pub(crate) exclusive_minimum: Option<Number>,
}

impl Bounds {
    pub(crate) fn all(&self) -> [&Option<Number>; 5] {
        [&self.multiple_of, &self.maximum, &self.exclusive_maximum, &self.minimum, &self.exclusive_minimum]
    }
}

/// Values to choose from.
#[derive(Clone, Debug)]
pub(crate) struct Enumeration {
    pub(crate) values: Vec<Json>,
    /// Whether it has a name of its own, which the framework's error tells.
    pub(crate) is_named: bool,
}

/// An object with named members.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// The name that the framework knows it by.
    pub(crate) title: String,
    pub(crate) members: Vec<Member>,
}

impl Model {
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    pub(crate) default: Option<Json>,
    pub(crate) examples: Vec<Json>,
    /// Where it names a file: what the file is for.
    pub(crate) file: Option<FileRole>,
}

/// A schema with a name.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) title: String,
    pub(crate) shape: Shape,
}

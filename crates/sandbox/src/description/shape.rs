//! The values that a schema allows, in the detail that validation and the making of answers need.

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
        /// A pattern, which is not interpreted.
        pattern: Option<String>,
    },
    Integer(Bounds),
    Number(Bounds),
    /// One of these values.
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
    /// Null, or a value of this shape.
    Nullable(Box<Shape>),
}

/// The bounds of a number, whole numbers if the number is whole.
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
    /// Whether the schema has a name of its own, which changes the framework's error.
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
    /// The role of the file, if the member names one.
    pub(crate) file: Option<FileRole>,
}

/// A schema with a name.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) title: String,
    pub(crate) shape: Shape,
}

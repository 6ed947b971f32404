//! One named schema as what it becomes in Rust.

use super::bounds::{Bounds, IntegerType, NumberKind};
use serde_json::Value;
use std::collections::BTreeMap;

/// All components of the documents, by component name.
pub type Components = BTreeMap<String, Component>;

/// One named schema and what it becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The Rust type's name.
    pub rust: String,
    /// The JSON pointer of the schema.
    pub pointer: String,
    /// What the description says of it; may be empty.
    pub description: String,
    /// What it becomes.
    pub shape: Shape,
    /// What the file is to its endpoint, for an object that is a file of an output.
    pub file: Option<String>,
    /// The map of a struct's fields that the description does not name, where they are kept.
    pub rest: Option<Rest>,
}

/// The fields of an object that the description does not name.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest {
    /// The Rust field that has them.
    pub rust: String,
    /// The map's schema.
    pub schema: Value,
}

/// One variant of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name in Rust.
    pub rust: String,
    /// Its schema.
    pub schema: Value,
    /// The field that says which variant a value is, and the texts with which it says that it is this one, where the
    /// description has a discriminator.
    pub tag: Option<(String, Vec<String>)>,
}

/// What a component becomes.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A struct, its fields in the description's order.
    Struct(Vec<Property>),
    /// An open enumeration of texts: JSON value and variant name.
    TextEnum(Vec<(String, String)>),
    /// An open enumeration of whole numbers: JSON value and variant name.
    IntegerEnum(IntegerType, Vec<(i64, String)>),
    /// A checked number.
    Number(NumberKind, Bounds),
    /// A union of these variants, open for others.
    Union(Vec<Variant>),
    /// A transparent wrapper of a simple schema.
    Wrapper(Value),
}

/// One property of a struct.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "one a keyword")]
pub struct Property {
    /// The name in JSON.
    pub json: String,
    /// The name in Rust.
    pub rust: String,
    /// The schema without what describes the property as a whole: description, default, examples, null.
    pub schema: Value,
    /// What the description says of it; may be empty.
    pub description: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether `null` is one of its values.
    pub nullable: bool,
    /// What the server takes when it is absent.
    pub default: Option<Value>,
    /// Example values.
    pub examples: Vec<Value>,
    /// What the file is to its endpoint, for a property that holds a file.
    pub file: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether only the server sets it.
    pub read_only: bool,
    /// Whether it is sent and never answered.
    pub write_only: bool,
}

impl Property {
    /// Whether the Rust field is an `Option`.
    pub fn is_option(&self) -> bool {
        !self.required || self.nullable
    }
}

/// The component that a schema refers to: `{"$ref"}`, or an `allOf` of one.
pub fn referenced(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref").or_else(|| match schema.get("allOf")?.as_array()?.as_slice() {
        [only] => only.get("$ref"),
        _ => None,
    })?;
    reference.as_str()?.strip_prefix("#/components/schemas/")
}

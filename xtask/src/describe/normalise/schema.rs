//! One representation of schemas, for the many ways in which JSON Schema and OpenAPI 3.0 and 3.1 can express the same.

use super::super::components::IntegerType;
use crate::pointer::Pointer;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// One schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Schema {
    /// Where it stands.
    pub at: Pointer,
    /// What values it takes.
    pub shape: Shape,
    /// Whether it takes `null` too.
    pub nullable: bool,
    /// Whether the type was not declared but follows from a keyword; such a schema does not restrict values of other
    /// types.
    pub inferred: bool,
    /// Its annotations for people and tools.
    pub notes: Annotations,
}

/// What describes values without restricting them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Annotations {
    pub description: Option<String>,
    pub default: Option<Value>,
    pub examples: Vec<Value>,
    /// Keys that the documents keep as they stand.
    pub kept: Map<String, Value>,
    /// Keys that the documents keep under `x-upstream`.
    pub foreign: Map<String, Value>,
}

/// What values a schema takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Any,
    Null,
    Boolean,
    Integer(Bounds),
    Number(Bounds),
    Text(Text),
    Enum(Scalar, Vec<Value>),
    Array(Array),
    Object(Object),
    Union(Union),
    /// The schema at this place.
    Reference(Pointer),
}

/// The type of an enumeration's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    String,
    /// With the type that its `format` names.
    Integer(Option<IntegerType>),
    Number,
}

/// The bounds of a number; of an inclusive and an exclusive one, the tighter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bounds {
    pub minimum: Option<Bound>,
    pub maximum: Option<Bound>,
    pub multiple_of: Option<Number>,
    /// The `format` of an integer, where it is a type of Rust's.
    pub format: Option<String>,
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bound {
    pub value: Number,
    pub exclusive: bool,
}

/// The limits of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub pattern: Option<String>,
    pub format: Option<String>,
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub items: Box<Schema>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique: bool,
}

/// An object, or a map where it names no properties.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    /// In order; nothing where the schema names none.
    pub properties: Option<Vec<(String, Schema)>>,
    pub required: BTreeSet<String>,
    pub additional: Additional,
    pub min_properties: Option<u64>,
    pub max_properties: Option<u64>,
}

/// What properties beyond the named ones an object takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Additional {
    Unsaid,
    Forbidden,
    Any,
    Of(Box<Schema>),
}

/// One of several schemas.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Union {
    /// `anyOf` or `oneOf`.
    pub keyword: &'static str,
    pub variants: Vec<Schema>,
    pub discriminator: Option<Value>,
}

impl Schema {
    pub(super) fn new(shape: Shape, at: &Pointer) -> Self {
        Self { at: at.clone(), shape, nullable: false, inferred: false, notes: Annotations::default() }
    }

    /// Whether `null` is a value of it.
    pub(super) fn takes_null(&self) -> bool {
        self.nullable || self.inferred || matches!(self.shape, Shape::Any | Shape::Null)
    }

    /// The places that it refers to, itself and below.
    pub(super) fn references(&self) -> Vec<&Pointer> {
        let mut found = Vec::new();
        let mut rest = vec![self];
        while let Some(schema) = rest.pop() {
            match &schema.shape {
                Shape::Reference(pointer) => found.push(pointer),
                Shape::Array(array) => rest.push(&array.items),
                Shape::Union(union) => rest.extend(&union.variants),
                Shape::Object(object) => {
                    rest.extend(object.properties.iter().flatten().map(|(_, property)| property));
                    if let Additional::Of(values) = &object.additional {
                        rest.push(values);
                    }
                }
                Shape::Any
                | Shape::Null
                | Shape::Boolean
                | Shape::Integer(_)
                | Shape::Number(_)
                | Shape::Text(_)
                | Shape::Enum(..) => {}
            }
        }
        found
    }
}

impl Shape {
    /// Whether a single value keeps to the limits of this type. A value of another type is not limited.
    pub(super) fn allows(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Integer(bounds) | Self::Number(bounds), Value::Number(number)) => bounds.allow(number),
            (Self::Text(limits), Value::String(text)) => {
                let length = text.chars().count() as u64;
                limits.min_length.is_none_or(|least| length >= least)
                    && limits.max_length.is_none_or(|most| length <= most)
            }
            _ => true,
        }
    }
}

impl Bounds {
    /// Whether the number is one of these.
    pub(super) fn allow(&self, number: &Number) -> bool {
        let number = number.as_f64().unwrap_or(f64::NAN);
        let keeps = |bound: &Option<Bound>, wanted: Ordering| {
            bound.as_ref().is_none_or(|bound| {
                let order = bound.value.as_f64().and_then(|bound| number.partial_cmp(&bound));
                order == Some(wanted) || (order == Some(Ordering::Equal) && !bound.exclusive)
            })
        };
        let step = self.multiple_of.as_ref().and_then(Number::as_f64);
        keeps(&self.minimum, Ordering::Greater)
            && keeps(&self.maximum, Ordering::Less)
            && step.is_none_or(|step| ((number / step) - (number / step).round()).abs() < 1e-9)
    }

    /// Whether no number is within the bounds.
    pub(super) fn are_empty(&self) -> bool {
        let (Some(low), Some(high)) = (&self.minimum, &self.maximum) else { return false };
        let order = low.value.as_f64().partial_cmp(&high.value.as_f64());
        order == Some(Ordering::Greater) || (order == Some(Ordering::Equal) && (low.exclusive || high.exclusive))
    }

    /// Whether no whole number is, of bounds that are whole.
    pub(super) fn hold_no_integer(&self) -> bool {
        let end = |bound: &Option<Bound>, inwards: i128| {
            let bound = bound.as_ref()?;
            Some(i128::from(bound.value.as_i64()?) + if bound.exclusive { inwards } else { 0 })
        };
        end(&self.minimum, 1).zip(end(&self.maximum, -1)).is_some_and(|(low, high)| low > high)
    }

    /// Whether every number of the type is allowed.
    pub(super) fn is_none(&self) -> bool {
        self.minimum.is_none() && self.maximum.is_none() && self.multiple_of.is_none()
    }
}

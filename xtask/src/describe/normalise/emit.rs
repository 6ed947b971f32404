//! From [`Schema`] to OpenAPI 3.0.3 in normal form, inline types hoisted to components of their own.

use super::super::components::IntegerType;
use super::super::difference::difference;
use super::component::Component;
use super::graph::Graph;
use super::note::{Note, NoteKind};
use super::read::mapped;
use super::schema::{Additional, Array, Bounds, Object, Scalar, Schema, Shape, Text, Union};
use crate::error::Error;
use crate::names;
use crate::pointer::Pointer;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Who sends a schema's values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
    Both,
}

impl Way {
    /// Whether numbers are checked.
    fn is_checked(self) -> bool {
        self == Self::Sent
    }

    /// Whether a property that `required` names must be there. OpenAPI says that `required` holds for answers alone where the
    /// property is `readOnly`, and for requests alone where it is `writeOnly`.
    fn requires(self, property: &Schema) -> bool {
        let is = |flag: &str| property.notes.kept.get(flag).is_some_and(|value| *value == true);
        (self == Self::Received || !is("readOnly")) && (self == Self::Sent || !is("writeOnly"))
    }
}

pub(super) struct Emitter<'a> {
    graph: &'a Graph,
    names: &'a BTreeMap<Pointer, String>,
    /// The endpoint's own name.
    marker: &'a str,
    /// The places that an input reaches.
    sent: &'a BTreeSet<Pointer>,
    /// The places that an output reaches.
    received: &'a BTreeSet<Pointer>,
    pub components: BTreeMap<String, Component>,
    pub problems: Vec<Error>,
    pub notes: Vec<Note>,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        names: &'a BTreeMap<Pointer, String>,
        marker: &'a str,
        sent: &'a BTreeSet<Pointer>,
        received: &'a BTreeSet<Pointer>,
    ) -> Self {
        Self {
            graph,
            names,
            marker,
            sent,
            received,
            components: BTreeMap::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds the component at a place.
    pub(super) fn component(&mut self, name: &str, place: &Pointer) {
        if let Some(schema) = self.graph.schemas.get(place) {
            let way = match (self.sent.contains(place), self.received.contains(place)) {
                (_, false) => Way::Sent,
                (false, true) => Way::Received,
                (true, true) => Way::Both,
            };
            self.named(name, schema, way, true);
        }
    }

    /// Adds a component.
    fn named(&mut self, name: &str, schema: &Schema, way: Way, whole: bool) {
        let mut body = match &schema.shape {
            Shape::Enum(kind, values) => enumeration(*kind, values),
            Shape::Integer(bounds) if way.is_checked() => number("integer", bounds),
            Shape::Number(bounds) if way.is_checked() => number("number", bounds),
            Shape::Object(object) if object.properties.is_some() => self.object(name, object, way),
            Shape::Union(union) => self.union(name, union, way),
            _ => self.slot_shape(schema, name, way),
        };
        if whole {
            annotate(&mut body, schema);
        } else if let Some(description) = &schema.notes.description {
            body.insert("description".to_owned(), description.clone().into());
        }
        let body = Value::Object(body);
        match self.components.get(name) {
            Some(known) if known.schema != body => match difference(&body, &known.schema) {
                Some(difference) => {
                    let message = format!(
                        "this and `{}` are both `{name}`, and differ: {difference}; rename one with `names` in its entry of \
                         `endpoints.toml`, or with `x-names` in the overlay of `--document`",
                        known.origin
                    );
                    self.problems.push(Error::new(message).at(&schema.at));
                }
                None => self.notes.push(Note { pointer: schema.at.clone(), kind: NoteKind::Twin }),
            },
            Some(_) => {}
            None => {
                let component = Component { schema: body, origin: schema.at.clone() };
                self.components.insert(name.to_owned(), component);
            }
        }
    }

    /// A property, an item, a map's values or a union's variant; an inline type becomes a component with this `name`.
    fn slot(&mut self, schema: &Schema, name: &str, way: Way) -> Value {
        let mut body = self.slot_shape(schema, name, way);
        let nullable = match &schema.shape {
            Shape::Reference(target) => schema.nullable || self.graph.takes_null(target),
            _ => schema.nullable,
        };
        let reference = body.remove("$ref").map(|reference| json!([{ "$ref": reference }]));
        annotate(&mut body, schema);
        if nullable {
            body.insert("nullable".to_owned(), true.into());
        }
        match reference {
            Some(reference) if body.is_empty() => {
                body.extend(reference.get(0).and_then(Value::as_object).cloned().into_iter().flatten());
            }
            Some(reference) => _ = body.insert("allOf".to_owned(), reference),
            None => {}
        }
        Value::Object(body)
    }

    fn slot_shape(&mut self, schema: &Schema, name: &str, way: Way) -> Map<String, Value> {
        let limited = match &schema.shape {
            Shape::Integer(bounds) | Shape::Number(bounds) => !bounds.is_none(),
            Shape::Text(text) => text.min_length.is_some() || text.max_length.is_some(),
            Shape::Array(array) => array.min_items.is_some() || array.max_items.is_some(),
            _ => false,
        };
        if limited && !way.is_checked() {
            self.notes.push(Note { pointer: schema.at.clone(), kind: NoteKind::Received });
        }
        match &schema.shape {
            Shape::Any => Map::new(),
            Shape::Null => map(json!({ "nullable": true })),
            Shape::Boolean => map(json!({ "type": "boolean" })),
            Shape::Integer(bounds) if bounds.is_none() || !way.is_checked() => number("integer", bounds),
            Shape::Number(bounds) if bounds.is_none() || !way.is_checked() => number("number", bounds),
            Shape::Text(text) => string(text),
            Shape::Array(array) => self.array(array, name, way),
            Shape::Object(object) if object.properties.is_none() => self.dictionary(object, name, way),
            Shape::Reference(target) => {
                let target = self.graph.target(target);
                match self.names.get(&target) {
                    Some(name) => reference_to(name),
                    None => Map::new(),
                }
            }
            Shape::Integer(_) | Shape::Number(_) | Shape::Enum(..) | Shape::Object(_) | Shape::Union(_) => {
                let name = free_name(name, self.marker);
                self.named(&name, schema, way, false);
                reference_to(&name)
            }
        }
    }

    fn array(&mut self, array: &Array, name: &str, way: Way) -> Map<String, Value> {
        let mut body = map(json!({ "type": "array", "items": self.slot(&array.items, &format!("{name}Item"), way) }));
        body.extend(array.min_items.map(|count| ("minItems".to_owned(), count.into())));
        body.extend(array.max_items.map(|count| ("maxItems".to_owned(), count.into())));
        if array.unique {
            body.insert("uniqueItems".to_owned(), true.into());
        }
        body
    }

    fn dictionary(&mut self, object: &Object, name: &str, way: Way) -> Map<String, Value> {
        let values = self.additional(&object.additional, name, way).unwrap_or(Value::Bool(true));
        let mut body = map(json!({ "type": "object", "additionalProperties": values }));
        limits(&mut body, object);
        body
    }

    fn additional(&mut self, additional: &Additional, name: &str, way: Way) -> Option<Value> {
        match additional {
            Additional::Unsaid => None,
            Additional::Forbidden => Some(Value::Bool(false)),
            Additional::Any => Some(Value::Bool(true)),
            Additional::Of(values) => Some(self.slot(values, &format!("{name}Value"), way)),
        }
    }

    fn object(&mut self, name: &str, object: &Object, way: Way) -> Map<String, Value> {
        let empty = Vec::new();
        let listed = object.properties.as_ref().unwrap_or(&empty);
        let mut parts: BTreeMap<String, usize> = BTreeMap::new();
        let mut properties = Map::new();
        let mut order = Vec::new();
        for (property, schema) in listed {
            let part = numbered(&mut parts, names::part(property));
            properties.insert(property.clone(), self.slot(schema, &format!("{name}{part}"), way));
            order.push(Value::from(property.as_str()));
        }
        // A required property without a description may have any value.
        for property in object.required.iter().filter(|name| !listed.iter().any(|(known, _)| known == *name)) {
            properties.insert(property.clone(), json!({}));
            order.push(Value::from(property.as_str()));
        }
        let mut body = map(json!({ "type": "object", "properties": properties, "x-fal-order-properties": order }));
        let property = |name: &String| listed.iter().find(|(known, _)| known == name).map(|(_, schema)| schema);
        let required = object.required.iter().filter(|name| property(name).is_none_or(|schema| way.requires(schema)));
        let required: Vec<Value> = required.map(|name| name.as_str().into()).collect();
        if !required.is_empty() {
            body.insert("required".to_owned(), required.into());
        }
        if let Some(values) = self.additional(&object.additional, name, way) {
            body.insert("additionalProperties".to_owned(), values);
        }
        limits(&mut body, object);
        body
    }

    fn union(&mut self, name: &str, union: &Union, way: Way) -> Map<String, Value> {
        let mut parts: BTreeMap<String, usize> = BTreeMap::new();
        let mut variants = Vec::new();
        for variant in &union.variants {
            let part = numbered(&mut parts, kind_name(&variant.shape).to_owned());
            variants.push(self.slot(variant, &format!("{name}{part}"), way));
        }
        let mut body = Map::new();
        body.insert(union.keyword.to_owned(), variants.into());
        if let Some(discriminator) = &union.discriminator {
            body.insert("x-upstream-discriminator".to_owned(), self.discriminator(discriminator, &union.variants));
        }
        body
    }

    /// A discriminator whose mapping leads to the components of the normal form. A variant that the mapping does not
    /// contain has the name of its component as its tag, unless its schema lists the tag's values.
    fn discriminator(&self, discriminator: &Value, variants: &[Schema]) -> Value {
        let mut discriminator = discriminator.clone();
        let mapping = discriminator.get_mut("mapping").and_then(Value::as_object_mut);
        for target in mapping.into_iter().flat_map(Map::values_mut) {
            let place = mapped(target).map(|place| self.graph.target(&place));
            if let Some(name) = place.and_then(|place| self.names.get(&place)) {
                *target = format!("#/components/schemas/{name}").into();
            }
        }
        let field = discriminator.get("propertyName").and_then(Value::as_str).unwrap_or_default().to_owned();
        for variant in variants {
            let Shape::Reference(place) = &variant.shape else { continue };
            let target = self.graph.target(place);
            let Some(name) = self.names.get(&target) else { continue };
            let reference = Value::from(format!("#/components/schemas/{name}"));
            let Some(map) = discriminator.as_object_mut() else { break };
            let mapping = map.entry("mapping").or_insert_with(|| Map::new().into());
            if let Some(mapping) = mapping.as_object_mut()
                && !mapping.values().any(|mapped| *mapped == reference)
                && !self.lists(&target, &field)
            {
                mapping.entry(place.last()).or_insert(reference);
            }
        }
        discriminator
    }

    /// Whether an object lists the values of that property.
    fn lists(&self, place: &Pointer, property: &str) -> bool {
        let shape = self.graph.schemas.get(place).map(|schema| &schema.shape);
        let Some(Shape::Object(Object { properties: Some(properties), .. })) = shape else { return false };
        properties.iter().any(|(name, schema)| name == property && matches!(schema.shape, Shape::Enum(..)))
    }
}

/// The name of a type: the one wanted, or with the endpoint's name before it where that is taken.
pub(super) fn free_name(wanted: &str, marker: &str) -> String {
    if names::is_reserved(wanted) || wanted == marker { format!("{marker}{wanted}") } else { wanted.to_owned() }
}

/// The part of a name that tells a union's inline variants apart.
fn kind_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Enum(..) => "Enum",
        Shape::Integer(_) => "Integer",
        Shape::Number(_) => "Number",
        Shape::Array(_) => "List",
        Shape::Object(object) if object.properties.is_none() => "Map",
        Shape::Object(_) => "Object",
        Shape::Union(_) => "Union",
        Shape::Any | Shape::Null | Shape::Boolean | Shape::Text(_) | Shape::Reference(_) => "Variant",
    }
}

/// The second field of an owner that has the same part gets a 2, and so on.
fn numbered(parts: &mut BTreeMap<String, usize>, part: String) -> String {
    let count = parts.entry(part.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { part } else { format!("{part}{count}") }
}

fn annotate(body: &mut Map<String, Value>, schema: &Schema) {
    let notes = &schema.notes;
    body.extend(notes.kept.clone());
    body.extend(notes.description.clone().map(|text| ("description".to_owned(), text.into())));
    body.extend(notes.default.clone().map(|value| ("default".to_owned(), value)));
    body.extend(notes.examples.first().cloned().map(|value| ("example".to_owned(), value)));
    if notes.examples.len() > 1 {
        body.insert("x-examples".to_owned(), notes.examples.clone().into());
    }
    if !notes.foreign.is_empty() {
        body.insert("x-upstream".to_owned(), notes.foreign.clone().into());
    }
}

fn enumeration(kind: Scalar, values: &[Value]) -> Map<String, Value> {
    let (kind, format) = match kind {
        Scalar::String => ("string", None),
        Scalar::Integer(rust) => ("integer", rust.map(IntegerType::format)),
        Scalar::Number => ("number", None),
    };
    let mut body = map(json!({ "type": kind, "enum": values }));
    body.extend(format.map(|format| ("format".to_owned(), format.into())));
    body
}

fn number(kind: &str, bounds: &Bounds) -> Map<String, Value> {
    let mut body = map(json!({ "type": kind }));
    for (bound, inclusive, exclusive) in
        [(&bounds.minimum, "minimum", "exclusiveMinimum"), (&bounds.maximum, "maximum", "exclusiveMaximum")]
    {
        if let Some(bound) = bound {
            body.insert(inclusive.to_owned(), bound.value.clone().into());
            if bound.exclusive {
                body.insert(exclusive.to_owned(), true.into());
            }
        }
    }
    body.extend(bounds.multiple_of.clone().map(|step| ("multipleOf".to_owned(), step.into())));
    body.extend(bounds.format.clone().map(|format| ("format".to_owned(), format.into())));
    body
}

fn string(text: &Text) -> Map<String, Value> {
    let mut body = map(json!({ "type": "string" }));
    body.extend(text.min_length.map(|length| ("minLength".to_owned(), length.into())));
    body.extend(text.max_length.map(|length| ("maxLength".to_owned(), length.into())));
    body.extend(text.pattern.clone().map(|pattern| ("pattern".to_owned(), pattern.into())));
    body.extend(text.format.clone().map(|format| ("format".to_owned(), format.into())));
    body
}

fn limits(body: &mut Map<String, Value>, object: &Object) {
    body.extend(object.min_properties.map(|count| ("minProperties".to_owned(), count.into())));
    body.extend(object.max_properties.map(|count| ("maxProperties".to_owned(), count.into())));
}

fn reference_to(name: &str) -> Map<String, Value> {
    map(json!({ "$ref": format!("#/components/schemas/{name}") }))
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

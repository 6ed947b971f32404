//! JSON Schemas of an endpoint's input and output, made from the table of the description.

use ideogram_schema::{Bounds, EndpointInfo, Field, FieldKind, File};
use schemars::SchemaGenerator;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The draft that the schemas are written in.
pub(crate) const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The request's body. What the description does not name is left out by the service, unread, so it is refused here.
pub(crate) fn of_input(info: &EndpointInfo) -> Value {
    let mut schema = object(info.inputs, false);
    schema.insert("additionalProperties".to_owned(), false.into());
    headed(info, "input", schema)
}

/// The answer's body. More fields may be there.
pub(crate) fn of_output(info: &EndpointInfo) -> Value {
    headed(info, "output", object(info.outputs, true))
}

fn headed(info: &EndpointInfo, part: &str, schema: Map<String, Value>) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), DRAFT.into());
    whole.insert("title".to_owned(), format!("{} {part}", info.id).into());
    whole.extend(schema);
    Value::Object(whole)
}

fn object(fields: &[Field], answered: bool) -> Map<String, Value> {
    let properties = fields.iter().map(|field| (field.name.to_owned(), Value::Object(property(field, answered))));
    let required = fields.iter().filter(|field| field.required).map(|field| field.name.into());
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), Value::Object(properties.collect()));
    schema.insert("required".to_owned(), required.collect::<Vec<Value>>().into());
    schema
}

fn property(field: &Field, answered: bool) -> Map<String, Value> {
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let mut schema = kind(&field.kind, answered);
    if field.nullable {
        schema = nullable(&schema);
    }
    if !field.description.is_empty() {
        schema.insert("description".to_owned(), field.description.into());
    }
    if let Some(default) = field.default {
        schema.insert("default".to_owned(), parsed(default));
    }
    if !field.examples.is_empty() {
        schema.insert("examples".to_owned(), field.examples.iter().map(|text| parsed(text)).collect());
    }
    schema
}

/// The same values, and `null`.
fn nullable(schema: &Map<String, Value>) -> Map<String, Value> {
    let mut either = Map::new();
    either.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
    either
}

fn kind(kind_of: &FieldKind, answered: bool) -> Map<String, Value> {
    let mut schema = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(name.to_owned(), value);
        }
    };
    match kind_of {
        FieldKind::String { min_length, max_length } => {
            add("type", Some("string".into()));
            add("minLength", min_length.map(Value::from));
            add("maxLength", max_length.map(Value::from));
        }
        FieldKind::File(_) if answered => return file(),
        FieldKind::File(_) => {
            add("type", Some("string".into()));
            add("format", Some("uri".into()));
        }
        FieldKind::Boolean => add("type", Some("boolean".into())),
        FieldKind::Integer(range) => {
            add("type", Some("integer".into()));
            bounds(range, &mut add);
        }
        FieldKind::Number(range) => {
            add("type", Some("number".into()));
            bounds(range, &mut add);
        }
        FieldKind::Enum(values) => {
            add("type", Some("string".into()));
            add("enum", Some(json!(values)));
        }
        FieldKind::IntegerEnum(values) => {
            add("type", Some("integer".into()));
            add("enum", Some(json!(values)));
        }
        FieldKind::Array { items, min_items, max_items } => {
            add("type", Some("array".into()));
            add("items", Some(Value::Object(kind(items, answered))));
            add("minItems", min_items.map(Value::from));
            add("maxItems", max_items.map(Value::from));
        }
        FieldKind::Object(fields) => return object(fields, answered),
        FieldKind::Map(values) => {
            add("type", Some("object".into()));
            add("additionalProperties", Some(Value::Object(kind(values, answered))));
        }
        FieldKind::OneOf(kinds) => {
            add("anyOf", Some(kinds.iter().map(|one| Value::Object(kind(one, answered))).collect()));
        }
        _ => {}
    }
    schema
}

/// A file of an answer, as the models have it.
fn file() -> Map<String, Value> {
    match SchemaGenerator::default().into_root_schema_for::<File>().to_value() {
        Value::Object(mut file) => {
            file.remove("$schema");
            file.remove("title");
            file
        }
        _ => Map::new(),
    }
}

fn bounds<T: Copy + Serialize>(bounds: &Bounds<T>, add: &mut impl FnMut(&str, Option<Value>)) {
    let number = |number: Option<T>| number.and_then(|number| serde_json::to_value(number).ok());
    add("minimum", number(bounds.minimum));
    add("exclusiveMinimum", number(bounds.exclusive_minimum));
    add("maximum", number(bounds.maximum));
    add("exclusiveMaximum", number(bounds.exclusive_maximum));
    add("multipleOf", number(bounds.multiple_of));
}

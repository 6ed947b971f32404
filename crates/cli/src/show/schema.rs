//! `ideogram schema`: what the description says, for people and for programs.

use crate::args::flag::{Flag, flags, plain, range};
use crate::args::kind::length;
use crate::envelope::SCHEMA;
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::{amount, price};
use clap::ArgMatches;
use ideogram_schema::{ENDPOINTS, EndpointInfo, Field, FieldKind};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Prints all endpoints, or the one that is named by its verb or id.
pub(crate) fn print(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let wanted = matches.get_one::<String>("verb");
    let endpoints: Vec<&EndpointInfo> = ENDPOINTS
        .iter()
        .copied()
        .filter(|info| wanted.is_none_or(|name| name == info.verb || name == info.id))
        .collect();
    if endpoints.is_empty() {
        let verbs: Vec<&str> = ENDPOINTS.iter().map(|info| info.verb).collect();
        let name = wanted.map(String::as_str).unwrap_or_default();
        return Err(Failure::usage(format!("`{name}` is no endpoint: there are `{}`", verbs.join("`, `"))));
    }
    if output.json() {
        let endpoints: Vec<Value> = endpoints.into_iter().map(endpoint_json).collect();
        return print_envelope(&json!({"schema": SCHEMA, "kind": "schema", "endpoints": endpoints, "error": null}));
    }
    let texts: Vec<String> = endpoints.into_iter().map(endpoint_text).collect();
    write_stdout(texts.join("\n").as_bytes())
}

fn endpoint_json(info: &EndpointInfo) -> Value {
    json!({
        "id": info.id,
        "command": info.verb,
        "summary": info.summary,
        "positional": info.positional,
        "price": info.price.map(|price| json!({
            "amount": amount(price.micros), "currency": price.currency, "unit": price.unit,
        })),
        "inputs": info.inputs.iter().map(|field| field_json(field, flag_of(info, field).as_deref())).collect::<Vec<_>>(),
        "outputs": info.outputs.iter().map(|field| field_json(field, None)).collect::<Vec<_>>(),
    })
}

fn flag_of(info: &EndpointInfo, field: &Field) -> Option<String> {
    let info = ENDPOINTS.iter().find(|known| known.id == info.id)?;
    flags(info).iter().find(|flag| flag.field.name == field.name).map(Flag::shown)
}

fn field_json(field: &Field, flag: Option<&str>) -> Value {
    let parsed = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let mut row = Map::new();
    row.insert("name".into(), field.name.into());
    if let Some(flag) = flag {
        row.insert("flag".into(), flag.into());
    }
    row.insert("description".into(), field.description.into());
    row.insert("required".into(), field.required.into());
    row.insert("nullable".into(), field.nullable.into());
    row.insert("default".into(), field.default.map_or(Value::Null, parsed));
    row.append(&mut kind_json(&field.kind));
    Value::Object(row)
}

/// The kind in the words of JSON Schema, as far as they go.
fn kind_json(kind: &FieldKind) -> Map<String, Value> {
    let mut row = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            row.insert(name.to_owned(), value);
        }
    };
    add("type", Some(word(kind).into()));
    match kind {
        FieldKind::String { min_length, max_length } => {
            add("minLength", min_length.map(Value::from));
            add("maxLength", max_length.map(Value::from));
        }
        FieldKind::Integer(bounds) => {
            add("minimum", bounds.minimum.map(Value::from));
            add("exclusiveMinimum", bounds.exclusive_minimum.map(Value::from));
            add("maximum", bounds.maximum.map(Value::from));
            add("exclusiveMaximum", bounds.exclusive_maximum.map(Value::from));
            add("multipleOf", bounds.multiple_of.map(Value::from));
        }
        FieldKind::Number(bounds) => {
            add("minimum", bounds.minimum.map(Value::from));
            add("exclusiveMinimum", bounds.exclusive_minimum.map(Value::from));
            add("maximum", bounds.maximum.map(Value::from));
            add("exclusiveMaximum", bounds.exclusive_maximum.map(Value::from));
            add("multipleOf", bounds.multiple_of.map(Value::from));
        }
        FieldKind::Enum(values) => add("enum", Some(json!(values))),
        FieldKind::Array { items, min_items, max_items } => {
            add("items", Some(Value::Object(kind_json(items))));
            add("minItems", min_items.map(Value::from));
            add("maxItems", max_items.map(Value::from));
        }
        FieldKind::IntegerEnum(values) => add("enum", Some(json!(values))),
        FieldKind::Map(values) => add("values", Some(Value::Object(kind_json(values)))),
        FieldKind::OneOf(kinds) => {
            let kinds: Vec<Value> = kinds.iter().map(|kind| Value::Object(kind_json(kind))).collect();
            add("oneOf", Some(kinds.into()));
        }
        FieldKind::Object(fields) => {
            let fields: Vec<Value> = fields.iter().map(|field| field_json(field, None)).collect();
            add("fields", Some(fields.into()));
        }
        _ => {}
    }
    row
}

fn word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::String { .. } => "string",
        FieldKind::File(_) => "file",
        FieldKind::Boolean => "boolean",
        FieldKind::Integer(_) => "integer",
        FieldKind::Number(_) => "number",
        FieldKind::Enum(_) | FieldKind::IntegerEnum(_) => "enum",
        FieldKind::Array { .. } => "array",
        FieldKind::Object(_) => "object",
        FieldKind::Map(_) => "map",
        FieldKind::OneOf(_) => "union",
        _ => "any",
    }
}

fn endpoint_text(info: &EndpointInfo) -> String {
    let mut text = format!("{}  {}", info.verb, info.id);
    if let Some(cost) = &info.price {
        let _ = write!(text, "  {}", price(cost));
    }
    let _ = write!(text, "\n  {}\n", info.summary);
    for (title, fields) in [("input", info.inputs), ("output", info.outputs)] {
        let _ = writeln!(text, "\n  {title}");
        let width = fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
        for field in fields {
            let _ = writeln!(text, "    {:width$}  {}", field.name, field_text(field));
        }
    }
    text
}

fn field_text(field: &Field) -> String {
    let mut parts = vec![kind_text(&field.kind)];
    if field.required {
        parts.push("required".to_owned());
    }
    if field.nullable {
        parts.push("nullable".to_owned());
    }
    if let Some(default) = field.default {
        parts.push(format!("default {}", plain(default)));
    }
    format!("{}. {}", parts.join(", "), field.description).trim_end().to_owned()
}

fn kind_text(kind: &FieldKind) -> String {
    let word = word(kind);
    match kind {
        FieldKind::Enum(values) => format!("one of {}", values.join(" ")),
        FieldKind::Array { items, min_items, max_items } => {
            let length =
                length(*min_items, *max_items, "").map(|words| format!("{} ", words.trim_end())).unwrap_or_default();
            format!("array of {length}{}", kind_text(items))
        }
        FieldKind::IntegerEnum(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("one of {}", values.join(" "))
        }
        FieldKind::Map(values) => format!("map of {}", kind_text(values)),
        FieldKind::OneOf(kinds) => kinds.iter().map(kind_text).collect::<Vec<_>>().join(", or "),
        FieldKind::Object(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            format!("object of {}", names.join(" "))
        }
        _ => match range(kind) {
            Some(range) => format!("{word} {range}"),
            None => word.to_owned(),
        },
    }
}

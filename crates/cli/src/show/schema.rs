//! `ideogram schema`: prints the description of an endpoint, for people and for programs.

use crate::args::flag::{flags, plain, range};
use crate::args::kind::length;
use crate::args::schema::CLI;
use crate::envelope::{EndpointRow, Envelope, JsonSchemaRow, Kind};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::{amount, price};
use crate::show::cli_schema::cli_schema;
use crate::show::json_schema;
use clap::ArgMatches;
use ideogram_schema::{ENDPOINTS, EndpointInfo, Field, FieldKind};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Prints all endpoints, or the one that is named by its verb or id; or a JSON Schema.
pub(crate) fn print(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let wanted = matches.get_one::<String>("verb").map(String::as_str);
    let (input, answer) = (matches.get_flag("input"), matches.get_flag("output"));
    if wanted == Some(CLI) {
        if input || answer {
            return Err(Failure::usage("`--input` and `--output` are of an endpoint; `schema cli` has none"));
        }
        return print_schema(CLI.to_owned(), cli_schema(), output);
    }
    let endpoints: Vec<&EndpointInfo> = ENDPOINTS
        .iter()
        .copied()
        .filter(|info| wanted.is_none_or(|name| name == info.verb || name == info.id))
        .collect();
    let Some(first) = endpoints.first() else {
        let verbs: Vec<&str> = ENDPOINTS.iter().map(|info| info.verb).chain([CLI]).collect();
        let name = wanted.unwrap_or_default();
        return Err(Failure::usage(format!("`{name}` is no endpoint: there are `{}`", verbs.join("`, `"))));
    };
    if input {
        return print_schema(format!("{} input", first.id), json_schema::of_input(first), output);
    }
    if answer {
        return print_schema(format!("{} output", first.id), json_schema::of_output(first), output);
    }
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Schema, endpoints.into_iter().map(row).collect()));
    }
    let texts: Vec<String> = endpoints.into_iter().map(endpoint_text).collect();
    write_stdout(texts.join("\n").as_bytes())
}

/// A schema is a document: as it is, or in an envelope where one was asked for.
fn print_schema(name: String, schema: Value, output: Output) -> Result<(), Failure> {
    if output.json() {
        return print_envelope(&Envelope::new(Kind::JsonSchema, vec![JsonSchemaRow { name, json_schema: schema }]));
    }
    write_stdout(format!("{schema:#}\n").as_bytes())
}

fn row(info: &EndpointInfo) -> EndpointRow {
    let known = ENDPOINTS.iter().find(|known| known.id == info.id);
    let flags = known.map(|info| flags(info)).unwrap_or_default();
    EndpointRow {
        id: info.id,
        command: info.verb,
        summary: info.summary,
        price: info
            .price
            .map(|price| json!({ "amount": amount(price.micros), "currency": price.currency, "unit": price.unit })),
        positional: info.positional,
        flags: flags.iter().map(|flag| (flag.field.name, flag.shown())).collect(),
        input: json_schema::of_input(info),
        output: json_schema::of_output(info),
    }
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

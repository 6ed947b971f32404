//! The tools, made from the table of endpoints and from the command tree.

use crate::args::command;
use crate::show::json_schema;
use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ValueHint};
use ideogram_schema::ENDPOINTS;
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What the name of each mask tool begins with.
pub(super) const MASK: &str = "mask_";

/// The argument that asks for a further purchase.
pub(super) const AGAIN: &str = "again";

/// Every tool.
pub(super) fn all() -> Vec<Tool> {
    let endpoints = ENDPOINTS.iter().map(|info| {
        let mut schema = object(json_schema::of_input(info));
        schema.remove("$schema");
        schema.remove("title");
        let again = json!({
            "type": "boolean", "default": false,
            "description": "Buy another picture, where the same call was made before and its result not delivered yet.",
        });
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert(AGAIN.to_owned(), again);
            for field in info.inputs.iter().filter(|field| matches!(field.kind, ideogram_schema::FieldKind::File(_))) {
                // A path below the root is not a URI.
                if let Some(Value::Object(property)) = properties.get_mut(field.name) {
                    property.remove("format");
                    let said = format!("{} A URL, a data URI, or a path below the server's root.", field.description);
                    property.insert("description".to_owned(), said.into());
                }
            }
        }
        let price = info.price.map(|cost| format!(" Costs {}.", crate::price::price(&cost))).unwrap_or_default();
        let about = format!("{}.{price}", info.summary.trim_end_matches('.'));
        tool(info.verb.to_owned(), about, schema).annotate(ToolAnnotations::new().destructive(false).open_world(true))
    });
    endpoints.chain(masks()).chain(jobs()).collect()
}

fn tool(name: String, about: String, schema: Map<String, Value>) -> Tool {
    Tool::new(name, about, Arc::new(schema))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// One tool for each command below `ideogram mask`.
fn masks() -> Vec<Tool> {
    let whole = command();
    let Some(mask) = whole.find_subcommand("mask") else { return Vec::new() };
    let shapes = mask.get_subcommands().map(|shape| {
        let arguments: Vec<&Arg> = shape.get_arguments().filter(|arg| is_offered(arg)).collect();
        let properties = arguments.iter().map(|arg| (arg.get_id().to_string(), property(arg)));
        let required = arguments.iter().filter(|arg| is_required(arg)).map(|arg| arg.get_id().to_string());
        let schema = json!({
            "type": "object",
            "properties": properties.collect::<Map<_, _>>(),
            "required": required.collect::<Vec<_>>(),
            "additionalProperties": false,
        });
        let about = shape.get_about().map(ToString::to_string).unwrap_or_default();
        tool(
            format!("{MASK}{}", shape.get_name()),
            format!("{about}. Paths are below the server's root."),
            object(schema),
        )
    });
    shapes.collect()
}

/// Whether a call may set it: nothing is overwritten, what is about the run is the server's, and a hidden argument is only the
/// opposite of another.
pub(super) fn is_offered(arg: &Arg) -> bool {
    !matches!(arg.get_id().as_str(), "overwrite" | "help") && !arg.is_global_set() && !arg.is_hide_set()
}

/// Whether it must be there. A mask is saved under a name that the call gives.
fn is_required(arg: &Arg) -> bool {
    arg.is_required_set() || arg.get_id() == "output"
}

fn property(arg: &Arg) -> Value {
    let text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let form =
        arg.get_value_names().and_then(|names| names.first()).map(|name| format!(" ({name})")).unwrap_or_default();
    let words: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let mut one = json!({"type": "string", "description": format!("{text}{form}")});
    if let (false, Value::Object(one)) = (words.is_empty(), &mut one) {
        one.insert("enum".to_owned(), json!(words));
    }
    match arg.get_action() {
        ArgAction::Append => json!({"type": "array", "items": one, "minItems": 1}),
        _ => one,
    }
}

/// Whether it names a file.
pub(super) fn is_path(arg: &Arg) -> bool {
    arg.get_value_hint() != ValueHint::Unknown || arg.get_value_parser().type_id() == ValueParser::path_buf().type_id()
}

fn jobs() -> [Tool; 4] {
    let of_one = json!({
        "type": "object",
        "properties": {"id": {"type": "integer", "minimum": 1, "description": "The number of the job."}},
        "required": ["id"],
        "additionalProperties": false,
    });
    let none = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let looks = || ToolAnnotations::new().read_only(true);
    let make =
        |name: &str, about: &str, schema: &Value| tool(name.to_owned(), about.to_owned(), object(schema.clone()));
    [
        make("job_list", "List the calls whose pictures are not delivered yet.", &none).annotate(looks()),
        make("job_status", "Show a job's state, without waiting.", &of_one).annotate(looks()),
        make("job_result", "Wait for a job and give its pictures; costs nothing more.", &of_one).annotate(looks()),
        make("job_cancel", "Ask the service to cancel a job; one that has begun may finish and be billed.", &of_one),
    ]
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_tool_has_an_object_for_its_input_and_says_what_it_does() {
        let tools = all();
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        for name in ["generate", "remix", "edit", "mask_rect", "mask_polygon", "mask_check", "job_result"] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        for tool in &tools {
            assert_eq!(tool.input_schema.get("type"), Some(&"object".into()), "{}", tool.name);
            assert!(tool.description.as_deref().is_some_and(|about| !about.is_empty()), "{}", tool.name);
            let schema = serde_json::to_string(&tool.input_schema).unwrap();
            assert!(!schema.contains("max_cost") && !schema.contains("overwrite"), "{schema}");
        }
    }
}

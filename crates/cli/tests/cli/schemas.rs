//! The JSON Schemas that the tool prints, and everything that it prints held against them.

use crate::support::{Place, of_workspace};
use boon::{Compiler, Schemas};
use ideogram_schema::ENDPOINTS;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// `ideogram schema cli`.
fn published() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_slice(&Place::new().run(["schema", "cli"]).stdout).expect("it is JSON"))
}

/// The schema of one of its definitions, in which a field that is not described is an error.
fn strict(definition: &str) -> Value {
    let mut schema = published().clone();
    close(&mut schema);
    schema.as_object_mut().expect("an object").remove("anyOf");
    schema["$ref"] = format!("#/$defs/{definition}").into();
    schema
}

/// Forbids what is not named. Readers of the published schema must bear more fields; its tests must not.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(close);
            if object.get("properties").is_some_and(Value::is_object) && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn validate(schema: Value, value: &Value) -> Result<(), String> {
    let (mut known, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("schema.json", schema).expect("a schema");
    let index = compiler.compile("schema.json", &mut known).expect("it compiles");
    known.validate(value, index).map_err(|error| format!("{error:#}"))
}

/// An envelope is as the published schema has it, and has nothing that is not described there.
#[track_caller]
pub(crate) fn assert_envelope(envelope: &Value) {
    if let Err(error) = validate(strict("Envelope"), envelope) {
        panic!("{error}\n{envelope:#}");
    }
    validate(published().clone(), envelope).expect("the open schema takes it too");
}

/// The same for an event.
#[track_caller]
pub(crate) fn assert_event(event: &Value) {
    if let Err(error) = validate(strict("EventRow"), event) {
        panic!("{error}\n{event:#}");
    }
    validate(published().clone(), event).expect("the open schema takes it too");
}

#[test]
fn the_published_schema() {
    insta::assert_snapshot!("schema-cli", format!("{:#}", published()));
}

#[test]
fn what_is_not_described_is_noticed() {
    let error = json!({
        "kind": "usage", "message": "", "endpoint": null, "request_id": null, "status": null, "error_type": null,
        "may_have_been_accepted": false, "details": [],
    });
    let fine = json!({ "schema": "ideogram/1", "kind": "error", "results": [], "error": error });
    assert_envelope(&fine);
    for (pointer, value) in [
        ("/schema", json!("ideogram/2")),
        ("/kind", json!("images")),
        ("/results", json!([{}])),
        ("/error", json!(null)),
        ("/error/kind", json!("odd")),
        ("/error/status", json!("404")),
        ("/error/details", json!([{ "loc": [] }])),
    ] {
        let mut wrong = fine.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let images = pointer == "/kind";
        assert_eq!(validate(strict("Envelope"), &wrong).is_ok(), images, "{pointer}");
    }
    let mut more = fine.clone();
    more["error"]["more"] = json!(1);
    assert!(validate(strict("Envelope"), &more).is_err() && validate(published().clone(), &more).is_ok());
}

/// Every command that prints data or a document does so in the envelope where it is asked to.
#[test]
fn every_command_prints_the_envelope() {
    let place = Place::new();
    place.write("mask.png", &crate::support::png(64, 48));
    for arguments in [
        "schema --json",
        "schema remix --json",
        "schema cli --json",
        "schema edit --input --json",
        "jobs --json",
        "jobs --all --json",
        "jobs cost --json",
        "jobs salvage --json",
        "gallery -o shown --json",
        "mask rect --size 64x48 --at 0,0,9,9 -o made.png --json",
        "mask check mask.png --json",
        "generate fox --dry-run --json",
        "config show --json",
        "config path --json",
        "inspect mask.png --json",
        "completions bash --json",
        "man --json",
        "help generate --json",
        "help exit-codes --json",
        "--version --json",
        "generate --help --json",
    ] {
        let run = place.run(arguments.split(' '));
        assert_eq!((run.code, run.json()["error"].clone()), (Some(0), Value::Null), "{arguments}: {run:?}");
    }
}

#[test]
fn the_schemas_of_an_endpoint_say_what_the_description_says() {
    let Some(description) = of_workspace("openapi/run.json") else { return };
    let place = Place::new();
    let documents: Value = serde_json::from_slice(&std::fs::read(description).unwrap()).unwrap();
    for info in ENDPOINTS {
        for (flag, component) in [("--input", format!("{}Input", info.name)), ("--output", "Output".to_owned())] {
            let printed: Value = serde_json::from_slice(&place.run(["schema", info.verb, flag]).stdout).unwrap();
            let described = &documents["components"]["schemas"][&component];
            assert_eq!(printed["required"].as_array().map(Vec::len), described["required"].as_array().map(Vec::len));
            let properties = described["properties"].as_object().unwrap();
            assert_eq!(properties.len(), printed["properties"].as_object().unwrap().len(), "{component}");
            for (name, described) in properties {
                let shown = &printed["properties"][name];
                assert_eq!(shown["description"], described["description"], "{component}.{name}");
                assert_eq!(shown["default"], described["default"], "{component}.{name}");
                let reference = described.pointer("/allOf/0/$ref").and_then(Value::as_str);
                let target = reference.and_then(|reference| documents.pointer(reference.trim_start_matches('#')));
                let described = target.unwrap_or(described);
                let shown = shown.pointer("/anyOf/0").unwrap_or(shown);
                for word in ["type", "enum"] {
                    assert_eq!(shown[word], described[word], "{component}.{name}: {word}");
                }
                for word in ["minimum", "maximum"] {
                    assert_eq!(shown[word].as_f64(), described[word].as_f64(), "{component}.{name}: {word}");
                }
            }
            insta::assert_snapshot!(format!("schema-{}{}", info.verb, flag), format!("{printed:#}"));
        }
    }
}

#[test]
fn an_input_and_an_answer_fit_the_printed_schemas() {
    let place = Place::new();
    let printed = |flag| serde_json::from_slice::<Value>(&place.run(["schema", "edit", flag]).stdout).unwrap();
    let (input, output) = (printed("--input"), printed("--output"));
    let url = "https://example.com/a.png";
    let fine = json!({ "prompt": "fox", "image_url": url, "mask_url": url, "seed": null, "style": "anime" });
    validate(input.clone(), &fine).unwrap();
    for (name, wrong) in [("style", json!("anmie")), ("seed", json!("7")), ("prompt", json!(null)), ("size", json!(1))]
    {
        let mut input_of = fine.clone();
        input_of[name] = wrong;
        assert!(validate(input.clone(), &input_of).is_err(), "{name}");
    }
    let answer = json!({ "images": [{ "url": url, "content_type": null, "more": 1 }], "seed": 7, "more": 1 });
    validate(output.clone(), &answer).unwrap();
    assert!(validate(output, &json!({ "images": [{}], "seed": 7 })).is_err());
}

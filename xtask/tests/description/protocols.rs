//! What the two description documents say, and that they are the ones that are checked in.

use super::{Copy, keys, workspace};
use serde_json::{Value, json};
use xtask::describe::describe;
use xtask::sources::{Sources, document};

#[test]
fn the_assembled_documents_are_those_that_are_checked_in() {
    let description = describe(&Sources::load(&workspace())).complete().unwrap();
    for (file, document) in [("run", &description.documents[0].value), ("queue", &description.documents[1].value)] {
        let text = std::fs::read_to_string(workspace().join(format!("openapi/{file}.json"))).unwrap();
        assert!(text == document::to_text(document), "openapi/{file}.json is stale: run `cargo xtask codegen`");
    }
}

#[test]
fn shuffled_keys_change_nothing() {
    let copy = Copy::new();
    let before = copy.describe();
    for file in ["turbo", "remix", "edit"] {
        let file = format!("upstream/{file}.json");
        let value = document::parse(copy.text(&file).as_bytes()).unwrap();
        copy.write(&file, &backwards(&value));
    }
    for file in ["template/common", "template/run", "template/queue", "template/upstream", "overlay/shared"] {
        let file = format!("{file}.json");
        let value = document::parse(copy.text(&file).as_bytes()).unwrap();
        copy.write(&file, &backwards(&value));
    }
    copy.relock();
    let after = copy.describe();
    assert_eq!(document::to_text(&before.documents[0].value), document::to_text(&after.documents[0].value));
    assert_eq!(document::to_text(&before.documents[1].value), document::to_text(&after.documents[1].value));
}

/// The document with each object's keys from Z to A.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|one, other| other.0.cmp(one.0));
            let entries = entries.into_iter().map(|(key, value)| format!("{}:{}", json!(key), backwards(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(backwards).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let description = describe(&Sources::load(&workspace())).complete().unwrap();
    for document in [&description.documents[0].value, &description.documents[1].value] {
        let mut references = Vec::new();
        collect(document, &mut references);
        for reference in &references {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
        }
        for section in ["schemas", "parameters", "headers", "responses"] {
            for name in keys(&document["components"][section]) {
                let reference = format!("#/components/{section}/{name}");
                assert!(
                    references.contains(&reference),
                    "{reference} is used by nothing in {}",
                    document["info"]["title"]
                );
            }
        }
    }
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            into.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, into));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        _ => {}
    }
}

#[test]
fn status_result_and_cancel_are_one_path_each_for_all_endpoints() {
    let description = describe(&Sources::load(&workspace())).complete().unwrap();
    let protocol = ["", "/cancel", "/status", "/status/stream"];
    let protocol = protocol.map(|path| format!("/{{owner}}/{{app}}/requests/{{request_id}}{path}"));
    let mut expected: Vec<_> = description.endpoints.iter().map(|endpoint| format!("/{}", endpoint.id)).collect();
    expected.sort();
    expected.extend(protocol);
    assert_eq!(keys(&description.documents[1].value["paths"]), expected);
    let answers = |path: &str, method: &str| {
        let path = format!("/{{owner}}/{{app}}/requests/{{request_id}}{path}");
        keys(&description.documents[1].value["paths"][path][method]["responses"]).join(" ")
    };
    assert_eq!(answers("/status", "get"), "200 202 401 403 404 422 429 500 502 503 504");
    assert_eq!(answers("", "get"), "200 400 401 403 404 422 429 499 500 502 503 504");
    assert_eq!(answers("/cancel", "put"), "200 202 400 401 403 404 429 500 502 503 504");
}

#[test]
fn a_template_that_asks_for_what_is_not_there_is_refused() {
    let copy = Copy::new();
    copy.replace("template/run.json", "run_${verb}", "run_${colour}");
    assert_eq!(
        copy.refusal(),
        "openapi/template/run.json#/paths/~1${id}/post/operationId: `${colour}` is nothing that can be filled in here"
    );
    let copy = Copy::new();
    copy.edit("template/queue.json", |template| {
        template["components"]["schemas"]["ErrorBody"] = json!({ "type": "string" });
    });
    let text = copy.refusal();
    assert_eq!(
        text,
        "openapi/template/queue.json#/components/schemas/ErrorBody/type: differs from what \
         `openapi/template/common.json` says"
    );
}

//! One document by itself: what is left out of its crate is told, and what it is when it is no document of ours.

use super::workspace;
use serde_json::{Value, json};
use xtask::commands::codegen::schema_crate;
use xtask::sources::document;

/// The notes on a small document after a change to it, or what is wrong with it.
fn notes(change: impl FnOnce(&mut Value)) -> Result<Vec<String>, String> {
    let text = std::fs::read(workspace().join("xtask/tests/corpus/bare.json")).unwrap();
    let mut value = document::parse(&text).unwrap();
    change(&mut value);
    read(document::to_text(&value).as_bytes())
}

fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    std::fs::write(&path, bytes).unwrap();
    let short = |text: String| text.replace(&path.display().to_string(), "one.json");
    match schema_crate(&path) {
        Ok((_, notes)) => Ok(notes.into_iter().map(short).collect()),
        Err(problems) => Err(short(problems.to_string())),
    }
}

#[test]
fn an_operation_beside_the_endpoints_own_is_told() {
    assert_eq!(notes(|_| {}), Ok(Vec::new()));
    let other = notes(|document| document["paths"]["/fal-ai/corpus/bare/other"] = json!({"post": {}}));
    let note = "one.json#/paths/~1fal-ai~1corpus~1bare~1other/post: is an operation beside the endpoint's own, and calls \
        nothing here";
    assert_eq!(other, Ok(vec![note.to_owned()]));
}

#[test]
fn what_the_code_of_one_document_does_not_carry_is_told_by_pointer() {
    let noted = notes(|document| {
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let input = schemas.get_mut("CorpusBareInput").unwrap();
        input["properties"]["flag"] = json!({"const": true});
        input["properties"]["huge"] = json!({"type": "integer", "maximum": 1e30});
    });
    let at = "one.json#/components/schemas/CorpusBareInput/properties";
    assert_eq!(
        noted,
        Ok(vec![
            format!("{at}/flag/enum: allows one value only, which the Rust code does not check"),
            format!("{at}/huge/maximum: lies beyond what an `i64` can hold"),
        ])
    );
}

#[test]
fn a_document_of_swagger_2_is_named_and_a_byte_order_mark_is_read_over() {
    let swagger = notes(|document| document["swagger"] = json!("2.0"));
    assert_eq!(swagger.unwrap_err(), "one.json#/swagger: is a document of Swagger 2.0: convert it to OpenAPI 3 first");
    let text = std::fs::read(workspace().join("xtask/tests/corpus/bare.json")).unwrap();
    assert_eq!(read(&[b"\xef\xbb\xbf", text.as_slice()].concat()), Ok(Vec::new()));
}

//! What upstream wraps around the schemas must be what it was when the templates were written.

use super::Copy;
use serde_json::{Value, json};

#[track_caller]
fn refused(at: &str, change: impl FnOnce(&mut Value)) -> String {
    let copy = Copy::new();
    copy.edit("upstream/turbo.json", change);
    copy.relock();
    let text = copy.refusal();
    assert!(text.starts_with(&format!("openapi/upstream/turbo.json#{at}: ")), "{text}");
    text
}

const STATUS: &str = "/paths/~1fal-ai~1ideogram~1v2~1turbo~1requests~1{request_id}~1status/get";

#[test]
fn a_change_of_the_envelope_is_named_by_its_pointer() {
    refused("/servers/0/url", |document| document["servers"][0]["url"] = json!("https://queue.example.com"));
    refused("/components/securitySchemes/apiKeyAuth/name", |document| {
        document["components"]["securitySchemes"]["apiKeyAuth"]["name"] = json!("X-Key");
    });
    refused("/components/schemas/QueueStatus/properties/status/enum", |document| {
        let states = &mut document["components"]["schemas"]["QueueStatus"]["properties"]["status"]["enum"];
        states.as_array_mut().unwrap().push(json!("FAILED"));
    });
    refused("/components/schemas/QueueStatus/properties/error", |document| {
        document["components"]["schemas"]["QueueStatus"]["properties"]["error"] = json!({ "type": "string" });
    });
    refused(&format!("{STATUS}/parameters/1/schema/type"), |document| {
        document.pointer_mut(STATUS).unwrap()["parameters"][1]["schema"]["type"] = json!("integer");
    });
    refused(&format!("{STATUS}/responses/202"), |document| {
        document.pointer_mut(STATUS).unwrap()["responses"]["202"] = json!({});
    });
    refused("/paths/~1fal-ai~1ideogram~1v2~1turbo/get", |document| {
        document["paths"]["/fal-ai/ideogram/v2/turbo"]["get"] = json!({});
    });
    refused("/paths/~1new", |document| document["paths"]["/new"] = json!({}));
    refused("/x-new", |document| document["x-new"] = json!(1));
    refused("/openapi", |document| document["openapi"] = json!("3.1.0"));
    let text = refused("/paths", |document| {
        document["paths"].as_object_mut().unwrap().remove("/fal-ai/ideogram/v2/turbo/requests/{request_id}/cancel");
    });
    assert!(
        text.contains("`/fal-ai/ideogram/v2/turbo/requests/{request_id}/cancel` is missing: the envelope"),
        "{text}"
    );
}

#[test]
fn words_and_metadata_are_no_part_of_it() {
    let copy = Copy::new();
    copy.edit("upstream/turbo.json", |document| {
        document["openapi"] = json!("3.0.5");
        document["info"]["description"] = json!("other words");
        document["info"]["x-fal-metadata"]["about"] = json!("new");
        document["components"]["schemas"]["QueueStatus"]["description"] = json!("new");
        document.pointer_mut(STATUS).unwrap()["responses"]["200"]["description"] = json!("other words");
    });
    copy.relock();
    copy.describe();
}

#[test]
fn the_document_of_another_endpoint_is_refused() {
    let copy = Copy::new();
    copy.write("upstream/turbo.json", &copy.text("upstream/edit.json"));
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/turbo.json#/info/x-fal-metadata/endpointId: describes \"fal-ai/ideogram/v2/turbo/edit\", not \
         `fal-ai/ideogram/v2/turbo`: this is the document of another endpoint"
    );
    copy.write("upstream/turbo.json", "{\"detail\": \"Not found\"}");
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/turbo.json: is no OpenAPI document of `fal-ai/ideogram/v2/turbo` but says \
         `{\"detail\":\"Not found\"}`"
    );
}

#[test]
fn a_document_without_an_id_says_where_it_belongs_and_which() {
    let copy = Copy::new();
    copy.edit("upstream/turbo.json", |document| _ = document["info"].as_object_mut().unwrap().remove("x-fal-metadata"));
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/turbo.json#/info/x-fal-metadata/endpointId: names no endpoint, and should name \
         `fal-ai/ideogram/v2/turbo`: where it is that endpoint's document, write the id here"
    );
    copy.write("upstream/turbo.json", "{\"swagger\": \"2.0\"}");
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/turbo.json#/swagger: is a document of Swagger 2.0: convert it to OpenAPI 3 first"
    );
}

#[test]
fn an_input_that_is_nowhere_is_refused() {
    refused(
        "/paths/~1fal-ai~1ideogram~1v2~1turbo/post/requestBody/content/application~1json/schema/$ref",
        |document| {
            let content = &mut document["paths"]["/fal-ai/ideogram/v2/turbo"]["post"]["requestBody"]["content"];
            content["application/json"]["schema"] = json!({ "type": "object" });
        },
    );
    refused("/components/schemas/Gone", |document| {
        let content = &mut document["paths"]["/fal-ai/ideogram/v2/turbo"]["post"]["requestBody"]["content"];
        content["application/json"]["schema"]["$ref"] = json!("#/components/schemas/Gone");
    });
}

#[test]
fn what_rust_cannot_carry_is_refused_or_allowed() {
    let unknown = |document: &mut Value| {
        document["components"]["schemas"]["IdeogramV2TurboInput"]["properties"]["seed"]["unheard"] = json!(1);
    };
    let text = refused("/components/schemas/IdeogramV2TurboInput/properties/seed/unheard", unknown);
    assert!(text.contains("say in `openapi/allow.toml` why"), "{text}");
    let copy = Copy::new();
    copy.edit("upstream/turbo.json", unknown);
    copy.relock();
    let allowance = "[[allow]]\nfile = \"turbo.json\"\n\
        pointer = \"/components/schemas/IdeogramV2TurboInput/properties/seed/unheard\"\nreason = \"known\"\n";
    copy.write("allow.toml", &format!("{}\n{allowance}", copy.text("allow.toml")));
    let seed = &copy.describe().documents[0].value["components"]["schemas"]["GenerateInput"]["properties"]["seed"];
    assert_eq!(seed["x-upstream"], json!({ "unheard": 1 }));
}

#[test]
fn lint_tells_everything_at_once_and_what_is_no_longer_allowed_for_anything() {
    let copy = Copy::new();
    assert_eq!(xtask::describe::describe(&xtask::sources::Sources::load(copy.root())).problems, []);
    copy.edit("upstream/turbo.json", |document| {
        document["components"]["schemas"]["IdeogramV2TurboInput"]["not"] = json!({});
        document["components"]["schemas"]["File"]["unheard"] = json!(1);
    });
    copy.write("upstream/edit.json", "{");
    let allowance = "[[allow]]\nfile = \"remix.json\"\npointer = \"/nowhere\"\nreason = \"gone\"\n";
    copy.write("allow.toml", &format!("{}\n{allowance}", copy.text("allow.toml")));
    let report = xtask::describe::describe(&xtask::sources::Sources::load(copy.root()));
    let places: Vec<_> =
        report.problems.iter().map(|problem| problem.to_string().split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(
        places,
        [
            "openapi/upstream/edit.json",
            "openapi/upstream/turbo.json",
            "openapi/upstream/turbo.json#/components/schemas/IdeogramV2TurboInput/not",
            "openapi/upstream/turbo.json#/components/schemas/File/unheard",
            "openapi/upstream/remix.json#/components/schemas/File",
            "openapi/allow.toml#/allow/0",
        ]
    );
}

//! Each kind of change, made in the description, and the rows it must give: no more, no fewer, once for both documents.

use super::Edit::{Remove, Rename, Set};
use super::{Edit, base, report, row};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use xtask::diff::{Kind, Version, compare};

/// The query parameters of the status, turned round.
fn reversed_status_parameters() -> Value {
    let pointer = "/paths/~1acme~1paint~1requests~1{request_id}~1status/get/parameters";
    let mut parameters = base().documents[1].value.pointer(pointer).unwrap().as_array().unwrap().clone();
    parameters.reverse();
    parameters.into()
}

/// The edits, and the rows in `kind position wire rust` form.
#[allow(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<(Vec<Edit>, &'static [&'static str])> {
    vec![
        // The description itself.
        (vec![Set("/openapi", json!("3.0.4"))], &["info none compatible patch"]),
        (vec![Set("/info/version", json!("2"))], &["info none compatible patch"]),
        (vec![Set("/info/x-fal-metadata/category", json!("b"))], &["info none compatible patch"]),
        (vec![Set("/tags", json!([{"name": "pictures"}]))], &["text none compatible patch"]),
        (vec![Set("/x-new", json!(1))], &["unknown none breaking major"]),
        (vec![Set("/webhooks", json!({}))], &["unknown none breaking major"]),
        (
            vec![Set("/servers/0/url", json!("https://other.example"))],
            &["server none breaking patch", "server none breaking patch"],
        ),
        (vec![Remove("/servers/1")], &["server none breaking patch", "server none breaking patch"]),
        (vec![Set("/servers/-", json!({"url": "https://c.example"}))], &["server-added none compatible patch"]),
        (vec![Set("/servers/0/description", json!("b"))], &["text none compatible patch"]),
        (vec![Set("/servers/0/variables", json!({}))], &["server none breaking patch"]),
        (
            vec![Set("/security", json!([{"other": []}]))],
            &["security-relaxed none compatible minor", "security-required none breaking major"],
        ),
        (vec![Set("/security/-", json!({"other": []}))], &["security-relaxed none compatible minor"]),
        (vec![Remove("/security")], &["security-relaxed none compatible minor"]),
        (
            vec![Set("/components/securitySchemes/apiKeyAuth/name", json!("X-Key"))],
            &["security-scheme none breaking major"],
        ),
        (vec![Set("/components/securitySchemes/apiKeyAuth/description", json!("b"))], &["text none compatible patch"]),
        (vec![Set("/components/securitySchemes/other", json!({"type": "http"}))], &["component none compatible patch"]),
        (vec![Remove("/components/securitySchemes/apiKeyAuth")], &["security-scheme none breaking major"]),
        (vec![Set("/components/links", json!({"a": {}}))], &["unknown none breaking major"]),
        // Endpoints and operations.
        (
            vec![Set("/paths/~1acme~1sing", json!({"post": {"x-fal-endpoint": {"id": "acme/sing"}}}))],
            &["endpoint-added none compatible minor"],
        ),
        (vec![Remove("RETOUCH"), Remove("RetouchInput")], &["endpoint-removed none breaking major"]),
        (vec![Rename("RETOUCH", "/acme/paint/v2/retouch")], &["path none breaking patch"]),
        (vec![Rename("RETOUCH/post", "put")], &["method none breaking patch"]),
        (vec![Rename("CANCEL", "/cancel/{request_id}")], &["path none breaking patch"]),
        (vec![Remove("CANCEL")], &["operation-removed none breaking major"]),
        (vec![Set("/paths/~1health", json!({"get": {"responses": {}}}))], &["operation-added none compatible minor"]),
        (vec![Set("/paths/~1health", json!({"summary": "nothing to call"}))], &["unknown none breaking major"]),
        (vec![Set("/paths/~1acme~1paint~1v1/summary", json!("b"))], &["text none compatible patch"]),
        (
            vec![Set("POST/operationId", json!("b"))],
            &["operation-id none compatible patch", "operation-id none compatible patch"],
        ),
        (vec![Set("POST/deprecated", json!(true))], &["deprecated none compatible minor"]),
        (vec![Set("POST/callbacks", json!({}))], &["callback response breaking patch"]),
        (vec![Set("POST/servers", json!([{"url": "https://b.example"}]))], &["server none breaking patch"]),
        (vec![Set("POST/security", json!([]))], &["security-relaxed none compatible minor"]),
        (vec![Set("POST/security", json!([{"apiKeyAuth": []}]))], &["representation none compatible patch"]),
        (vec![Set("POST/x-fal-endpoint/id", json!("acme/paint/v2"))], &["endpoint-id none breaking major"]),
        (vec![Set("POST/x-fal-endpoint/app", json!("b"))], &["endpoint-app none breaking patch"]),
        (vec![Set("POST/x-fal-endpoint/name", json!("Draw"))], &["endpoint-type none compatible major"]),
        (vec![Set("POST/x-fal-endpoint/verb", json!("draw"))], &["endpoint-command none compatible major"]),
        (vec![Set("POST/x-fal-endpoint/positional", json!(["prompt"]))], &["endpoint-command none compatible major"]),
        (vec![Set("POST/x-fal-endpoint/summary", json!("b"))], &["text none compatible patch"]),
        (vec![Set("POST/x-fal-endpoint/price/amount", json!("0.06"))], &["price none behaviour patch"]),
        (vec![Set("POST/x-fal-endpoint/new", json!(1))], &["unknown none breaking major"]),
        // Parameters, bodies, answers.
        (
            vec![Set("POST/parameters/-", json!({"name": "a", "in": "query", "schema": {}}))],
            &["parameter-added request compatible minor"],
        ),
        (
            vec![Set("POST/parameters/-", json!({"name": "a", "in": "query", "required": true}))],
            &["parameter-added-required request breaking major"],
        ),
        (vec![Set("POST/parameters", json!([]))], &["parameter-removed request breaking major"]),
        (
            vec![Set("/components/parameters/Timeout/required", json!(true))],
            &["parameter-required request breaking major"],
        ),
        (
            vec![Set("/components/parameters/RequestId/required", json!(false))],
            &["parameter-optional request compatible major"],
        ),
        (
            vec![Set("/components/parameters/Timeout/name", json!("x-timeout"))],
            &["representation request compatible patch"],
        ),
        (
            vec![Set("/components/parameters/Timeout/schema/type", json!("integer"))],
            &["type-narrowed request breaking major"],
        ),
        (vec![Set("/components/parameters/Timeout/schema/default", json!(6))], &["default request behaviour patch"]),
        (
            vec![Set("/components/parameters/Other", json!({"name": "a", "in": "query"}))],
            &["component request compatible patch"],
        ),
        (vec![Set("STATUS/parameters/1/explode", json!(false))], &["parameter-style request breaking patch"]),
        (vec![Set("STATUS/parameters", reversed_status_parameters())], &["parameter-order request compatible patch"]),
        (vec![Set("POST/requestBody/required", json!(false))], &["body-optional request compatible minor"]),
        (vec![Remove("POST/requestBody")], &["body-removed request breaking major"]),
        (vec![Set("CANCEL/put/requestBody", json!({"required": true}))], &["body-required request breaking major"]),
        (
            vec![Set("POST/requestBody/content/text~1plain", json!({}))],
            &["content-type-added request compatible minor"],
        ),
        (
            vec![Set("POST/responses/200/content/text~1plain", json!({}))],
            &["content-type-added response behaviour patch"],
        ),
        (
            vec![Remove("POST/responses/200/content/application~1json")],
            &["content-type-removed response breaking major"],
        ),
        (
            vec![Set("POST/requestBody/content/application~1json/encoding", json!({"a": {}}))],
            &["encoding request breaking major"],
        ),
        (vec![Set("POST/responses/201", json!({"description": "b"}))], &["success-added response behaviour minor"]),
        (vec![Remove("STATUS/responses/202")], &["success-removed response breaking major"]),
        (vec![Set("POST/responses/500", json!({"description": "b"}))], &["failure-added response behaviour patch"]),
        (vec![Remove("POST/responses/422")], &["failure-removed response compatible patch"]),
        (vec![Set("POST/responses/200/headers/X-New", json!({}))], &["header-added response compatible minor"]),
        (vec![Remove("POST/responses/200/headers/X-Units")], &["header-removed response breaking major"]),
        (vec![Remove("/components/headers/Units/required")], &["header-optional response breaking patch"]),
        (
            vec![Set("POST/responses/200/headers/X-Request-Id/required", json!(true))],
            &["header-required response compatible patch"],
        ),
        (vec![Set("/components/responses/Invalid/description", json!("b"))], &["text response compatible patch"]),
        (vec![Set("/components/responses/Invalid/links", json!({}))], &["unknown response breaking major"]),
        // Named schemas.
        (vec![Set("New", json!({"type": "string"}))], &["schema-added none compatible minor"]),
        (vec![Remove("Spare")], &["schema-removed none compatible major"]),
        (
            vec![Rename("Pixels", "Dimensions"), Set("Size/oneOf/1/$ref", json!("#/components/schemas/Dimensions"))],
            &["schema-renamed request compatible major"],
        ),
        (
            vec![
                Rename("RetouchInput", "FixInput"),
                Set(
                    "RETOUCH/post/requestBody/content/application~1json/schema/$ref",
                    json!("#/components/schemas/FixInput"),
                ),
                Set("RETOUCH/post/x-fal-endpoint/input", json!("#/components/schemas/FixInput")),
            ],
            &["schema-renamed request compatible major"],
        ),
        (
            vec![Set("POST/x-fal-endpoint/output", json!("#/components/schemas/File"))],
            &["endpoint-type none compatible major"],
        ),
        (
            vec![Set("PaintOutput/properties/palette/$ref", json!("#/components/schemas/Weight"))],
            &[
                "bound-added response compatible major",
                "bound-added response compatible major",
                "enum-opened response compatible major",
                "reference response compatible major",
                "shared-name response compatible major",
                "type response breaking major",
            ],
        ),
        (
            vec![Set(
                "PaintOutput/properties/images/items",
                json!({"type": "object", "required": ["url"],
            "properties": {"url": {"type": "string"}, "content_type": {"type": "string", "nullable": true}},
            "x-fal-order-properties": ["url", "content_type"]}),
            )],
            &["reference response compatible major"],
        ),
        // Types and values.
        (vec![Set("PaintOutput/properties/seed/type", json!("number"))], &["type-widened response breaking major"]),
        (vec![Set("PaintInput/properties/seed/type", json!("number"))], &["type-widened request compatible major"]),
        (
            vec![Set("PaintOutput/properties/score/type", json!("integer"))],
            &["type-narrowed response compatible major"],
        ),
        (vec![Set("PaintInput/properties/seed/type", json!("string"))], &["type request breaking major"]),
        (vec![Remove("PaintInput/properties/seed/type")], &["type-widened request compatible major"]),
        (
            vec![Set("PaintInput/properties/seed/type", json!(["null", "integer"]))],
            &["representation request compatible patch"],
        ),
        (vec![Remove("PaintInput/properties/layers/items")], &["type-widened request compatible major"]),
        (vec![Set("PaintInput/properties/canvas/format", json!("date"))], &["format request behaviour patch"]),
        (vec![Set("PaintInput/properties/prompt/const", json!("a"))], &["constant request breaking major"]),
        (vec![Set("PaintInput/properties/tidy/default", json!(false))], &["default request behaviour patch"]),
        (vec![Set("PaintOutput/properties/note/default", json!("a"))], &["default response compatible patch"]),
        (vec![Remove("PaintInput/properties/tidy/writeOnly")], &["access request breaking major"]),
        (vec![Set("Size/discriminator", json!({"propertyName": "a"}))], &["discriminator request breaking major"]),
        (vec![Set("PaintInput/properties/name/deprecated", json!(false))], &["deprecated request compatible minor"]),
        (vec![Set("PaintInput/properties/name/title", json!("b"))], &["text request compatible patch"]),
        (vec![Set("PaintOutput/properties/note/example", json!("b"))], &["example response compatible patch"]),
        (vec![Set("PaintOutput/properties/note/not", json!({}))], &["unknown response breaking major"]),
        (vec![Set("PaintOutput/properties/note/ui", json!({}))], &["info response compatible patch"]),
        // Fields.
        (
            vec![
                Set("PaintInput/properties/new", json!({"type": "string"})),
                Set("PaintInput/x-fal-order-properties/-", json!("new")),
            ],
            &["field-added request compatible minor"],
        ),
        (
            vec![
                Set("PaintInput/properties/new", json!({"type": "string"})),
                Set("PaintInput/required/-", json!("new")),
            ],
            &["field-added-required request breaking major"],
        ),
        (
            vec![
                Set("PaintOutput/properties/new", json!({"type": "string"})),
                Set("PaintOutput/required/-", json!("new")),
            ],
            &["field-added-required response compatible major"],
        ),
        (
            vec![Remove("PaintOutput/properties/note"), Remove("PaintOutput/x-fal-order-properties/5")],
            &["field-removed response breaking major"],
        ),
        (
            vec![Set("PaintInput/required", json!(["prompt", "canvas", "layers", "seed"]))],
            &["field-required request breaking major"],
        ),
        (
            vec![Set("PaintOutput/required", json!(["images", "seed", "trace", "score"]))],
            &["field-required response compatible major"],
        ),
        (vec![Remove("PaintInput/required/2")], &["field-optional request compatible major"]),
        (vec![Remove("PaintOutput/required/1")], &["field-optional response breaking major"]),
        (
            vec![Set("PaintInput/required", json!(["layers", "canvas", "prompt"]))],
            &["representation request compatible patch"],
        ),
        (vec![Set("PaintInput/properties/prompt/nullable", json!(true))], &["null-allowed request compatible major"]),
        (vec![Set("PaintOutput/properties/seed/nullable", json!(true))], &["null-allowed response breaking major"]),
        (
            vec![Set("PaintOutput/properties/score/nullable", json!(true))],
            &["null-allowed-optional response breaking patch"],
        ),
        (
            vec![Set("PaintOutput/required/-", json!("note")), Remove("PaintOutput/properties/note/nullable")],
            &["field-required response compatible major", "null-refused-optional response compatible patch"],
        ),
        (vec![Remove("PaintOutput/properties/trace/nullable")], &["null-refused response compatible major"]),
        (vec![Remove("PaintInput/properties/seed/nullable")], &["null-refused-optional request breaking patch"]),
        (
            vec![Set("PaintInput/properties/seed", json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}))],
            &["representation request compatible patch"],
        ),
        (
            vec![
                Set("PaintInput/x-fal-order-properties/0", json!("canvas")),
                Set("PaintInput/x-fal-order-properties/1", json!("prompt")),
            ],
            &["required-order request compatible major"],
        ),
        (
            vec![
                Set("PaintInput/x-fal-order-properties/5", json!("seed")),
                Set("PaintInput/x-fal-order-properties/6", json!("steps")),
            ],
            &["field-order request compatible patch"],
        ),
        (vec![Set("PaintInput/additionalProperties", json!(false))], &["additional-refused request breaking patch"]),
        (vec![Remove("Pixels/additionalProperties")], &["additional-allowed request compatible patch"]),
        (
            vec![Set("PaintInput/properties/labels/additionalProperties/type", json!("integer"))],
            &["type request breaking major"],
        ),
        (vec![Remove("PaintInput/properties/labels/additionalProperties")], &["type-widened request compatible major"]),
        // Enumerations. The palette is sent and received.
        (
            vec![Set("Palette/enum/-", json!("red")), Set("Palette/x-enum-varnames/-", json!("Red"))],
            &["enum-value-added both compatible minor"],
        ),
        (
            vec![Remove("Palette/enum/1"), Remove("Palette/x-enum-varnames/1")],
            &["enum-value-removed both breaking major"],
        ),
        (
            vec![
                Set("Palette/enum", json!(["cold", "warm", "grey"])),
                Set("Palette/x-enum-varnames", json!(["Cold", "Warm", "Grey"])),
            ],
            &["enum-order both compatible patch"],
        ),
        (vec![Set("Palette/x-enum-varnames/0", json!("Hot"))], &["enum-names both compatible major"]),
        (vec![Remove("Palette/enum"), Remove("Palette/x-enum-varnames")], &["enum-opened both compatible major"]),
        (vec![Set("QueueStatus/properties/request_id/enum", json!(["a"]))], &["enum-closed response compatible major"]),
        (
            vec![Set("QueueStatus/properties/status/enum/-", json!("IN_PROGRESS"))],
            &["enum-value-added response compatible minor"],
        ),
        (vec![Remove("QueueStatus/properties/status/enum/0")], &["enum-value-removed response compatible major"]),
        (vec![Set("Palette/x-shared-name", json!("Colours"))], &["shared-name both compatible major"]),
        // Bounds and lengths.
        (vec![Set("Weight/minimum", json!(0.1))], &["bound-narrowed request breaking major"]),
        (vec![Set("Weight/maximum", json!(2))], &["bound-widened request compatible minor"]),
        (vec![Set("Weight/exclusiveMinimum", json!(true))], &["bound-narrowed request breaking major"]),
        (vec![Remove("PaintOutput/properties/score/exclusiveMinimum")], &["bound-widened response breaking patch"]),
        (vec![Set("PaintOutput/properties/score/maximum", json!(0.5))], &["bound-narrowed response compatible patch"]),
        (
            vec![Set("PaintOutput/properties/score", json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1}))],
            &["representation response compatible patch"],
        ),
        (vec![Set("PaintInput/properties/seed/minimum", json!(0))], &["bound-added request breaking major"]),
        (
            vec![Remove("Weight/minimum"), Remove("Weight/maximum")],
            &["bound-removed request compatible major", "bound-removed request compatible major"],
        ),
        (vec![Set("PaintInput/properties/steps/multipleOf", json!(2))], &["bound-narrowed request breaking major"]),
        (vec![Set("Weight/minimum", json!("0"))], &["unknown request breaking major"]),
        (vec![Set("PaintInput/properties/prompt/maxLength", json!(100))], &["length-narrowed request breaking patch"]),
        (vec![Set("PaintInput/properties/layers/maxItems", json!(8))], &["length-widened request compatible patch"]),
        (vec![Remove("PaintInput/properties/layers/uniqueItems")], &["length-widened request compatible patch"]),
        (vec![Set("PaintInput/properties/name/pattern", json!("^b$"))], &["pattern request breaking patch"]),
        (vec![Remove("PaintInput/properties/name/pattern")], &["pattern-removed request compatible patch"]),
        (vec![Set("PaintOutput/properties/note/pattern", json!("^b$"))], &["pattern-added response compatible patch"]),
        // Unions.
        (vec![Set("Size/oneOf/-", json!({"type": "integer"}))], &["member-added request compatible minor"]),
        (
            vec![Set("Size/oneOf/-", json!({"type": "string", "maxLength": 3}))],
            &["member-added request compatible minor", "member-order request compatible major"],
        ),
        (
            vec![Set(
                "RESULT",
                json!({"anyOf": [{"$ref": "#/components/schemas/PaintOutput"}, {"$ref": "#/components/schemas/File"}]}),
            )],
            &["member-added response breaking minor"],
        ),
        (vec![Remove("Size/oneOf/1")], &["member-removed request breaking major"]),
        (
            vec![Set("Size/oneOf", json!([{"$ref": "#/components/schemas/Pixels"}, {"type": "string"}]))],
            &["member-order request compatible major"],
        ),
        (
            vec![Set("Size/allOf", json!([{"maxLength": 3}, {"minLength": 1}]))],
            &["part-added request breaking major", "part-added request breaking major"],
        ),
        (vec![Remove("Tagged/allOf/1")], &["part-removed none compatible major"]),
        // What is kept of the upstream document only.
        (
            vec![Set("Size/x-upstream", json!({"ui": {"a": 1}, "default": 3}))],
            &["default request behaviour patch", "info request compatible patch"],
        ),
        (vec![Set("Size/x-upstream", json!({"le": 3}))], &["unknown request breaking major"]),
        (vec![Set("Size/x-upstream-discriminator", json!({}))], &["discriminator request breaking major"]),
        // Files.
        (
            vec![Set("PaintInput/properties/canvas/x-fal-file-input", json!("mask"))],
            &["file-role request compatible minor"],
        ),
        (
            vec![Remove("PaintInput/properties/canvas/x-fal-file-input")],
            &["file-role-removed request compatible major"],
        ),
    ]
}

#[test]
fn every_kind_of_change_gives_exactly_its_rows() {
    let mut wrong = Vec::new();
    for (edits, expected) in cases() {
        let mut rows: Vec<String> = report(&edits).changes.iter().map(row).collect();
        rows.sort();
        if rows != expected {
            wrong.push(format!("{edits:?}\n  gave {rows:?}\n  not  {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_kind_has_a_case() {
    let told: BTreeSet<&str> =
        cases().iter().flat_map(|(_, rows)| rows.iter().filter_map(|row| row.split(' ').next())).collect();
    // Whole documents come and go in a test of their own.
    let untold: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| !matches!(kind, Kind::DocumentAdded | Kind::DocumentRemoved))
        .map(|kind| kind.as_str())
        .filter(|name| !told.contains(name))
        .collect();
    assert!(untold.is_empty(), "no case for {untold:?}");
}

#[test]
fn the_names_of_kinds_are_unique() {
    let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), Kind::ALL.len());
}

#[test]
fn a_whole_document_comes_and_goes() {
    let both = base();
    let mut three = base();
    three.documents.push(three.documents[0].clone());
    three.documents[2].name = "storage.json".to_owned();
    let rows = |old: &Version, new: &Version| -> Vec<String> { compare(old, new).changes.iter().map(row).collect() };
    assert_eq!(rows(&both, &three), ["document-added none compatible minor"]);
    assert_eq!(rows(&three, &both), ["document-removed none breaking major"]);
}

/// The result of any endpoint is described once, as the output of one of them.
#[test]
fn an_endpoint_with_its_own_output_is_one_row_either_way() {
    let mut more = base();
    let output = json!({"$ref": "#/components/schemas/SingOutput"});
    for edit in [
        Set(
            "/paths/~1acme~1sing",
            json!({"post": {
                "responses": {"200": {"content": {"application/json": {"schema": output}}}},
                "x-fal-endpoint": {"id": "acme/sing", "output": "#/components/schemas/SingOutput"},
            }}),
        ),
        Set("SingOutput", json!({"type": "object", "properties": {"file": {"$ref": "#/components/schemas/File"}}})),
        Set("RESULT", json!({"anyOf": [{"$ref": "#/components/schemas/PaintOutput"}, output]})),
    ] {
        edit.apply(&mut more);
    }
    let rows = |old: &Version, new: &Version| -> Vec<String> { compare(old, new).changes.iter().map(row).collect() };
    assert_eq!(rows(&base(), &more), ["endpoint-added none compatible minor"]);
    assert_eq!(rows(&more, &base()), ["endpoint-removed none breaking major"]);
}

#[test]
fn documents_belong_together_by_file_name() {
    let mut elsewhere = base();
    for document in &mut elsewhere.documents {
        document.name = format!("openapi/{}", document.name);
    }
    assert!(compare(&base(), &elsewhere).changes.is_empty());
}

#[test]
fn a_schema_that_only_moves_between_documents_is_no_new_type() {
    let mut fewer = base();
    assert!(Edit::Remove("Problem").apply_to(&mut fewer.documents[1].value));
    let rows = |old: &Version, new: &Version| -> Vec<String> { compare(old, new).changes.iter().map(row).collect() };
    assert_eq!(rows(&base(), &fewer), ["component response compatible patch"]);
    assert_eq!(rows(&fewer, &base()), ["component response compatible patch"]);
}

#[test]
fn schemas_that_contain_themselves_end_even_when_renamed() {
    let report = report(&[
        Set("Layer/properties/below/$ref", json!("#/components/schemas/Sheet")),
        Set("PaintInput/properties/layers/items/$ref", json!("#/components/schemas/Sheet")),
        Set("Layer/properties/id/maxLength", json!(3)),
        Rename("Layer", "Sheet"),
    ]);
    let rows: Vec<String> = report.changes.iter().map(row).collect();
    assert_eq!(rows, ["length-narrowed request breaking patch", "schema-renamed request compatible major"]);
}

#[test]
fn references_that_lead_nowhere_or_in_a_cycle_are_told() {
    for target in ["#/components/schemas/Missing", "other.json#/A", "#/components/schemas/Circle"] {
        let report = report(&[
            Set("Circle", json!({"$ref": "#/components/schemas/Circle"})),
            Set("PaintInput/properties/size/$ref", json!(target)),
        ]);
        assert!(report.changes.iter().any(|change| change.kind == Kind::Unknown), "{target}: {report:?}");
    }
}

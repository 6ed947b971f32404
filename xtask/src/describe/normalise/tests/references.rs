use super::{normal, reference, refusal};
use serde_json::{Value, json};

fn components(schemas: Value) -> impl Fn(&str) -> Value {
    let normalised = normal(&schemas);
    assert_eq!(normalised.problems, []);
    move |name| normalised.components.get(name).map(|found| found.schema.clone()).unwrap_or_default()
}

#[test]
fn a_reference_keeps_what_stands_beside_it() {
    let component = components(json!({
        "In": { "type": "object", "properties": {
            "a": { "$ref": "#/components/schemas/File", "description": "d", "default": { "url": "u" } },
            "b": { "allOf": [reference("File")], "title": "B" },
            "c": { "anyOf": [reference("File"), { "type": "null" }], "description": "d" },
        } },
        "Out": { "type": "object" },
        "File": { "type": "object", "properties": { "url": { "type": "string" } } },
    }));
    let properties = component("MInput")["properties"].clone();
    assert_eq!(properties["a"], json!({ "allOf": [reference("File")], "description": "d", "default": { "url": "u" } }));
    assert_eq!(properties["b"], reference("File"));
    assert_eq!(properties["c"], json!({ "allOf": [reference("File")], "nullable": true, "description": "d" }));
}

#[test]
fn a_component_that_takes_null_makes_its_users_nullable() {
    let component = components(json!({
        "In": { "type": "object", "properties": { "a": reference("Alias"), "l": { "type": "array", "items": reference("Text") } } },
        "Out": { "type": "object" },
        "Alias": reference("Text"),
        "Text": { "anyOf": [{ "type": "string" }, { "type": "null" }], "description": "d" },
    }));
    assert_eq!(component("MInput")["properties"]["a"], json!({ "allOf": [reference("Text")], "nullable": true }));
    assert_eq!(
        component("MInput")["properties"]["l"]["items"],
        json!({ "allOf": [reference("Text")], "nullable": true })
    );
    assert_eq!(component("Text"), json!({ "type": "string", "description": "d" }));
    assert_eq!(component("Alias"), Value::Null, "a bare reference is no type of its own");
}

#[test]
fn schemas_may_contain_themselves() {
    let component = components(json!({
        "In": { "type": "object", "properties": { "root": reference("Node") } },
        "Out": reference("Node"),
        "Node": { "type": "object", "properties": { "children": { "type": "array", "items": reference("Node") } } },
    }));
    let children = json!({ "type": "array", "items": reference("MOutput") });
    assert_eq!(component("MOutput")["properties"]["children"], children);
}

#[test]
fn one_schema_may_be_input_and_output() {
    let component = components(json!({ "In": reference("X"), "Out": reference("X"), "X": { "type": "string" } }));
    assert_eq!((component("MInput"), component("MOutput")), (json!({ "type": "string" }), json!({ "type": "string" })));
}

#[test]
fn local_definitions_are_components() {
    let component = components(json!({
        "In": {
            "type": "object",
            "properties": { "p": { "$ref": "#/$defs/lora_weight" } },
            "$defs": { "lora_weight": { "type": "object", "properties": { "q": { "$ref": "#/$defs/Kind" } } }, "Kind": { "enum": ["a"] } },
        },
        "Out": { "type": "object" },
    }));
    assert_eq!(component("MInput")["properties"]["p"], reference("LoraWeight"));
    assert_eq!(component("LoraWeight")["properties"]["q"], reference("Kind"));
    assert_eq!(component("Kind"), json!({ "type": "string", "enum": ["a"] }));
}

#[test]
fn all_of_merges_objects_and_their_order() {
    let component = components(json!({
        "In": {
            "allOf": [
                reference("Base"),
                { "type": "object", "properties": { "b": { "type": "integer", "minimum": 1 }, "c": {} }, "required": ["c"] },
            ],
            "description": "d",
        },
        "Out": { "type": "object" },
        "Base": {
            "type": "object",
            "description": "not this",
            "properties": { "b": { "type": "number", "maximum": 5 }, "a": { "type": "string" } },
            "required": ["a"],
            "x-fal-order-properties": ["b", "a"],
        },
    }));
    assert_eq!(
        component("MInput"),
        json!({
            "type": "object",
            "description": "d",
            "properties": { "a": { "type": "string" }, "b": reference("MInputB"), "c": {} },
            "required": ["a", "c"],
            "x-fal-order-properties": ["b", "a", "c"],
        })
    );
    assert_eq!(component("MInputB"), json!({ "type": "integer", "minimum": 1, "maximum": 5 }));
}

#[test]
fn references_to_nothing_or_elsewhere_are_refused() {
    assert_eq!(refusal(reference("Nowhere")), "#p/$ref: \"#/components/schemas/Nowhere\" is not in the document");
    for elsewhere in ["other.json#/X", "https://example.com/x.json"] {
        let text = refusal(json!({ "$ref": elsewhere }));
        assert_eq!(text, format!("#p/$ref: \"{elsewhere}\" does not refer to a place in this document"));
    }
    assert_eq!(refusal(json!({ "$ref": 5 })), "#p/$ref: 5 does not refer to a place in this document");
}

#[test]
fn a_reference_that_only_goes_round_is_refused() {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": reference("A") } },
        "Out": { "type": "object" },
        "A": reference("B"),
        "B": { "anyOf": [reference("A")] },
    }));
    let texts: Vec<_> = normalised.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "#/components/schemas/A: refers to itself and to nothing else",
            "#/components/schemas/B: refers to itself and to nothing else",
        ]
    );
}

#[test]
fn a_schema_that_is_part_of_itself_is_refused() {
    let normalised = normal(&json!({
        "In": { "type": "object", "allOf": [reference("In"), { "type": "object" }] },
        "Out": { "type": "object" },
    }));
    let texts: Vec<_> = normalised.problems.iter().map(ToString::to_string).collect();
    assert!(texts[0].ends_with("lies more than 100 schemas deep, or is part of itself"), "{texts:?}");
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": { "allOf": [reference("A"), reference("B")] } } },
        "Out": { "type": "object" },
        "A": { "type": "object", "properties": { "next": reference("A") } },
        "B": { "type": "object", "properties": { "next": reference("B") } },
    }));
    let texts: Vec<_> = normalised.problems.iter().map(ToString::to_string).collect();
    assert!(texts[0].ends_with("lies more than 100 schemas deep, or is part of itself"), "{texts:?}");
}

#[test]
fn a_document_that_unfolds_without_end_is_refused() {
    let mut schemas = json!({ "In": reference("S0"), "Out": { "type": "object" }, "S40": { "minProperties": 1 } });
    for level in 0..40 {
        let next = reference(&format!("S{}", level + 1));
        schemas[format!("S{level}")] = json!({ "minProperties": 1, "allOf": [next, next, { "type": "object" }] });
    }
    let problems = normal(&schemas).problems;
    let text = problems.iter().map(ToString::to_string).find(|text| text.contains("unfolds")).unwrap();
    assert!(text.ends_with("the document unfolds into more than 50000 schemas"), "{text}");
}

use super::{normal, refusal};
use serde_json::{Value, json};

#[test]
fn keywords_that_restrict_in_ways_unknown_to_rust_are_refused() {
    for keyword in ["not", "if", "patternProperties", "propertyNames", "contains", "dependentRequired"] {
        let mut schema = json!({ "type": "object" });
        schema[keyword] = json!({});
        assert_eq!(
            refusal(schema),
            format!("#p/{keyword}: `{keyword}` restricts values in a way that no Rust type here can carry")
        );
    }
}

#[test]
fn what_is_no_schema_is_refused() {
    for schema in [json!(false), json!([]), json!("string"), json!(null), json!(1)] {
        assert_eq!(refusal(schema), "#p: must be a schema: an object, or `true`");
    }
    assert_eq!(refusal(json!({ "type": "text" })), "#p/type: \"text\" is no type of JSON Schema");
    assert_eq!(refusal(json!({ "type": "object", "properties": [] })), "#p/properties: must be an object");
    assert_eq!(refusal(json!({ "type": "object", "required": "a" })), "#p/required: must be a list");
    assert_eq!(refusal(json!({ "type": "string", "description": 1 })), "#p/description: must be a text");
    for flag in ["deprecated", "readOnly", "writeOnly"] {
        let mut schema = json!({ "type": "string" });
        schema[flag] = json!("yes");
        assert_eq!(refusal(schema), format!("#p/{flag}: must be `true` or `false`"));
    }
    assert_eq!(
        refusal(json!({ "type": "string", "minLength": 2, "maxLength": 1 })),
        "#p: no text has at least `minLength` and at most `maxLength` characters"
    );
    assert_eq!(
        refusal(json!({ "type": "string", "maxLength": -1 })),
        "#p/maxLength: must be a whole number, not negative"
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "a": { "type": "x" }, "b": { "not": {} } } },
        "Out": { "type": "object", "properties": { "c": { "$ref": "#/nowhere" } } },
    }));
    assert_eq!(normalised.problems.len(), 3, "{:?}", normalised.problems);
}

/// A document with a bit of everything, each value of which is replaced by each of many others.
#[test]
fn no_value_anywhere_makes_it_panic() {
    let seed = json!({
        "In": {
            "type": "object",
            "required": ["a"],
            "x-fal-order-properties": ["a", "b"],
            "properties": {
                "a": { "anyOf": [{ "$ref": "#/components/schemas/Size" }, { "enum": ["x", 1, null] }, { "type": "null" }], "default": "x" },
                "b": { "type": ["integer", "null"], "minimum": 1, "exclusiveMaximum": 9.5, "multipleOf": 2, "examples": [3] },
                "c": { "type": "array", "prefixItems": [{ "type": "string", "maxLength": 3 }, {}], "items": false, "minItems": 1 },
                "d": { "allOf": [{ "$ref": "#/components/schemas/Size" }, { "required": ["w"], "additionalProperties": { "const": true } }] },
                "e": { "oneOf": [{ "type": "object" }, { "$ref": "#/$defs/Local" }], "discriminator": { "propertyName": "t" } },
            },
            "$defs": { "Local": { "type": "string", "pattern": "^a" } },
        },
        "Out": { "type": "object", "properties": { "f": { "$ref": "#/components/schemas/Size", "nullable": true } } },
        "Size": { "type": "object", "properties": { "w": { "type": "number", "maximum": 5 }, "s": { "$ref": "#/components/schemas/Size" } } },
    });
    let mut pointers = Vec::new();
    collect(&seed, String::new(), &mut pointers);
    assert!(pointers.len() > 50);
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("object"),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!({ "$ref": "#" }),
        json!({ "$ref": "#/components/schemas/In" }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Size" }, { "type": "object" }] }),
        json!("#/components/schemas/In"),
    ];
    for pointer in &pointers {
        for other in &others {
            let mut mutant = seed.clone();
            *mutant.pointer_mut(pointer).unwrap() = other.clone();
            let normalised = normal(&mutant);
            for problem in &normalised.problems {
                let at = problem.pointer().unwrap_or_else(|| panic!("{problem} has no pointer"));
                assert!(!at.is_empty(), "{problem} of {mutant}");
            }
        }
    }
}

fn collect(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| collect(value, format!("{at}/{key}"), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, format!("{at}/{index}"), into));
        }
        _ => {}
    }
    if !at.is_empty() {
        into.push(at);
    }
}

#[test]
fn unions_that_multiply_each_other_are_refused() {
    let union = |number: usize| {
        let variant = |index: usize| json!({ "type": "object", "properties": { format!("f{number}_{index}"): {} } });
        json!({ "anyOf": (0..8).map(variant).collect::<Vec<_>>() })
    };
    let text = refusal(json!({ "allOf": (0..6).map(union).collect::<Vec<_>>() }));
    assert!(text.contains("unfolds into more than 50000 schemas"), "{text}");
}

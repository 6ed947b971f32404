use super::{normal, notes, property, reference, refusal};
use crate::describe::normalise::NoteKind;
use serde_json::{Value, json};

#[test]
fn two_enumerations_with_one_title_stay_two() {
    let size = |values: &[&str]| json!({ "title": "Size", "type": "string", "enum": values });
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "size": size(&["a", "b"]), "preview_size": size(&["c"]) } },
        "Out": { "type": "object" },
    }));
    assert_eq!(normalised.problems, []);
    let component = |name: &str| normalised.components[name].schema.clone();
    assert_eq!(component("MInputSize"), json!({ "type": "string", "enum": ["a", "b"] }));
    assert_eq!(component("MInputPreviewSize"), json!({ "type": "string", "enum": ["c"] }));
}

#[test]
fn enumerations_become_components_of_their_values_types() {
    for (schema, expected) in [
        (json!({ "enum": ["a", "", "a"] }), json!({ "type": "string", "enum": ["a", ""] })),
        (json!({ "type": "string", "const": "x" }), json!({ "type": "string", "enum": ["x"] })),
        (json!({ "type": "integer", "enum": [2, 1] }), json!({ "type": "integer", "enum": [2, 1] })),
        (json!({ "type": "number", "enum": [2, 1.5] }), json!({ "type": "number", "enum": [2, 1.5] })),
        (json!({ "enum": [1.5, 2] }), json!({ "type": "number", "enum": [1.5, 2] })),
    ] {
        assert_eq!(property(schema.clone()), (reference("MInputP"), expected), "{schema}");
    }
}

#[test]
fn null_among_the_values_makes_the_field_nullable() {
    let (slot, component) = property(json!({ "enum": ["a", null] }));
    assert_eq!(slot, json!({ "allOf": [reference("MInputP")], "nullable": true }));
    assert_eq!(component, json!({ "type": "string", "enum": ["a"] }));
}

#[test]
fn values_of_several_types_become_a_union() {
    let (slot, component) = property(json!({ "enum": ["a", 1, true] }));
    assert_eq!(slot, reference("MInputP"));
    assert_eq!(
        component,
        json!({ "anyOf": [reference("MInputPEnum"), reference("MInputPEnum2"), { "type": "boolean", "x-fal-const": true }] })
    );
}

#[test]
fn a_flag_that_is_always_the_same_stays_a_flag_and_is_told() {
    let schema = json!({ "const": true });
    assert_eq!(property(schema.clone()), (json!({ "type": "boolean", "x-fal-const": true }), Value::Null));
    assert_eq!(notes(schema), [("p/enum".to_owned(), NoteKind::Constant)]);
}

#[test]
fn what_describes_a_field_stays_with_it() {
    let (slot, component) = property(json!({
        "type": "string",
        "enum": ["a", "b"],
        "title": "P",
        "description": "d",
        "default": "a",
        "examples": ["a", "b"],
        "deprecated": true,
    }));
    assert_eq!(
        slot,
        json!({
            "allOf": [reference("MInputP")],
            "description": "d",
            "default": "a",
            "example": "a",
            "x-examples": ["a", "b"],
            "deprecated": true,
        })
    );
    assert_eq!(component, json!({ "type": "string", "enum": ["a", "b"], "description": "d" }));
    assert_eq!(property(json!({ "type": "string", "examples": ["a"] })).0, json!({ "type": "string", "example": "a" }));
}

#[test]
fn limits_of_texts_stay() {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": 5, "pattern": "^a", "format": "uri" });
    assert_eq!(property(text.clone()).0, text);
    assert_eq!(notes(text), [("p/format".to_owned(), NoteKind::Keyword), ("p/pattern".to_owned(), NoteKind::Keyword)]);
}

#[test]
fn keys_of_the_vendor_are_kept_aside_and_told() {
    let schema =
        json!({ "type": "string", "ui": { "field": "x" }, "x-fal": { "max": 1 }, "x-fal-file-input": "image" });
    assert_eq!(
        property(schema.clone()).0,
        json!({
            "type": "string",
            "x-fal-file-input": "image",
            "x-upstream": { "ui": { "field": "x" }, "x-fal": { "max": 1 } },
        })
    );
    assert_eq!(notes(schema), [("p/ui".to_owned(), NoteKind::Keyword), ("p/x-fal".to_owned(), NoteKind::Keyword)]);
}

#[test]
fn a_keyword_of_another_type_is_told() {
    let schema = json!({ "type": "string", "minimum": 1 });
    assert_eq!(property(schema.clone()).0, json!({ "type": "string" }));
    assert_eq!(notes(schema), [("p/minimum".to_owned(), NoteKind::Ineffective)]);
}

#[test]
fn a_default_that_is_no_value_is_kept_aside_and_told() {
    for (mut schema, default) in [
        (json!({ "enum": ["a"] }), json!("b")),
        (json!({ "type": "integer", "maximum": 5 }), json!(6)),
        (json!({ "type": "integer" }), json!(1.5)),
        (json!({ "type": "string", "maxLength": 1 }), json!("ab")),
        (json!({ "type": "string" }), json!(null)),
        (json!({ "type": "array", "items": { "type": "string" } }), json!([1])),
        (json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] }), json!({})),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] }), json!(1)),
    ] {
        schema["default"] = default.clone();
        let (slot, _) = property(schema.clone());
        assert_eq!((&slot["default"], &slot["x-upstream"]["default"]), (&Value::Null, &default), "{schema}");
        assert!(notes(schema.clone()).contains(&("p/default".to_owned(), NoteKind::Misfit)), "{schema}");
    }
}

#[test]
fn a_default_that_is_a_value_stays() {
    for mut schema in [
        json!({ "enum": ["a"], "default": "a" }),
        json!({ "type": "number", "minimum": 0, "exclusiveMaximum": 1, "default": 0 }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }], "default": null }),
        json!({ "type": "array", "items": { "enum": ["a"] }, "default": ["a"] }),
        json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "default": { "a": 1, "b": 2 } }),
        json!({ "anyOf": [{ "enum": ["a"] }, { "type": "integer" }], "default": 1 }),
    ] {
        let default = schema["default"].take();
        schema["default"] = default.clone();
        assert_eq!(property(schema.clone()).0.get("default"), Some(&default), "{schema}");
    }
}

#[test]
fn values_that_no_enumeration_can_carry_are_refused() {
    assert!(refusal(json!({ "enum": [["a"]] })).starts_with("#p/enum: [\"a\"] is a value that no enumeration"));
    assert_eq!(refusal(json!({ "enum": [] })), "#p/enum: lists no value");
    assert_eq!(refusal(json!({ "type": "string", "enum": [1] })), "#p/enum: 1 is not of the declared type string");
}

#[test]
fn limits_beside_a_list_of_values_take_values_out_of_it() {
    for (schema, expected) in [
        (json!({ "type": "integer", "enum": [1, 2, 3], "minimum": 2 }), json!({ "type": "integer", "enum": [2, 3] })),
        (json!({ "enum": [1, 2, 3, 4], "multipleOf": 2 }), json!({ "type": "integer", "enum": [2, 4] })),
        (json!({ "enum": ["a", "bbb"], "maxLength": 2 }), json!({ "type": "string", "enum": ["a"] })),
        (json!({ "enum": ["a", "b"], "maximum": 2 }), json!({ "type": "string", "enum": ["a", "b"] })),
        (
            json!({ "allOf": [{ "type": "string", "enum": ["a", "bbb"] }, { "type": "string", "minLength": 2 }] }),
            json!({ "type": "string", "enum": ["bbb"] }),
        ),
        (
            json!({ "allOf": [{ "type": "number", "exclusiveMaximum": 2 }, { "enum": [1, 2] }] }),
            json!({ "type": "integer", "enum": [1] }),
        ),
    ] {
        assert_eq!(property(schema.clone()), (reference("MInputP"), expected), "{schema}");
    }
    assert_eq!(refusal(json!({ "enum": [1], "minimum": 2 })), "#p/enum: lists no value");
    let text = refusal(json!({ "allOf": [{ "enum": ["a"] }, { "type": "string", "minLength": 2 }] }));
    assert!(text.contains("cannot be carried together"), "{text}");
}

#[test]
fn keywords_of_several_types_without_a_type_are_told() {
    let schema = json!({ "minLength": 2, "minimum": 3 });
    assert_eq!(property(schema.clone()).0, json!({}));
    let told = [("p/minLength".to_owned(), NoteKind::Keyword), ("p/minimum".to_owned(), NoteKind::Keyword)];
    assert_eq!(notes(schema), told);
    assert_eq!(notes(json!({ "minLength": 2, "maxLength": 3 })), []);
}

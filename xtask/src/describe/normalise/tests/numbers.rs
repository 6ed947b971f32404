use super::{normal, notes, property, reference, refusal};
use crate::describe::normalise::NoteKind;
use serde_json::{Value, json};

#[track_caller]
fn bounds(schema: Value, expected: Value) {
    assert_eq!(property(schema.clone()), (reference("MInputP"), expected), "{schema}");
}

#[test]
fn a_bounded_number_becomes_a_component() {
    bounds(
        json!({ "type": "number", "minimum": 0.01, "maximum": 1 }),
        json!({ "type": "number", "minimum": 0.01, "maximum": 1 }),
    );
    bounds(json!({ "type": "integer", "multipleOf": 8 }), json!({ "type": "integer", "multipleOf": 8 }));
    assert_eq!(property(json!({ "type": "integer" })), (json!({ "type": "integer" }), Value::Null));
}

#[test]
fn exclusive_bounds_of_either_version_become_those_of_3_0() {
    let expected = json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true });
    bounds(json!({ "type": "number", "exclusiveMinimum": 0 }), expected.clone());
    bounds(json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true }), expected.clone());
    bounds(json!({ "type": "number", "minimum": 0, "exclusiveMinimum": 0 }), expected);
    bounds(json!({ "type": "number", "maximum": 5, "exclusiveMaximum": 9 }), json!({ "type": "number", "maximum": 5 }));
    bounds(
        json!({ "type": "number", "maximum": 5, "exclusiveMaximum": false }),
        json!({ "type": "number", "maximum": 5 }),
    );
}

#[test]
fn bounds_of_whole_numbers_are_whole() {
    bounds(
        json!({ "type": "integer", "minimum": 0.5, "maximum": 9.0 }),
        json!({ "type": "integer", "minimum": 1, "maximum": 9 }),
    );
    bounds(
        json!({ "type": "integer", "exclusiveMinimum": 0.5, "exclusiveMaximum": 9.0 }),
        json!({ "type": "integer", "minimum": 1, "maximum": 9, "exclusiveMaximum": true }),
    );
}

#[test]
fn a_bound_beyond_64_bits_is_clamped_and_told() {
    let seed = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
    bounds(seed.clone(), json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }));
    assert_eq!(notes(seed), [("p/maximum".to_owned(), NoteKind::Clamped)]);
    bounds(json!({ "type": "integer", "minimum": -1e30 }), json!({ "type": "integer", "minimum": i64::MIN }));
}

#[test]
fn bounds_beside_a_nullable_number_are_its_own() {
    for schema in [
        json!({ "anyOf": [{ "type": "integer", "maximum": 5 }, { "type": "null" }] }),
        json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }], "maximum": 5 }),
        json!({ "type": ["integer", "null"], "maximum": 5 }),
        json!({ "type": "integer", "maximum": 5, "nullable": true }),
    ] {
        let (slot, component) = property(schema.clone());
        assert_eq!(slot, json!({ "allOf": [reference("MInputP")], "nullable": true }), "{schema}");
        assert_eq!(component, json!({ "type": "integer", "maximum": 5 }), "{schema}");
    }
}

#[test]
fn what_is_received_is_not_checked() {
    let size = json!({ "type": "object", "properties": { "w": { "type": "integer", "minimum": 1 } } });
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "s": reference("Sent"), "b": reference("Both") } },
        "Out": { "type": "object", "properties": { "b": reference("Both"), "n": { "type": "number", "maximum": 1 } } },
        "Sent": size.clone(),
        "Both": size,
    }));
    let component = |name: &str| normalised.components[name].schema.clone();
    assert_eq!(component("Sent")["properties"]["w"], reference("SentW"));
    assert_eq!(component("Both")["properties"]["w"], json!({ "type": "integer", "minimum": 1 }));
    assert_eq!(component("MOutput")["properties"]["n"], json!({ "type": "number", "maximum": 1 }));
    let received: Vec<_> = normalised.notes.iter().map(|note| (note.pointer.to_string(), note.kind)).collect();
    assert_eq!(
        received,
        [
            ("/components/schemas/Both/properties/w".to_owned(), NoteKind::Received),
            ("/components/schemas/Out/properties/n".to_owned(), NoteKind::Received),
        ]
    );
}

#[test]
fn bounds_that_no_number_satisfies_are_refused() {
    for schema in [
        json!({ "type": "number", "minimum": 2, "maximum": 1 }),
        json!({ "type": "number", "minimum": 1, "exclusiveMaximum": 1 }),
    ] {
        assert!(refusal(schema.clone()).starts_with("#p: no number is from "), "{schema}");
    }
    assert_eq!(refusal(json!({ "type": "number", "minimum": "0" })), "#p/minimum: must be a number");
    assert_eq!(refusal(json!({ "type": "number", "multipleOf": 0 })), "#p/multipleOf: must be greater than 0");
}

#[test]
fn bounds_that_no_whole_number_satisfies_are_refused() {
    for (schema, ends) in [
        (json!({ "type": "integer", "minimum": 0.2, "maximum": 0.8 }), "0.2 to 0.8"),
        (json!({ "type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2 }), "1 to 2"),
    ] {
        assert_eq!(refusal(schema), format!("#p: no whole number is from {ends}"));
    }
    let text = refusal(json!({ "allOf": [{ "type": "integer", "minimum": 5 }, { "type": "integer", "maximum": 3 }] }));
    assert!(text.contains("cannot be carried together"), "{text}");
    bounds(
        json!({ "allOf": [{ "type": "integer" }, { "type": "number", "minimum": 0.5 }] }),
        json!({ "type": "integer", "minimum": 1 }),
    );
}

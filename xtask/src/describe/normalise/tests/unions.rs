use super::{NoteKind, normal, property, reference, refusal};
use serde_json::{Value, json};

#[test]
fn null_is_no_variant_but_makes_the_field_nullable() {
    let string = json!({ "type": "string", "nullable": true });
    for schema in [
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }),
        json!({ "oneOf": [{ "type": "null" }, { "type": "string" }] }),
        json!({ "type": ["string", "null"] }),
        json!({ "type": "string", "nullable": true }),
        json!({ "anyOf": [{ "type": "string" }, { "const": null }] }),
        json!({ "anyOf": [{ "anyOf": [{ "type": "string" }, { "type": "null" }] }] }),
    ] {
        assert_eq!(property(schema.clone()), (string.clone(), Value::Null), "{schema}");
    }
    for schema in [json!({ "type": "null" }), json!({ "anyOf": [{ "type": "null" }] }), json!({ "enum": [null] })] {
        assert_eq!(property(schema.clone()).0, json!({ "nullable": true }), "{schema}");
    }
}

#[test]
fn a_union_becomes_a_component_and_so_do_its_inline_variants() {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "image_size": {
            "description": "d",
            "default": "square",
            "anyOf": [
                reference("ImageSize"),
                { "type": "string", "enum": ["square", "portrait"] },
                { "type": "integer", "minimum": 1 },
                { "type": "object", "properties": { "side": { "type": "string" } } },
                { "type": "object", "properties": { "area": { "type": "string" } } },
                { "type": "null" },
            ],
        } } },
        "Out": { "type": "object" },
        "ImageSize": { "type": "object", "properties": { "width": { "type": "integer" } } },
    }));
    assert_eq!(normalised.problems, []);
    let component = |name: &str| normalised.components[name].schema.clone();
    assert_eq!(
        component("MInput")["properties"]["image_size"],
        json!({ "allOf": [reference("MInputImageSize")], "nullable": true, "description": "d", "default": "square" })
    );
    assert_eq!(
        component("MInputImageSize"),
        json!({
            "description": "d",
            "anyOf": [
                reference("ImageSize"),
                reference("MInputImageSizeEnum"),
                reference("MInputImageSizeInteger"),
                reference("MInputImageSizeObject"),
                reference("MInputImageSizeObject2"),
            ],
        })
    );
    assert_eq!(component("MInputImageSizeInteger"), json!({ "type": "integer", "minimum": 1 }));
}

#[test]
fn unions_inside_a_union_are_its_own_variants_and_repeats_are_dropped() {
    let (_, component) = property(json!({ "oneOf": [
        { "type": "string", "title": "A" },
        { "type": "string", "title": "B" },
        { "anyOf": [{ "type": "integer" }, { "type": "boolean" }] },
    ] }));
    assert_eq!(component, json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }, { "type": "boolean" }] }));
}

#[test]
fn a_list_of_types_becomes_a_union() {
    let (_, component) = property(json!({ "type": ["string", "integer", "number", "null"], "maxLength": 5 }));
    assert_eq!(component, json!({ "anyOf": [{ "type": "string", "maxLength": 5 }, { "type": "number" }] }));
}

#[test]
fn what_restricts_a_union_restricts_its_variants() {
    let (_, component) = property(json!({ "type": "string", "anyOf": [{ "enum": ["a"] }, { "minLength": 9 }] }));
    assert_eq!(component, json!({ "anyOf": [reference("MInputPEnum"), { "type": "string", "minLength": 9 }] }));
    // A bound of numbers says nothing of texts.
    let (_, component) = property(json!({ "maximum": 5, "anyOf": [{ "type": "integer" }, { "type": "string" }] }));
    assert_eq!(component, json!({ "anyOf": [reference("MInputPInteger"), { "type": "string" }] }));
}

#[test]
fn an_input_and_items_can_be_unions_too() {
    let either = json!([{ "type": "object", "properties": {} }, { "type": "string" }]);
    let normalised = normal(&json!({
        "In": { "oneOf": either },
        "Out": { "type": "array", "items": { "anyOf": either } },
    }));
    assert_eq!(normalised.problems, []);
    let component = |name: &str| normalised.components[name].schema.clone();
    assert_eq!(component("MInput"), json!({ "oneOf": [reference("MInputObject"), { "type": "string" }] }));
    assert_eq!(component("MOutput"), json!({ "type": "array", "items": reference("MOutputItem") }));
    assert_eq!(component("MOutputItem"), json!({ "anyOf": [reference("MOutputItemObject"), { "type": "string" }] }));
}

#[test]
fn schemas_that_exclude_each_other_are_refused() {
    let text = refusal(json!({ "type": "string", "allOf": [{ "type": "integer" }] }));
    assert!(text.starts_with("#p: this and `/components/schemas/In/properties/p/allOf/0` cannot be"), "{text}");
    assert_eq!(refusal(json!({ "anyOf": [] })), "#p/anyOf: lists no schema");
    assert_eq!(refusal(json!({ "anyOf": {} })), "#p/anyOf: must be a list");
}

#[test]
fn a_discriminator_without_mapping_maps_the_names_of_the_components_that_do_not_say_it_themselves() {
    let tagged = |kind: Value| json!({ "type": "object", "properties": { "kind": kind } });
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": {
            "oneOf": [reference("fal__Cat"), reference("Dog")],
            "discriminator": { "propertyName": "kind" },
        } } },
        "Out": { "type": "object" },
        "fal__Cat": tagged(json!({ "type": "string" })),
        "Dog": tagged(json!({ "const": "dog" })),
    }));
    assert_eq!(
        normalised.components["MInputP"].schema["x-upstream-discriminator"],
        json!({ "propertyName": "kind", "mapping": { "fal__Cat": "#/components/schemas/FalCat" } })
    );
}

#[test]
fn a_discriminator_maps_by_reference_or_by_name_and_what_it_maps_to_no_variant_is_told() {
    let tagged = json!({ "type": "object", "properties": { "kind": { "type": "string" } } });
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": { "p": {
            "oneOf": [reference("Cat"), reference("Dog")],
            "discriminator": { "propertyName": "kind", "mapping": {
                "c": "#/components/schemas/Cat", "d": "Dog", "f": "Fish", "g": "#/components/schemas/Gone", "n": 1,
            } },
        } } },
        "Out": { "type": "object" },
        "Cat": tagged, "Dog": tagged, "Fish": tagged,
    }));
    let mapping = &normalised.components["MInputP"].schema["x-upstream-discriminator"]["mapping"];
    assert_eq!((&mapping["c"], &mapping["d"]), (&reference("Cat")["$ref"], &reference("Dog")["$ref"]));
    let told = normalised.notes.iter().filter(|note| note.kind == NoteKind::Ineffective);
    let told: Vec<String> = told.map(|note| note.pointer.last()).collect();
    assert_eq!(told, ["f", "g", "n"]);
}

#[test]
fn the_variants_of_a_discriminator_stay_as_they_are() {
    let document = |beside: Value| {
        let mut p = json!({ "oneOf": [reference("Cat"), reference("Dog")], "discriminator": {
            "propertyName": "kind", "mapping": { "c": "#/components/schemas/Cat", "d": "#/components/schemas/Dog" },
        } });
        p.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        let tagged = json!({ "type": "object", "properties": { "kind": { "type": "string" } } });
        normal(&json!({
            "In": { "type": "object", "properties": { "p": p } },
            "Out": { "type": "object" },
            "Cat": tagged, "Dog": tagged,
        }))
    };
    for nothing in [json!({}), json!({ "type": "object" }), json!({ "additionalProperties": true })] {
        let normalised = document(nothing);
        assert_eq!(normalised.problems, []);
        assert_eq!(normalised.components["MInputP"].schema["oneOf"], json!([reference("Cat"), reference("Dog")]));
    }
    for more in [json!({ "required": ["kind"] }), json!({ "properties": { "name": { "type": "string" } } })] {
        let problem = document(more).problems.first().unwrap().to_string();
        assert!(
            problem.starts_with("#/components/schemas/In/properties/p: what stands beside a union with"),
            "{problem}"
        );
    }
}

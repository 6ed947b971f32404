use super::{normal, notes, property, reference, refusal};
use crate::describe::normalise::{NoteKind, Roots, normalise};
use crate::pointer::Pointer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn properties_come_in_fals_order_and_then_by_name() {
    let (_, component) = property(json!({
        "type": "object",
        "properties": { "a": {}, "b": {}, "c": {}, "d": {} },
        "x-fal-order-properties": ["c", "a", "c"],
    }));
    assert_eq!(component["x-fal-order-properties"], json!(["c", "a", "b", "d"]));
    assert_eq!(
        notes(json!({ "type": "object", "properties": {}, "x-fal-order-properties": ["gone"] })),
        [("p/x-fal-order-properties".to_owned(), NoteKind::Ineffective)]
    );
}

#[test]
fn inline_types_are_named_by_where_they_stand() {
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": {
            "loras": { "type": "array", "items": { "type": "object", "properties": { "scale": { "type": "number", "maximum": 4 } } } },
            "styles": { "type": "object", "additionalProperties": { "enum": ["a"] } },
            "grid": { "type": "array", "items": { "type": "array", "items": { "type": "integer", "minimum": 0 } } },
        } },
        "Out": { "type": "object" },
    }));
    assert_eq!(normalised.problems, []);
    let names: Vec<_> = normalised.components.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["MInput", "MInputGridItemItem", "MInputLorasItem", "MInputLorasItemScale", "MInputStylesValue", "MOutput"]
    );
}

#[test]
fn property_names_need_not_be_rust() {
    let value = |text: &str| json!({ "enum": [text] });
    let normalised = normal(&json!({
        "In": { "type": "object", "properties": {
            "3d": value("1"), "Foo": value("2"), "foo": value("3"), "FOO": value("4"), "@": value("5"), "type": value("6"),
        } },
        "Out": { "type": "object" },
    }));
    assert_eq!(normalised.problems, []);
    let properties = &normalised.components["MInput"].schema["properties"];
    for (property, name) in [
        ("3d", "MInput3d"),
        ("@", "MInputField"),
        ("FOO", "MInputFoo"),
        ("Foo", "MInputFoo2"),
        ("foo", "MInputFoo3"),
        ("type", "MInputType"),
    ] {
        assert_eq!(properties[property], reference(name), "{property}");
    }
}

#[test]
fn an_object_without_properties_is_a_map_unless_it_says_that_it_has_none() {
    let map = json!({ "type": "object", "additionalProperties": true });
    assert_eq!(property(json!({ "type": "object" })).0, map);
    assert_eq!(property(json!({ "type": "object", "additionalProperties": {} })).0, map);
    assert_eq!(
        property(json!({ "type": "object", "additionalProperties": { "type": "integer" }, "maxProperties": 3 })).0,
        json!({ "type": "object", "additionalProperties": { "type": "integer" }, "maxProperties": 3 })
    );
    assert_eq!(
        property(json!({ "type": "object", "properties": {} })),
        (reference("MInputP"), json!({ "type": "object", "properties": {}, "x-fal-order-properties": [] }))
    );
}

#[test]
fn further_properties_stay_as_they_are() {
    let object = |more: Value| json!({ "type": "object", "properties": { "a": {} }, "additionalProperties": more });
    for more in [json!(true), json!(false), json!({ "type": "string" })] {
        assert_eq!(property(object(more.clone())).1["additionalProperties"], more);
    }
    assert_eq!(notes(object(json!(false))), [("p/additionalProperties".to_owned(), NoteKind::Keyword)]);
}

#[test]
fn what_must_be_there_without_being_described_may_be_anything() {
    let (_, component) = property(json!({ "type": "object", "properties": { "b": {} }, "required": ["a", "b"] }));
    assert_eq!(component["properties"], json!({ "a": {}, "b": {} }));
    assert_eq!(component["x-fal-order-properties"], json!(["b", "a"]));
}

#[test]
fn what_only_the_service_sets_is_required_of_answers_alone_and_a_secret_of_requests_alone() {
    let object = |more: Value| {
        let mut object = json!({
            "type": "object",
            "properties": {
                "text": {},
                "id": { "type": "string", "readOnly": true },
                "secret": { "type": "string", "writeOnly": true },
            },
            "required": ["text", "id", "secret"],
        });
        object["properties"].as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        object
    };
    let normalised = normal(&json!({
        "In": object(json!({ "both": reference("Both"), "inline": object(json!({})) })),
        "Out": object(json!({ "both": reference("Both") })),
        "Both": object(json!({})),
    }));
    assert_eq!(normalised.problems, []);
    let required = |name: &str| normalised.components[name].schema["required"].clone();
    assert_eq!(required("MInput"), json!(["secret", "text"]));
    assert_eq!(required("MInputInline"), json!(["secret", "text"]));
    assert_eq!(required("MOutput"), json!(["id", "text"]));
    assert_eq!(required("Both"), json!(["text"]));
}

#[test]
fn lists_keep_their_limits() {
    let list =
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 4, "uniqueItems": true });
    assert_eq!(property(list.clone()).0, list);
    assert_eq!(property(json!({ "type": "array" })).0, json!({ "type": "array", "items": {} }));
    assert_eq!(
        refusal(json!({ "type": "array", "minItems": 3, "maxItems": 2 })),
        "#p: no list has at least `minItems` and at most `maxItems` items"
    );
}

#[test]
fn a_tuple_becomes_a_list_of_what_its_members_may_be() {
    let pair = json!({ "type": "array", "prefixItems": [{ "type": "number" }, { "type": "number" }], "minItems": 2, "items": false });
    assert_eq!(
        property(pair.clone()).0,
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 })
    );
    assert_eq!(notes(pair), []);
    let mixed = json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "null" }], "items": { "type": "integer" } });
    assert_eq!(
        property(mixed.clone()).0,
        json!({ "type": "array", "items": { "allOf": [reference("MInputPItem")], "nullable": true } })
    );
    assert_eq!(notes(mixed), [("p/prefixItems".to_owned(), NoteKind::Tuple)]);
}

#[test]
fn names_that_are_taken_get_the_markers_in_front_and_others_can_be_given() {
    let schemas = json!({
        "In": { "type": "object", "properties": { "a": reference("Field"), "b": reference("fal__toolkit__Image") } },
        "Out": { "type": "object", "properties": { "a": reference("QueueState") } },
        "Field": { "type": "string" },
        "QueueState": { "type": "string" },
        "fal__toolkit__Image": { "type": "string" },
    });
    let names: Vec<_> = normal(&schemas).components.into_keys().collect();
    assert_eq!(names, ["FalToolkitImage", "MField", "MInput", "MOutput", "MQueueState"]);
    let document = json!({ "components": { "schemas": schemas } });
    let place = |name: &str| Pointer::parse(&format!("/components/schemas/{name}")).unwrap();
    let renamed = BTreeMap::from([("fal__toolkit__Image".to_owned(), "Picture".to_owned())]);
    let normalised = normalise(&document, &Roots { input: place("In"), output: place("Out") }, "M", &renamed);
    assert!(normalised.components.contains_key("Picture"));
}

#[test]
fn two_types_of_one_name_are_refused_unless_they_are_equal() {
    let schemas = |values: &[&str]| {
        json!({
            "In": { "type": "object", "properties": { "a": reference("Image"), "b": reference("ImageSize") } },
            "Out": { "type": "object" },
            "Image": { "type": "object", "properties": { "size": { "enum": ["s"] } } },
            "ImageSize": { "type": "string", "enum": values },
        })
    };
    assert_eq!(normal(&schemas(&["s"])).problems, []);
    let problems = normal(&schemas(&["t"])).problems;
    assert_eq!(
        problems[0].to_string(),
        "#/components/schemas/ImageSize: this and `/components/schemas/Image/properties/size` are both `ImageSize`, \
         and differ: at `/enum/0` this has `\"t\"` and that `\"s\"`; rename one with `names` in its entry of \
         `endpoints.toml`, or with `x-names` in the overlay of `--document`"
    );
    let mut described = schemas(&["s"]);
    described["ImageSize"]["description"] = "How large it is.".into();
    let normalised = normal(&described);
    assert_eq!(normalised.problems, []);
    assert!(normalised.notes.iter().any(|note| note.kind == NoteKind::Twin), "{:?}", normalised.notes);
}

#[test]
fn a_schema_that_nothing_refers_to_is_told() {
    let normalised =
        normal(&json!({ "In": { "type": "object" }, "Out": { "type": "object" }, "QueueStatus": {}, "Lost": {} }));
    let notes: Vec<_> = normalised.notes.iter().map(|note| (note.pointer.to_string(), note.kind)).collect();
    assert_eq!(notes, [("/components/schemas/Lost".to_owned(), NoteKind::Unreached)]);
}

#[test]
fn an_inline_type_whose_name_is_taken_has_the_endpoints_name_before_it() {
    let document = json!({ "components": { "schemas": {
        "In": { "type": "object", "properties": { "file": reference("File"), "image": reference("Image") } },
        "Out": { "type": "object" },
        "File": { "type": "object", "properties": { "role": { "type": "string", "enum": ["a"] } } },
        "Image": { "type": "object", "properties": { "size": { "type": "string", "enum": ["b"] } } },
    } } });
    let place = |name: &str| Pointer::root().join("components").join("schemas").join(name);
    let roots = Roots { input: place("In"), output: place("Out") };
    let normalised = normalise(&document, &roots, "ImageSize", &BTreeMap::new());
    assert_eq!(normalised.problems, []);
    let names: Vec<&String> = normalised.components.keys().collect();
    let expected = ["File", "Image", "ImageSizeFileRole", "ImageSizeImageSize", "ImageSizeInput", "ImageSizeOutput"];
    assert_eq!(names, expected);
    let role = &normalised.components["File"].schema["properties"]["role"];
    assert_eq!(*role, reference("ImageSizeFileRole"));
}

//! Documents of other shapes than ours: their models compile (as part of this binary), are up to date, and derive the
//! schemas that they were made from; what cannot be carried into Rust stops with its pointer.

use crate::round_trip::canonical;
use ideogram_schema::{Bounds, EndpointInput as _};
use ideogram_tests::root;
use serde_json::{Value, json};
use xtask::commands::codegen::schema_crate;
use xtask::emit::corpus;
use xtask::sources::folder;

#[test]
fn every_generated_file_of_the_corpus_is_up_to_date() {
    let changes = corpus::generate(&root()).unwrap().changes(&root()).unwrap();
    assert_eq!(changes, [], "run `cargo xtask codegen --corpus` and commit what it changes");
}

macro_rules! round_trips {
    ($($name:ident)*) => {
        #[test]
        fn every_model_of_the_corpus_derives_the_schema_it_was_made_from() {
            let mut compared = 0;
            $(
                let derived = crate::corpus::$name::json_schemas();
                let normal = include_str!(concat!("corpus/", stringify!($name), "/description.json"));
                let normal: Value = serde_json::from_str(normal).unwrap();
                for (name, schema) in normal["components"]["schemas"].as_object().unwrap() {
                    let derived = derived.get(name).unwrap_or_else(|| panic!("{}: no {name}", stringify!($name)));
                    assert_eq!(canonical(derived), canonical(schema), "{}: {name}", stringify!($name));
                    compared += 1;
                }
            )*
            assert!(compared > 30, "only {compared} models were compared");
            assert_eq!(folder::names(&root(), corpus::DOCUMENTS).unwrap(), [$(stringify!($name)),*]);
        }
    };
}

round_trips! { additional annotated bare names numbers sizes tagged taken_contract taken_prelude taken_templates taken_traits taken_words tuple unions }

#[test]
fn what_cannot_be_carried_stops_with_file_pointer_and_advice() {
    let folder = format!("{}/refused", corpus::DOCUMENTS);
    for name in folder::names(&root(), &folder).unwrap() {
        let problems = schema_crate(&root().join(format!("{folder}/{name}.json"))).unwrap_err();
        let messages = problems.iter().map(|problem| {
            let pointer = problem.pointer().unwrap_or_default();
            assert!(pointer.starts_with("/components/schemas/"), "{problem}");
            format!("#{pointer}: {}", problem.message())
        });
        insta::assert_snapshot!(format!("refused_{name}"), messages.collect::<Vec<_>>().join("\n"));
    }
}

/// Reads a value as a field of an input and writes it again.
fn read_and_written<T: serde::de::DeserializeOwned + serde::Serialize>(value: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value.clone()).unwrap()).unwrap()
}

/// Numbers as JSON writes them: whole ones at the ends of each type, and what no whole number is.
fn numbers() -> Vec<Value> {
    let ends = [8, 16, 32].map(|bits| [1_i64 << (bits - 1), 1 << bits]).concat();
    let near = ends.iter().flat_map(|end| [-end - 1, -end, end - 1, *end]);
    let mut numbers: Vec<Value> = near.chain([0, 1, 2, 3, 7, i64::MIN, i64::MAX]).map(Value::from).collect();
    numbers.extend([json!(u64::MAX), json!(7.0), json!(-0.5), json!(1e15), json!(1e30), json!(-1e300)]);
    numbers
}

/// Values that some variant, several or none of them takes.
fn values() -> Vec<Value> {
    let texts = ["a", "b", "tomorrow", "png", "square_hd"].map(Value::from);
    let numbers = [json!(0), json!(42), json!(-1), json!(4.5), json!(1e300), json!(u64::MAX)];
    let mut values: Vec<Value> = texts.into_iter().chain(numbers).collect();
    values.extend([json!(null), json!(true), json!([]), json!(["a"]), json!([1]), json!({})]);
    for fields in 0_u32..1 << 6 {
        let field = |bit: u32, name: &str, value: Value| (fields & 1 << bit != 0).then(|| (name.to_owned(), value));
        let some = [
            field(0, "kind", json!(["a", "b", "png", "jpeg", "c"][fields as usize % 5])),
            field(1, "x", json!(1)),
            field(2, "y", json!("keep")),
            field(3, "a", json!(7)),
            field(4, "b", json!(8)),
            field(5, "later", json!({"deep": [1, null]})),
        ];
        values.push(Value::Object(some.into_iter().flatten().collect()));
    }
    values
}

#[test]
fn what_a_union_reads_it_writes_back_equal() {
    use crate::corpus::tagged;
    for value in values().into_iter().filter(|value| !value.is_null()) {
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputPart>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputFormat>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputGrown>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputObjectOrList>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputNumberOrInteger>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputSize>(&value), value);
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputNested>(&value), value);
    }
}

#[test]
fn what_maps_lists_and_enumerations_of_numbers_read_they_write_back_equal() {
    use crate::corpus::{additional, annotated, numbers as corpus, tagged};
    for number in numbers() {
        let value = json!({"count": number, "old_count": number, "counts": {"a": number, "": 1}, "sizes": [number, 2],
            "step_or_name": number, "id": "7"});
        assert_eq!(read_and_written::<annotated::CorpusAnnotatedOutput>(&value), value);
        let value = json!({"seed": number, "scores": {"best": 1.5}, "beauty": {"value": 2.5}, "": {"value": 0.5}});
        assert_eq!(read_and_written::<additional::CorpusAdditionalOutput>(&value), value);
        let image = json!({"url": "u", "width": number, "height": number});
        let value = json!({"images": [image], "score": 1.2, "counts": [number], "timings": {"": 0.5, "\u{7f}": -0.0}});
        assert_eq!(read_and_written::<corpus::CorpusNumbersOutput>(&value), value);
        // A variant of a union, among what it does not name.
        let value = json!({"kind": "b", "x": number, "later": number});
        assert_eq!(read_and_written::<tagged::CorpusTaggedInputPart>(&value), value);
        for written in [
            read_and_written::<annotated::CorpusAnnotatedOutputLevel>(&number),
            read_and_written::<annotated::CorpusAnnotatedInputLevel>(&number),
            read_and_written::<corpus::CorpusNumbersInputFps>(&number),
        ] {
            assert_eq!(written, number);
        }
    }
    let level: annotated::CorpusAnnotatedOutputLevel = serde_json::from_value(json!(3.0)).unwrap();
    assert_eq!((level.is_known(), level.get()), (true, Some(3)));
    let level: annotated::CorpusAnnotatedOutputLevel = serde_json::from_value(json!(u64::MAX)).unwrap();
    assert_eq!((level.is_known(), level.get(), level.to_string()), (false, None, u64::MAX.to_string()));
}

#[test]
fn a_tag_then_the_known_fields_decide_which_variant_a_value_is() {
    use crate::corpus::tagged::{CorpusTaggedInputFormat as Format, CorpusTaggedInputGrown as Grown};
    use crate::corpus::tagged::{CorpusTaggedInputNumberOrInteger as Number, CorpusTaggedInputPart as Part};
    let part = |value: Value| serde_json::from_value::<Part>(value).unwrap();
    assert!(matches!(part(json!({"kind": "b", "x": 1, "y": "keep"})), Part::B(b) if b.y.as_deref() == Some("keep")));
    assert!(matches!(part(json!({"kind": "a", "y": "kept"})), Part::A(a) if a.additional_properties["y"] == "kept"));
    assert!(matches!(part(json!({"kind": "tomorrow"})), Part::UnknownValue(value) if value["kind"] == "tomorrow"));
    assert!(matches!(serde_json::from_value(json!({"kind": "jpeg"})).unwrap(), Format::Jpeg(_)));
    assert!(matches!(serde_json::from_value(json!({"a": 1, "b": 2})).unwrap(), Grown::More(_)));
    assert!(matches!(serde_json::from_value(json!({"a": 1})).unwrap(), Grown::Few(_)));
    assert!(matches!(serde_json::from_value(json!(42)).unwrap(), Number::Integer(42)));
}

#[test]
fn integers_have_the_type_of_their_format() {
    use crate::corpus::annotated::{CorpusAnnotatedInput, CorpusAnnotatedInputSteps};
    let input = CorpusAnnotatedInput::new("a fox").with_small(i32::MIN).with_byte(u8::MAX).with_large(u64::MAX);
    let input = input.with_steps(CorpusAnnotatedInputSteps::new(1).unwrap());
    let json = json!({"prompt": "a fox", "small": i32::MIN, "byte": 255, "large": u64::MAX, "steps": 1});
    assert_eq!(serde_json::to_value(&input).unwrap(), json);
    assert_eq!(CorpusAnnotatedInput::from_json(json).unwrap(), input);
    let bounds: [Bounds<i32>; 1] = [CorpusAnnotatedInputSteps::BOUNDS];
    assert_eq!(bounds, [Bounds::NONE.at_least(1)]);
    for input in [json!({"huge": u64::MAX}), json!({"level": 3}), json!({"beyond_format": 1000})] {
        let mut input = input;
        input["prompt"] = json!("a fox");
        let read = CorpusAnnotatedInput::from_json(input.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), input);
    }
    for (field, value) in [
        ("small", json!(1_i64 << 31)),
        ("byte", json!(256)),
        ("large", json!(-1)),
        ("steps", json!(1_i64 << 31)),
        ("huge", json!(0)),
        ("huge", json!(7.0)),
        ("beyond_format", json!(1001)),
    ] {
        let error = CorpusAnnotatedInput::from_json(json!({"prompt": "a fox", field: value})).unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{field}` must be a whole number")), "{error}");
    }
}

#[test]
fn a_discriminator_without_mapping_means_the_names_of_the_components() {
    use crate::corpus::annotated::CorpusAnnotatedOutputAnimal as Animal;
    let animal = |value: &Value| serde_json::from_value::<Animal>(value.clone()).unwrap();
    for (value, is_dog) in [(json!({"species": "Dog", "name": "Rex"}), true), (json!({"species": "Cat"}), false)] {
        assert_eq!(matches!(animal(&value), Animal::Dog(_)), is_dog, "{value}");
        assert_eq!(read_and_written::<Animal>(&value), value);
    }
    assert!(matches!(animal(&json!({"species": "Fish"})), Animal::UnknownValue(_)));
}

#[test]
fn what_an_object_may_have_beside_its_fields_is_kept() {
    use crate::corpus::additional::{CorpusAdditionalInput, CorpusAdditionalOutput};
    let input = json!({"prompt": "a fox", "additional_properties": "a field of that name", "later": [1]});
    let read: CorpusAdditionalInput = serde_json::from_value(input.clone()).unwrap();
    assert_eq!(read.other_properties["later"], json!([1]));
    assert_eq!(serde_json::to_value(&read).unwrap(), input);
    let output = json!({"seed": 1, "scores": {"best": 1.5, "second": 0.5}, "beauty": {"value": 2.5}});
    let read: CorpusAdditionalOutput = serde_json::from_value(output.clone()).unwrap();
    assert!((read.additional_properties["beauty"].value - 2.5).abs() < f64::EPSILON);
    assert_eq!(serde_json::to_value(&read).unwrap(), output);
}

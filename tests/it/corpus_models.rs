//! Documents of other shapes than ours: their models compile (as part of this binary), are up to date, and derive the
//! schemas that they were made from; what cannot be carried into Rust stops with its pointer.

use crate::description::root;
use crate::round_trip::canonical;
use serde_json::Value;
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

round_trips! { bare names numbers sizes tuple unions }

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

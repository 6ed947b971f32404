//! The documentation's examples, which the table carries, decode and re-encode without a loss.

use ideogram_schema::{ENDPOINTS, Edit, Endpoint, EndpointInfo, Generate, Remix};
use serde_json::{Map, Value};

/// The example of a request: every field's example, or its default where it has none.
fn example_input(info: &EndpointInfo) -> Value {
    let fields = info.inputs.iter().filter_map(|field| {
        let text = field.examples.first().copied().or(field.default)?;
        Some((field.name.to_owned(), serde_json::from_str(text).unwrap()))
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

fn example_output(info: &EndpointInfo) -> Value {
    let fields =
        info.outputs.iter().map(|field| (field.name.to_owned(), serde_json::from_str(field.examples[0]).unwrap()));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn round_trips<E: Endpoint>() {
    let input = example_input(E::INFO);
    let typed: E::Input = serde_json::from_value(input.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), input, "{}", E::ID);
    let output = example_output(E::INFO);
    let typed: E::Output = serde_json::from_value(output.clone()).unwrap();
    assert_eq!(serde_json::to_value(&typed).unwrap(), output, "{}", E::ID);
}

#[test]
fn the_examples_of_all_three_endpoints_survive_the_models() {
    round_trips::<Generate>();
    round_trips::<Remix>();
    round_trips::<Edit>();
    assert_eq!(ENDPOINTS.len(), 3, "a new endpoint's examples belong here too");
}

#[test]
fn the_examples_are_complete_requests() {
    insta::assert_json_snapshot!(ENDPOINTS.iter().map(|info| (info.id, example_input(info))).collect::<Vec<_>>());
}

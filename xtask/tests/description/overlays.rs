//! Overlays and the names that they share.

use super::Copy;
use serde_json::json;

#[test]
fn an_overlay_that_matches_nothing_is_refused() {
    let copy = Copy::new();
    copy.edit("overlay/remix.json", |overlay| {
        overlay["actions"][1]["target"] = json!("$.components.schemas['RemixInputPower']");
    });
    assert_eq!(
        copy.refusal(),
        "openapi/overlay/remix.json#/actions/1: `$.components.schemas['RemixInputPower']` matches nothing: correct the \
         path, or delete the action"
    );
}

#[test]
fn an_action_needs_a_reason() {
    let copy = Copy::new();
    copy.edit("overlay/edit.json", |overlay| {
        overlay["actions"][0].as_object_mut().unwrap().remove("x-reason");
    });
    assert!(copy.refusal().starts_with("openapi/overlay/edit.json: is no overlay: missing field `x-reason`"));
}

#[test]
fn sources_of_a_shared_name_must_be_equal() {
    let copy = Copy::new();
    copy.edit("upstream/remix.json", |document| {
        let ratio = &mut document["components"]["schemas"]["IdeogramV2TurboRemixInput"]["properties"]["aspect_ratio"];
        ratio["enum"].as_array_mut().unwrap().push(json!("5:4"));
    });
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/remix.json#/components/schemas/IdeogramV2TurboRemixInput/properties/aspect_ratio: \
         `RemixInputAspectRatio` is to be `AspectRatio` like `GenerateInputAspectRatio` of \
         `openapi/upstream/turbo.json#/components/schemas/IdeogramV2TurboInput/properties/aspect_ratio`, but at `/enum` \
         only this has `\"5:4\"`: take the `x-shared-name` of one of them out of `openapi/overlay/`, or give it another"
    );
}

#[test]
fn a_shared_name_must_be_free_and_rust() {
    let copy = Copy::new();
    copy.replace("overlay/remix.json", "\"Strength\"", "\"File\"");
    let text = copy.refusal();
    assert!(text.contains("is to be `File` like"), "{text}");
    for taken in ["the strength", "Option", "QueueState"] {
        let copy = Copy::new();
        copy.replace("overlay/remix.json", "\"Strength\"", &format!("\"{taken}\""));
        assert_eq!(
            copy.refusal(),
            format!(
                "openapi/overlay: `RemixInputStrength` has the `x-shared-name` \"{taken}\", which is no Rust type name that \
                 is free"
            )
        );
    }
}

#[test]
fn every_action_that_does_nothing_is_told_at_once_and_once_for_both_documents() {
    let copy = Copy::new();
    for (file, action) in [("remix", 0), ("edit", 0), ("shared", 1)] {
        copy.edit(&format!("overlay/{file}.json"), |overlay| {
            overlay["actions"][action]["target"] = json!("$.nowhere");
        });
    }
    let text = copy.refusal();
    let places: Vec<&str> = text.lines().filter(|line| line.contains("matches nothing")).collect();
    assert_eq!(places.len(), 3, "{text}");
}

#[test]
fn the_advice_on_two_values_of_one_name_is_followed_for_a_shared_type_too() {
    let copy = Copy::new();
    for file in ["turbo", "remix", "edit"] {
        copy.replace(&format!("upstream/{file}.json"), "\"anime\"", "\"anime\", \"Anime\"");
    }
    copy.relock();
    let refusal = copy.refusal();
    let (_, action) = refusal.lines().next().and_then(|line| line.split_once("in an overlay: ")).unwrap();
    let action: serde_json::Value = serde_json::from_str(action).unwrap();
    copy.edit("overlay/shared.json", |overlay| overlay["actions"].as_array_mut().unwrap().push(action));
    let description = copy.describe();
    let style = &description.documents[0].value["components"]["schemas"]["Style"];
    assert_eq!(style["x-enum-varnames"].as_array().unwrap().last(), Some(&json!("Anime2")));
}

#[test]
fn names_of_types_stand_in_the_list_of_endpoints_where_there_is_one() {
    let copy = Copy::new();
    copy.edit("overlay/edit.json", |overlay| overlay["x-names"] = json!({"File": "Picture"}));
    let text = copy.refusal();
    assert!(text.starts_with("openapi/overlay/edit.json#/x-names: has effect with `--document` only"), "{text}");
}

#[test]
fn what_differs_in_descriptions_only_is_one_type_and_lint_says_so() {
    let copy = Copy::new();
    copy.edit("upstream/remix.json", |document| {
        document["components"]["schemas"]["File"]["properties"]["url"]["description"] = json!("In other words.");
    });
    copy.relock();
    copy.describe();
    let xtask = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
        let run = command.args(arguments).current_dir(copy.root()).output().unwrap();
        (run.status.code(), String::from_utf8(run.stdout).unwrap())
    };
    let (code, said) = xtask(&["lint", "--all"]);
    let place = "    openapi/upstream/remix.json#/components/schemas/File\n";
    assert!(code == Some(0) && said.contains(place), "{said}");
    assert!(said.contains("differs in descriptions only from another of its name: they are one type"), "{said}");
}

#[test]
fn types_that_an_overlay_makes_one_have_one_description() {
    let copy = Copy::new();
    copy.edit("overlay/shared.json", |overlay| {
        let is_style = |action: &&mut serde_json::Value| action["update"]["x-shared-name"] == "Style";
        let action = overlay["actions"].as_array_mut().unwrap().iter_mut().rev().find(is_style).unwrap();
        action["update"]["description"] = json!("In other words.");
    });
    let text = copy.refusal();
    assert!(
        text.contains("is to be `Style` like ") && text.contains(", but their descriptions differ: take the"),
        "{text}"
    );
}

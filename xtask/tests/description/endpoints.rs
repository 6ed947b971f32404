//! A fourth endpoint is one entry and one document.

use super::{Copy, workspace};
use serde_json::json;

const ENTRY: &str = r#"
[[endpoint]]
id = "fal-ai/ideogram/v2"
file = "v2.json"
name = "Quality"
verb = "quality"
positional = ["prompt"]
summary = "Make a picture from a prompt, slowly."
"#;

/// Adds an endpoint whose document is that of another with another id.
fn with_fourth() -> Copy {
    let copy = Copy::new();
    copy.write("endpoints.toml", &format!("{}{ENTRY}", copy.text("endpoints.toml")));
    let text = copy.text("upstream/turbo.json");
    copy.write(
        "upstream/v2.json",
        &text.replace("ideogram/v2/turbo", "ideogram/v2").replace("IdeogramV2Turbo", "IdeogramV2"),
    );
    copy
}

#[test]
fn a_fourth_endpoint_is_one_entry_and_one_document() {
    let copy = with_fourth();
    assert!(copy.refusal().starts_with("openapi/upstream.lock: has no entry for `v2.json`"), "{}", copy.refusal());
    copy.relock();
    let description = copy.describe();
    for document in [&description.documents[0].value, &description.documents[1].value] {
        let facts = &document["paths"]["/fal-ai/ideogram/v2"]["post"]["x-fal-endpoint"];
        assert_eq!(facts["name"], "Quality");
        assert_eq!(facts["input"], "#/components/schemas/QualityInput");
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["QualityInput"]["properties"]["aspect_ratio"]["allOf"][0]["$ref"],
            "#/components/schemas/QualityInputAspectRatio"
        );
        assert_eq!(schemas["QualityOutput"]["properties"]["images"]["items"]["$ref"], "#/components/schemas/File");
    }
    assert_eq!(description.documents[0].value["paths"]["/fal-ai/ideogram/v2"]["post"]["operationId"], "run_quality");
    assert_eq!(
        description.documents[1].value["paths"]["/{owner}/{app}/requests/{request_id}"]["get"]["responses"]["200"]["content"]
            ["application/json"]["schema"],
        json!({ "anyOf": [{ "$ref": "#/components/schemas/Output" }, { "$ref": "#/components/schemas/QualityOutput" }] })
    );
    assert_eq!(description.endpoints.len(), 4);
    assert_eq!(description.upstream[3].file, "v2.json");
}

#[test]
fn a_schema_that_differs_from_its_namesake_needs_a_name_of_its_own() {
    let copy = with_fourth();
    copy.edit("upstream/v2.json", |document| {
        document["components"]["schemas"]["File"]["properties"]["url"]["type"] = json!("integer");
    });
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/v2.json#/components/schemas/File: this is not the `File` of \
         `openapi/upstream/turbo.json#/components/schemas/File`: at `/properties/url/type` this has `\"integer\"` and that \
         `\"string\"`; give one of the two a name of its own with `names` in its entry of `openapi/endpoints.toml`"
    );
    copy.replace("endpoints.toml", "verb = \"quality\"", "verb = \"quality\"\nnames = { File = \"NumberedFile\" }");
    let schemas = copy.describe().documents[0].value["components"]["schemas"].clone();
    assert_eq!(schemas["QualityOutput"]["properties"]["images"]["items"]["$ref"], "#/components/schemas/NumberedFile");
    assert_eq!(schemas["Output"]["properties"]["images"]["items"]["$ref"], "#/components/schemas/File");
    copy.replace("endpoints.toml", "names = { File", "names = { Gone = \"Lost\", File");
    assert_eq!(
        copy.refusal(),
        "openapi/endpoints.toml: `names` of `fal-ai/ideogram/v2` has `Gone`, which its document does not have: delete it"
    );
}

#[test]
fn a_schema_that_is_called_like_an_endpoint_needs_a_name_of_its_own() {
    let copy = Copy::new();
    let text = copy.text("upstream/turbo.json");
    copy.write("upstream/turbo.json", &text.replace("\"File\"", "\"Remix\"").replace("schemas/File", "schemas/Remix"));
    copy.relock();
    assert_eq!(
        copy.refusal(),
        "openapi/upstream/turbo.json#/components/schemas/Remix: `Remix` is an endpoint's name: give one of the two a name \
         of its own with `names` in its entry of `openapi/endpoints.toml`"
    );
}

#[test]
fn a_document_that_belongs_to_no_endpoint_is_told() {
    let copy = Copy::new();
    copy.write("upstream/left.json", "{}");
    let problems = xtask::describe::describe(&xtask::sources::Sources::load(copy.root())).problems;
    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["openapi/upstream/left.json: belongs to no endpoint of `openapi/endpoints.toml`: delete it"]);
}

#[test]
fn a_document_that_was_touched_is_refused_until_it_is_accepted() {
    let copy = Copy::new();
    copy.replace("upstream/edit.json", "\"anime\"", "\"anime\", \"sketch\"");
    let text = copy.refusal();
    assert!(text.starts_with("openapi/upstream/edit.json: its sha256 is "), "{text}");
    let (touched, others) = text.split_once('\n').unwrap();
    assert!(touched.ends_with("restore the file, or take it as it is with `cargo xtask lock`"), "{text}");
    // What follows from the edit is told at once: now the shared style differs from the other two.
    assert!(others.lines().all(|line| line.contains("is to be `Style` like")), "{text}");
    let before = copy.text("upstream.lock");
    copy.relock();
    let after = copy.text("upstream.lock");
    assert_eq!(before.matches("\"transcribed\"\n").count(), 3);
    assert_eq!((after.matches("\"transcribed\"\n").count(), after.matches("\"accepted\"\n").count()), (2, 1));
    assert_eq!(copy.refusal(), others);
}

#[test]
fn what_was_fetched_can_be_judged_before_anything_is_generated() {
    let copy = Copy::new();
    let before = copy.describe();
    for (name, value) in [("run", &before.documents[0].value), ("queue", &before.documents[1].value)] {
        copy.write(&format!("{name}.json"), &xtask::sources::document::to_text(value));
    }
    copy.edit("upstream/edit.json", |document| {
        document["components"]["schemas"]["IdeogramV2TurboEditInput"]["properties"]["new"] =
            json!({ "type": "string" });
    });
    copy.relock();
    let description = xtask::diff::load_working_tree(copy.root()).unwrap().version;
    let [run, queue] = description.documents.as_slice() else { panic!("two documents") };
    for document in [run, queue] {
        assert_eq!(
            document.value["components"]["schemas"]["EditInput"]["properties"]["new"],
            json!({ "type": "string" })
        );
    }
    assert_eq!((run.name.as_str(), queue.name.as_str()), ("openapi/run.json", "openapi/queue.json"));
}

#[test]
fn a_positional_field_that_the_input_does_not_have_is_told() {
    let copy = Copy::new();
    copy.replace("endpoints.toml", "positional = [\"prompt\"]", "positional = [\"promt\"]");
    let text = copy.refusal();
    let expected = "openapi/endpoints.toml: `positional` of `fal-ai/ideogram/v2/turbo` has `promt`, which is no field of its \
        input; those are `prompt`, ";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn no_endpoint_takes_the_name_of_a_command_or_of_a_generated_module() {
    let listed = |path: &str| std::fs::read_to_string(workspace().join(path)).unwrap();
    let endpoints = listed("openapi/endpoints.toml");
    let is_endpoint = |word: &str| endpoints.contains(&format!("verb = \"{word}\""));
    let help = listed("crates/cli/tests/cli/snapshots/cli__help__help.snap");
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands = commands.map(|line| line.split_whitespace().next().unwrap().to_owned());
    let modules = ["schema", "client", "sandbox"].into_iter().flat_map(|name| {
        let folder = workspace().join(format!("crates/{name}/src/generated"));
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let rust = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
        rust.map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
    });
    let root = listed("crates/schema/src/generated/mod.rs");
    let inline = root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(" {").map(str::to_owned));
    let taken: Vec<String> = commands.chain(modules).chain(inline).filter(|word| !is_endpoint(word)).collect();
    assert!(
        ["doctor", "endpoints", "protocol-queue"].iter().all(|word| taken.iter().any(|taken| taken == word)),
        "{taken:?}"
    );
    for word in taken {
        let copy = with_fourth();
        copy.replace("endpoints.toml", "verb = \"quality\"", &format!("verb = \"{word}\""));
        let expected = format!("`verb = \"{word}\"` must be a command");
        assert!(
            copy.refusal().contains(&expected),
            "`{word}` is a command or a module, and an endpoint may have it as its verb: add it to `TAKEN_VERBS`"
        );
    }
}

#[test]
fn positional_fields_that_no_command_line_can_take_are_told() {
    let copy = Copy::new();
    copy.edit("upstream/turbo.json", |document| {
        let list = json!({ "type": "array", "items": { "type": "string" }, "description": "More." });
        document["components"]["schemas"]["IdeogramV2TurboInput"]["properties"]["more"] = list;
    });
    copy.relock();
    let mut before = "[\"prompt\"]".to_owned();
    for (positional, expected) in [
        ("[\"prompt\", \"prompt\"]", "`prompt`, twice"),
        ("[\"style\", \"prompt\"]", "`prompt`, which is required, after `style`, which is not"),
        ("[\"prompt\", \"more\", \"style\"]", "`more`, a list, which takes all that follows: put it last"),
    ] {
        copy.replace("endpoints.toml", &format!("positional = {before}"), &format!("positional = {positional}"));
        let expected = format!("openapi/endpoints.toml: `positional` of `fal-ai/ideogram/v2/turbo` has {expected}");
        let text = copy.refusal();
        assert!(text.starts_with(&expected) && text.lines().count() == 1, "{text}");
        before = positional.to_owned();
    }
    copy.replace("endpoints.toml", &format!("positional = {before}"), "positional = [\"prompt\", \"style\", \"more\"]");
    copy.describe();
}

#[test]
fn a_schema_that_is_called_like_one_of_a_template_needs_a_name_of_its_own() {
    let copy = Copy::new();
    copy.edit("template/queue.json", |template| {
        let schemas = &mut template["components"]["schemas"];
        schemas["Extra"] = json!({ "type": "string", "enum": ["extra"] });
    });
    let text = copy.text("upstream/turbo.json");
    copy.write("upstream/turbo.json", &text.replace("\"File\"", "\"Extra\"").replace("schemas/File", "schemas/Extra"));
    copy.relock();
    let text = copy.refusal();
    let expected = "openapi/upstream/turbo.json#/components/schemas/Extra: `Extra` is in `openapi/template` already: give one of \
        the two a name of its own";
    assert!(text.contains(expected), "{text}");
}

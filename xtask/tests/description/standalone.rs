//! One document by itself: what is left out of its crate is told, and what it is when it is no document of ours.

use super::workspace;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use xtask::commands::codegen::{Args, one_document, run, schema_crate};
use xtask::sources::document;

/// The notes on a small document after a change to it, or what is wrong with it.
fn notes(change: impl FnOnce(&mut Value)) -> Result<Vec<String>, String> {
    let text = std::fs::read(workspace().join("xtask/tests/corpus/bare.json")).unwrap();
    let mut value = document::parse(&text).unwrap();
    change(&mut value);
    read(document::to_text(&value).as_bytes())
}

fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    std::fs::write(&path, bytes).unwrap();
    let short = |text: String| text.replace(&path.display().to_string(), "one.json");
    match schema_crate(&path) {
        Ok((_, notes)) => Ok(notes.into_iter().map(short).collect()),
        Err(problems) => Err(short(problems.to_string())),
    }
}

/// What is said of a document whose input describes no field.
const EMPTY: &str = "one.json#/components/schemas/CorpusBareInput: describes no field of the input, which is any JSON \
    object in Rust";

#[test]
fn an_operation_beside_the_endpoints_own_is_told() {
    assert_eq!(notes(|_| {}), Ok(vec![EMPTY.to_owned()]));
    let other = notes(|document| document["paths"]["/fal-ai/corpus/bare/other"] = json!({"post": {}}));
    let note = "one.json#/paths/~1fal-ai~1corpus~1bare~1other/post: is an operation beside the endpoint's own, and calls \
        nothing here";
    assert_eq!(other, Ok(vec![note.to_owned(), EMPTY.to_owned()]));
}

#[test]
fn what_the_code_of_one_document_does_not_carry_is_told_by_pointer() {
    let noted = notes(|document| {
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let input = schemas.get_mut("CorpusBareInput").unwrap();
        input["properties"]["flag"] = json!({"const": true});
        input["properties"]["huge"] = json!({"type": "integer", "maximum": 1e30});
    });
    let at = "one.json#/components/schemas/CorpusBareInput/properties";
    assert_eq!(
        noted,
        Ok(vec![
            format!("{at}/flag/enum: allows one value only, which the Rust code does not check"),
            format!("{at}/huge/maximum: lies beyond what an `i64` can hold"),
        ])
    );
}

#[test]
fn a_document_of_swagger_2_is_named_and_a_byte_order_mark_is_read_over() {
    let swagger = notes(|document| document["swagger"] = json!("2.0"));
    assert_eq!(swagger.unwrap_err(), "one.json#/swagger: is a document of Swagger 2.0: convert it to OpenAPI 3 first");
    let text = std::fs::read(workspace().join("xtask/tests/corpus/bare.json")).unwrap();
    assert_eq!(read(&[b"\xef\xbb\xbf", text.as_slice()].concat()), Ok(vec![EMPTY.to_owned()]));
}

#[test]
fn a_document_of_another_openapi_or_of_none_is_named() {
    let version = |version: Value| notes(|document| document["openapi"] = version);
    for known in ["3.0.0", "3.0.4", "3.1.0", "3.2.0"] {
        assert_eq!(version(json!(known)), Ok(vec![EMPTY.to_owned()]));
    }
    for (other, shown) in [(json!("2.0"), "\"2.0\""), (json!(3), "3"), (json!("4.0.0"), "\"4.0.0\"")] {
        let expected = format!("one.json#/openapi: is {shown}, not a version of OpenAPI 3 such as \"3.0.3\"");
        assert_eq!(version(other), Err(expected));
    }
    let expected = "one.json#/openapi: says of no version of OpenAPI: write the one here, such as \"3.0.3\"";
    assert_eq!(notes(|document| _ = document.as_object_mut().unwrap().remove("openapi")).unwrap_err(), expected);
    assert_eq!(read(b"[]").unwrap_err(), expected);
}

/// What the program prints as JSON of a small document, with these arguments besides, into a folder that is there or not.
fn printed(document: &str, out: &Path, more: &[&str]) -> (Value, Option<i32>) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["codegen", "--json", "--document"])
        .arg(workspace().join(document))
        .arg("--out")
        .arg(out)
        .args(more)
        .output()
        .unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

#[test]
fn json_tells_files_notes_and_places_of_any_json_of_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("made");
    let names = |value: &Value, change: &str| -> Vec<String> {
        let files = value["files"].as_array().unwrap().iter().filter(|file| file["change"] == change);
        files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    };
    let (told, code) = printed("xtask/tests/corpus/bare.json", &out, &["--dry-run"]);
    assert_eq!((names(&told, "added").is_empty(), out.exists(), code), (false, false, Some(0)));
    let note = told["notes"][0].as_str().unwrap();
    assert!(note.ends_with(EMPTY.split_once('#').unwrap().1), "{note}");
    let (done, _) = printed("xtask/tests/corpus/bare.json", &out, &[]);
    assert_eq!(done, told, "what was told without writing is what is written");
    assert!(names(&done, "added").iter().all(|file| out.join(file).is_file()), "{done}");
    let (checked, code) = printed("xtask/tests/corpus/bare.json", &out, &["--check"]);
    assert_eq!((checked["files"].clone(), code), (json!([]), Some(0)));
    std::fs::write(out.join("src/lib.rs"), "").unwrap();
    let (checked, code) = printed("xtask/tests/corpus/bare.json", &out, &["--check"]);
    assert_eq!((names(&checked, "changed"), code), (vec!["src/lib.rs".to_owned()], Some(1)));
    let (untyped, _) = printed("xtask/tests/corpus/additional.json", &folder.path().join("other"), &["--dry-run"]);
    let places = untyped["any_json"].as_array().unwrap();
    assert!(!places.is_empty() && places.iter().all(|place| place.as_str().unwrap().contains('/')), "{untyped}");
}

#[test]
fn what_names_no_endpoint_says_where_the_id_belongs() {
    let at = "one.json#/info/x-fal-metadata/endpointId";
    let expected =
        format!("{at}: names no endpoint: write the id here that fal's documents have, such as `fal-ai/flux/dev`");
    for change in [json!(7), json!(null)] {
        assert_eq!(notes(|document| document["info"]["x-fal-metadata"]["endpointId"] = change).unwrap_err(), expected);
    }
    let hostile =
        notes(|document| document["info"]["x-fal-metadata"]["endpointId"] = json!("a/\u{1b}[31m\n")).unwrap_err();
    assert!(hostile.starts_with(&format!("{at}: `id = \"a/\\u{{1b}}[31m\\n\"` must be an endpoint id")), "{hostile}");
}

/// The files of a small document with an overlay, or what is wrong.
fn with_overlay(actions: &Value) -> Result<String, String> {
    let overlay = json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions});
    overlaid(&workspace().join("xtask/tests/corpus/sizes.json"), &overlay)
}

/// The files of a document with an overlay, or what is wrong.
fn overlaid(document: &Path, overlay: &Value) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("overlay.json");
    std::fs::write(&path, overlay.to_string()).unwrap();
    let made = one_document(document, Some(&path), Path::new("../schema"));
    let made = made.map_err(|problems| problems.to_string())?;
    let files = made.output.files.iter().filter(|(path, _)| path.starts_with("src/generated"));
    Ok(files.map(|(_, text)| text.as_str()).collect())
}

#[test]
fn the_advice_on_two_values_of_one_name_is_followed_as_it_is_printed() {
    let document = workspace().join("xtask/tests/corpus/refused/clash.json");
    let refusal = one_document(&document, None, Path::new("../schema")).unwrap_err().to_string();
    let (_, action) = refusal.split_once("in an overlay: ").unwrap_or_else(|| panic!("{refusal}"));
    let action: Value = serde_json::from_str(action).unwrap_or_else(|error| panic!("{error}: {action}"));
    let overlay =
        |actions: Value| json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions});
    let text = overlaid(&document, &overlay(json!([action]))).unwrap();
    assert!(text.contains("FastMode = \"fast-mode\"") && text.contains("FastMode2 = \"fast_mode\""), "{text}");
    // Names of one's own choice do as well.
    let mut own = action;
    own["update"]["x-enum-varnames"] = json!(["Fast", "FastMode"]);
    assert!(overlaid(&document, &overlay(json!([own]))).unwrap().contains("FastMode = \"fast_mode\""));
}

#[test]
fn the_advice_on_two_types_of_one_name_is_followed_as_it_is_printed() {
    let mut value: Value = document::load(&workspace(), "xtask/tests/corpus/bare.json").unwrap();
    let schemas = value["components"]["schemas"].as_object_mut().unwrap();
    schemas.insert("Size".to_owned(), json!({"type": "string", "enum": ["s", "m"]}));
    let whole = json!({"type": "object", "properties": {"size": {"type": "string", "enum": ["s"]}}});
    schemas.insert("Image".to_owned(), whole);
    schemas.insert("ImageSize".to_owned(), json!({"type": "string", "enum": ["large"]}));
    let properties = &mut schemas.get_mut("CorpusBareInput").unwrap()["properties"];
    *properties =
        json!({"image": {"$ref": "#/components/schemas/Image"}, "size": {"$ref": "#/components/schemas/ImageSize"}});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    std::fs::write(&path, document::to_text(&value)).unwrap();
    let refusal = one_document(&path, None, Path::new("../schema")).unwrap_err().to_string();
    assert!(refusal.contains("are both `ImageSize`") && refusal.contains("`x-names` in the overlay"), "{refusal}");
    let overlay = |names: Value| json!({"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": [], "x-names": names});
    let text = overlaid(&path, &overlay(json!({"ImageSize": "Format"}))).unwrap();
    assert!(text.contains("    Format {") && text.contains("    ImageSize {"), "{text}");
    let refusal = overlaid(&path, &overlay(json!({"ImageSize": "Format", "Gone": "X"}))).unwrap_err();
    assert!(refusal.contains("overlay.json#/x-names: names `Gone`, which the document does not have"), "{refusal}");
}

#[test]
fn an_overlay_gives_one_document_names_and_a_price() {
    let value: Value = document::load(&workspace(), "xtask/tests/corpus/sizes.json").unwrap();
    let id = value["info"]["x-fal-metadata"]["endpointId"].as_str().unwrap().to_owned();
    let price = json!({"price": {"amount": "0.03", "currency": "USD", "unit": "megapixel"}});
    let actions = json!([
        {"target": format!("$.paths['/{id}'].post['x-fal-endpoint']"), "update": price, "x-reason": "Its page says so."},
    ]);
    let text = with_overlay(&actions).unwrap();
    assert!(text.contains("megapixel"), "{text}");
    assert!(!with_overlay(&json!([])).unwrap().contains("megapixel"));
    let nothing = json!([{"target": "$.nowhere", "update": {}, "x-reason": "r"}]);
    assert!(with_overlay(&nothing).unwrap_err().contains("overlay.json#/actions/0: `$.nowhere` matches nothing"));
}

#[test]
fn a_document_that_names_several_endpoints_gives_the_models_of_all_of_them() {
    let made = one_document(&workspace().join("openapi/run.json"), None, Path::new("../schema")).unwrap();
    for name in ["generate", "remix", "edit", "shared"] {
        let here = made.output.files.iter().find(|(path, _)| path.ends_with(format!("generated/{name}.rs"))).unwrap().1;
        let ours = std::fs::read_to_string(workspace().join(format!("crates/schema/src/generated/{name}.rs"))).unwrap();
        let body = |text: &str| text.lines().filter(|line| !line.starts_with("// ")).collect::<Vec<_>>().join("\n");
        assert!(body(here) == body(&ours), "{name}");
    }
}

#[test]
fn an_input_without_fields_and_every_place_that_stays_json_are_told() {
    assert_eq!(notes(|_| {}).unwrap(), [EMPTY]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    let mut value: Value = document::load(&workspace(), "xtask/tests/corpus/bare.json").unwrap();
    let properties = &mut value["components"]["schemas"]["CorpusBareInput"]["properties"];
    properties["loose"] = json!({"type": "array", "items": {}});
    std::fs::write(&path, document::to_text(&value)).unwrap();
    let made = one_document(&path, None, Path::new("../schema")).unwrap();
    let at = "#/components/schemas/CorpusBareInput/properties/loose/items";
    assert!(made.any_json.iter().any(|place| place.ends_with(at)), "{:?}", made.any_json);
}

#[test]
fn a_problem_of_what_stands_inline_is_placed_where_it_stands() {
    let problems = |property: Value| {
        notes(|document| document["components"]["schemas"]["CorpusBareInput"]["properties"] = json!({"mode": property}))
            .unwrap_err()
    };
    let at = "one.json#/components/schemas/CorpusBareInput/properties/mode";
    let text = problems(json!({"type": "string", "enum": ["fast-mode", "fast_mode"]}));
    let other = "`/components/schemas/CorpusBareInput/properties/mode/enum/0`";
    assert!(text.starts_with(&format!("{at}/enum/1: this value and {other} are both `FastMode`")), "{text}");
    let text = problems(json!({"type": "number", "enum": [1.5, 2.5]}));
    assert!(text.starts_with(&format!("{at}: an enumeration must be of type string or integer")), "{text}");
}

#[test]
fn a_crate_is_written_again_around_its_users_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("crate");
    let document = Some(workspace().join("xtask/tests/corpus/sizes.json"));
    let args = Args { document, out: Some(out.clone()), ..Args::default() };
    let checked = || run(&Args { check: true, ..args.clone() }).unwrap();
    assert_eq!(run(&Args { dry_run: true, ..args.clone() }).unwrap(), ExitCode::SUCCESS);
    assert!(!out.exists(), "a dry run writes nothing");
    assert_eq!(checked(), ExitCode::FAILURE);
    assert_eq!((run(&args).unwrap(), checked()), (ExitCode::SUCCESS, ExitCode::SUCCESS));
    // The manifest is the user's once it is there; what is generated is not, and what is no longer generated goes.
    std::fs::write(out.join("Cargo.toml"), "mine").unwrap();
    std::fs::write(out.join("src/generated/old.rs"), "").unwrap();
    assert_eq!((checked(), run(&args).unwrap(), checked()), (ExitCode::FAILURE, ExitCode::SUCCESS, ExitCode::SUCCESS));
    assert_eq!(std::fs::read_to_string(out.join("Cargo.toml")).unwrap(), "mine");
    assert!(!out.join("src/generated/old.rs").exists());
    let file = Some(out.join("Cargo.toml"));
    let refusal = run(&Args { out: file, ..args }).unwrap_err().to_string();
    assert!(refusal.ends_with("Cargo.toml: is no folder: `--out` is the folder of the crate"), "{refusal}");
}

#[test]
fn an_endpoint_that_is_called_like_a_generated_module_has_a_module_of_its_own() {
    let text = std::fs::read_to_string(workspace().join("xtask/tests/corpus/bare.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    for (name, module) in [("endpoints", "endpoints_endpoint"), ("shared", "shared_endpoint"), ("flux", "flux")] {
        std::fs::write(&path, text.replace("fal-ai/corpus/bare", &format!("fal-ai/{name}"))).unwrap();
        let made = one_document(&path, None, Path::new("../schema")).unwrap();
        let root = &made.output.files[Path::new("src/generated/mod.rs")];
        let modules: Vec<&str> =
            root.lines().filter_map(|line| line.split_once("mod ")).map(|(_, name)| name).collect();
        assert_eq!(modules, [&*format!("{module};"), "endpoints {"], "{root}");
    }
}

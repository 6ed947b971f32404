//! `cargo xtask add`: an endpoint more, or nothing at all.

use super::Copy;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xtask::add::{Added, Request, add};
use xtask::commands::codegen::generate;
use xtask::fetch::Limits;
use xtask::sources::{Sources, document};

const ID: &str = "fal-ai/ideogram/v2";

/// A fourth document in the shape that fal serves, made from the first and changed.
fn fourth(copy: &Copy, change: impl FnOnce(&mut Value)) -> PathBuf {
    let text = copy.text("upstream/turbo.json");
    let text = text.replace("fal-ai/ideogram/v2/turbo", ID).replace("IdeogramV2Turbo", "IdeogramV2");
    let mut value = document::parse(text.as_bytes()).unwrap();
    change(&mut value);
    let path = copy.root().join("fourth.json");
    std::fs::write(&path, document::to_text(&value)).unwrap();
    path
}

fn add_file(copy: &Copy, id: &str, verb: impl Into<Option<&'static str>>, file: PathBuf) -> Result<Added, String> {
    let verb = verb.into().map(str::to_owned);
    let request = Request { id: id.to_owned(), verb, file: Some(file), from: None };
    add(copy.root(), &request, Limits::default()).map_err(|problems| problems.to_string())
}

/// Every file and folder below, with the files' bytes.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = if path.is_dir() { Vec::new() } else { std::fs::read(&path).unwrap() };
            if path.is_dir() {
                open.push(path.clone());
            }
            found.insert(path, bytes);
        }
    }
    found
}

#[test]
fn an_endpoint_is_added_with_entry_hash_and_code_and_its_gaps_are_named() {
    let copy = Copy::new();
    let file = fourth(&copy, |document| {
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let input = schemas.get_mut("IdeogramV2Input").unwrap();
        input["properties"]["guide_urls"] = json!({"type": "array", "items": {"type": "string"}});
        input["x-fal-order-properties"].as_array_mut().unwrap().push("guide_urls".into());
        schemas.get_mut("File").unwrap()["properties"]["rating"] = json!({"type": "integer"});
        schemas.get_mut("File").unwrap()["x-fal-order-properties"].as_array_mut().unwrap().push("rating".into());
    });
    let added = add_file(&copy, ID, "quality", file).unwrap();
    assert_eq!(added.entry.names, BTreeMap::from([("File".to_owned(), "QualityFile".to_owned())]));
    assert_eq!(added.entry.positional, ["prompt"]);
    let list = copy.text("endpoints.toml");
    assert!(list.contains("\n[[endpoint]]\nid = \"fal-ai/ideogram/v2\"\nfile = \"quality.json\"\n"), "{list}");
    for stub in ["\"price\": {", "['QualityInput'].properties['guide_urls']", "\"x-fal-file-input\": \"image\""] {
        assert!(list.lines().any(|line| line.starts_with("# ") && line.contains(stub)), "{stub}: {list}");
    }
    assert!(copy.text("upstream.lock").contains("file = \"quality.json\"\n"));
    let output = generate(&Sources::load(copy.root())).unwrap();
    assert_eq!(output.changes(copy.root()).unwrap(), [], "codegen has nothing left to do");
    let models = std::fs::read_to_string(copy.root().join("crates/schema/src/generated/quality.rs")).unwrap();
    assert!(models.contains("pub struct QualityFile") && models.contains("guide_urls"), "{models}");
    let again = add_file(&copy, ID, "again", copy.root().join("fourth.json")).unwrap_err();
    assert!(again.contains("`fal-ai/ideogram/v2` is here already, as `quality`"), "{again}");
}

#[test]
fn what_the_lock_had_of_a_file_that_is_gone_is_replaced() {
    let copy = Copy::new();
    let lock = copy.text("upstream.lock");
    let stale = lock.rsplit_once("[[document]]").unwrap().1.replace("edit.json", "quality.json");
    copy.write("upstream.lock", &format!("{lock}\n[[document]]{stale}"));
    let file = fourth(&copy, |_| {});
    add_file(&copy, ID, "quality", file).unwrap();
    assert_eq!(copy.text("upstream.lock").matches("quality.json").count(), 1);
    copy.describe();
}

#[test]
fn the_stubs_are_an_overlay_once_they_are_no_comments() {
    let copy = Copy::new();
    let file = fourth(&copy, |_| {});
    let added = add_file(&copy, ID, None, file).unwrap();
    assert_eq!((added.entry.name.as_str(), added.entry.verb.as_str()), ("IdeogramV2", "ideogram-v2"));
    let list = copy.text("endpoints.toml");
    let (_, comments) = list.rsplit_once("delete these lines:\n").unwrap();
    let overlay: String = comments.lines().map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    let actions = serde_json::from_str::<Value>(&overlay).unwrap()["actions"].as_array().unwrap().len();
    assert!(actions > 0 && actions == added.stubs, "{overlay}");
    copy.write("overlay/ideogram-v2.json", &overlay);
    assert!(copy.refusal().contains("`…` is no amount"), "a price that nobody wrote is no price");
    copy.write("overlay/ideogram-v2.json", &overlay.replace("\"amount\": \"…\"", "\"amount\": \"0.08\""));
    copy.describe();
}

#[test]
fn a_step_that_fails_leaves_everything_as_it_was() {
    let copy = Copy::new();
    let refused = |verb: &'static str, id: &str, expected: &str, change: &dyn Fn(&mut Value)| {
        let file = fourth(&copy, change);
        let before = tree(copy.root());
        let error = add_file(&copy, id, verb, file).unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert_eq!(tree(copy.root()), before, "{expected}");
    };
    refused("quality", "ideogram", "must be an endpoint id", &|_| {});
    refused("quality", "fal-ai/ideogram/v3", "this is the document of another endpoint", &|_| {});
    refused("edit", ID, "openapi/upstream/edit.json: is there already", &|_| {});
    refused("batch", ID, "must be a command", &|_| {});
    refused("quality", ID, "is a keyword that the Rust code does not carry", &|document| {
        document["components"]["schemas"]["IdeogramV2Input"]["properties"]["prompt"]["odd"] = json!(1);
    });
    refused("quality", ID, "the envelope around the endpoint's schemas", &|document| {
        document["paths"][format!("/{ID}")]["post"]["callbacks"] = json!({});
    });
    // The last step: a file cannot be written, since a folder stands where it would be made.
    std::fs::create_dir_all(copy.root().join("crates/schema/src/generated/shared.rs.new/full")).unwrap();
    refused("quality", ID, "shared.rs: cannot be written", &|_| {});
}

#[test]
fn what_the_list_of_allowances_lacks_is_printed_as_it_is_to_be_written() {
    let copy = Copy::new();
    let tuple = |document: &mut Value| {
        let guide =
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "x-new": 1, "$odd": 1});
        document["components"]["schemas"]["IdeogramV2Input"]["properties"]["guide"] = guide;
    };
    let file = fourth(&copy, tuple);
    let refusal = add_file(&copy, ID, "quality", file.clone()).unwrap_err();
    let mut allowances = copy.text("allow.toml");
    for line in refusal.lines() {
        let (_, advice) = line.split_once("below `[").unwrap_or_else(|| panic!("{refusal}"));
        let (table, entry) = advice.split_once("]` as `").unwrap();
        let entry = entry.strip_suffix('`').unwrap();
        allowances = allowances.replacen(&format!("[{table}]\n"), &format!("[{table}]\n{entry}\n"), 1);
    }
    copy.write("allow.toml", &allowances);
    assert!(
        add_file(&copy, ID, "quality", file).unwrap().left_out.iter().any(|line| line.ends_with("/prefixItems: …"))
    );
}

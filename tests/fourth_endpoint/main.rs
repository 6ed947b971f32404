//! A new endpoint is one `cargo xtask add`: client, sandbox and command line get it from codegen, with no other edit.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use ideogram_tests::root;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::add::{Request, add};
use xtask::fetch::Limits;

/// A fourth document in the shape that fal serves, made from the first.
fn fourth(root: &Path) -> PathBuf {
    let text = std::fs::read_to_string(root.join("openapi/upstream/turbo.json")).unwrap();
    let text = text.replace("fal-ai/ideogram/v2/turbo", "fal-ai/ideogram/v2").replace("IdeogramV2Turbo", "IdeogramV2");
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let input = &mut document["components"]["schemas"]["IdeogramV2Input"];
    input["properties"]["num_images"] =
        serde_json::json!({"type": "integer", "minimum": 1, "maximum": 4, "default": 1});
    input["properties"]["image_size"] = serde_json::json!({"anyOf": [
        {"type": "object", "properties": {"width": {"type": "integer", "minimum": 1}, "height": {"type": "integer"}},
            "required": ["width", "height"]},
        {"type": "string", "enum": ["square_hd", "landscape_16_9"]},
    ]});
    input["x-fal-order-properties"].as_array_mut().unwrap().extend(["num_images".into(), "image_size".into()]);
    document["info"]["description"] = "Make a better picture from a prompt.".into();
    let path = root.join("fourth.json");
    std::fs::write(&path, document.to_string()).unwrap();
    path
}

/// The command line of a copy of the workspace with a fourth endpoint in its description, regenerated.
fn command_line_with_fourth() -> PathBuf {
    let place = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("fourth-endpoint");
    let change = |copy: &Path| {
        let file = Some(fourth(copy));
        let request =
            Request { id: "fal-ai/ideogram/v2".to_owned(), verb: Some("quality".to_owned()), file, from: None };
        let added = add(copy, &request, Limits::default()).unwrap();
        assert_eq!(added.entry.positional, ["prompt"]);
        Ok(())
    };
    xtask::copy::command_line(&root(), &place, change).unwrap()
}

#[test]
fn one_entry_reaches_client_sandbox_and_command_line() {
    let ideogram = command_line_with_fourth();
    let out = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&ideogram).args(arguments).current_dir(out.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let help = run(&["quality", "--help"]);
    assert!(
        help.contains("Make a better picture") && help.contains("--num-images") && help.contains("1 to 4"),
        "{help}"
    );
    assert!(help.contains("square_hd") && help.contains("1280x720"), "{help}");
    let nonsense = ["quality", "a fox", "--image-size", "nonsense", "--sandbox"];
    let refused = Command::new(&ideogram).args(nonsense).current_dir(out.path()).output().unwrap();
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && message.contains("`landscape_16_9`, or a size such as"), "{message}");
    let arguments = [
        "quality",
        "a fox",
        "--num-images",
        "2",
        "--image-size",
        "1280x720",
        "--seed",
        "7",
        "--sandbox",
        "--json",
        "-o",
        "fox.png",
    ];
    let envelope: Value = serde_json::from_str(&run(&arguments)).unwrap();
    assert_eq!(envelope["results"][0]["endpoint"], "fal-ai/ideogram/v2");
    assert_eq!(envelope["results"][0]["input"]["num_images"], 2);
    assert_eq!(envelope["results"][0]["input"]["image_size"], serde_json::json!({"width": 1280, "height": 720}));
    assert_eq!(&std::fs::read(out.path().join("fox.png")).unwrap()[..8], b"\x89PNG\r\n\x1a\n");
}

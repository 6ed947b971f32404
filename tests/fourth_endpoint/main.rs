//! A new endpoint is one `cargo xtask add`: client, sandbox and command line get it from codegen, with no other edit.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use ideogram_tests::{copy_folder, root};
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

/// A copy of the workspace with a fourth endpoint in its description, regenerated.
fn workspace_with_fourth() -> PathBuf {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["openapi", "crates", "xtask", "tests"] {
        copy_folder(&root().join(folder), &copy.path().join(folder)).unwrap();
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(root().join(file), copy.path().join(file)).unwrap();
    }
    let file = Some(fourth(copy.path()));
    let request = Request { id: "fal-ai/ideogram/v2".to_owned(), verb: Some("quality".to_owned()), file, from: None };
    let added = add(copy.path(), &request, Limits::default()).unwrap();
    assert_eq!(added.entry.positional, ["prompt"]);
    // Always at one place, and only what differs is written: cargo builds what has changed since the last run.
    let kept = target().join("workspace");
    update_folder(copy.path(), &kept);
    kept
}

/// The folder of that copy and its build. It cannot be this build's own: cargo tells members of two workspaces by their paths
/// below the root, which are the same.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().join("fourth-endpoint")
}

/// Makes a folder like another and leaves alone what is equal.
fn update_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(to).unwrap() {
        let path = entry.unwrap().path();
        let source = from.join(path.file_name().unwrap());
        if path.is_dir() && !source.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else if path.is_file() && !source.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    for entry in std::fs::read_dir(from).unwrap() {
        let source = entry.unwrap().path();
        let target = to.join(source.file_name().unwrap());
        if source.is_dir() {
            update_folder(&source, &target);
        } else {
            let bytes = std::fs::read(&source).unwrap();
            if std::fs::read(&target).ok().as_ref() != Some(&bytes) {
                std::fs::write(target, bytes).unwrap();
            }
        }
    }
}

/// Copies what this build has made of other people's packages, so that the copy's build need not make it again: two minutes of
/// compiling. Cargo looks at times, so they are kept; what it finds unfit it builds.
fn take_over_dependencies(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let is_ours = ["ideogram", "xtask"].iter().any(|part| text.contains(part));
        // Programs of tests lie beside the libraries.
        let is_program = from.ends_with("deps") && !text.starts_with("lib");
        let (source, target) = (entry.path(), to.join(&name));
        if is_ours || is_program {
            continue;
        }
        if source.is_dir() {
            take_over_dependencies(&source, &target)?;
        } else {
            std::fs::copy(&source, &target)?;
            std::fs::File::options().append(true).open(&target)?.set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

/// Builds the command line of that copy; what has not changed since the last run is built already.
fn command_line(copy: &Path) -> PathBuf {
    if !target().join("debug").exists() {
        let debug = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
        let mut folders = ["deps", "build", ".fingerprint"].into_iter();
        let take = |folder| take_over_dependencies(&debug.join(folder), &target().join("debug").join(folder));
        if folders.try_for_each(take).is_err() {
            // Half of it is worth nothing: then all is built.
            let _ = std::fs::remove_dir_all(target().join("debug"));
        }
    }
    let place = target();
    xtask::cargo::program(copy, "ideogram", &["--target-dir", place.to_str().unwrap()]).unwrap()
}

#[test]
fn one_entry_reaches_client_sandbox_and_command_line() {
    let copy = workspace_with_fourth();
    let ideogram = command_line(&copy);
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

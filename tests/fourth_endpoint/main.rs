//! A new endpoint is one `cargo xtask add`: client, sandbox and command line get it from codegen, with no other edit.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use ideogram_tests::root;
use serde_json::Value;
use std::process::Command;

#[test]
fn one_entry_reaches_client_sandbox_and_command_line() {
    let ideogram = xtask::conformance::with_endpoints(&root()).unwrap();
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

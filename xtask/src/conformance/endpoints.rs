//! A copy of the workspace to which endpoints are added, and its command-line tool.

use super::process;
use crate::error::{Error, Result};
use crate::{cargo, copy};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where the copy stands, below the target directory.
const PLACE: &str = "endpoints";
/// No endpoint takes longer to add, unless something hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// Documents of other shapes. They stand where the sandbox's own tests read them.
const SHAPES: &str = "crates/sandbox/tests/shapes";
/// The endpoints: id, document among those of other shapes, command. One without a document is [like ours](fourth).
const ENDPOINTS: [(&str, Option<&str>, &str); 6] = [
    ("fal-ai/ideogram/v2", None, "quality"),
    ("fal-ai/ideogram/v3", Some("ideogram-v3"), "picture"),
    ("fal-ai/flux/dev", Some("flux-dev"), "flux"),
    ("fal-ai/clarity/upscaler", Some("unions"), "upscale"),
    ("fal-ai/esrgan", Some("integer-enum"), "enlarge"),
    ("fal-ai/layer/diffusion", Some("nested-output"), "layers"),
];

/// Copies the workspace, adds the endpoints with `cargo xtask add`, and builds the tool. `tests/fourth_endpoint` and the suite
/// `endpoints` both call it, so the second of them finds everything built.
///
/// # Errors
/// The copy cannot be made, a document cannot be added, or what codegen makes of it does not compile.
pub fn with_endpoints(root: &Path) -> Result<PathBuf> {
    // It finds the workspace by the folder that it runs in.
    let xtask = cargo::program(root, "xtask")?;
    copy::command_line(root, PLACE, |copy| {
        for (id, shape, verb) in ENDPOINTS {
            let file = match shape {
                Some(shape) => root.join(SHAPES).join(shape).with_extension("json"),
                None => fourth(copy)?,
            };
            let mut command = Command::new(&xtask);
            command.args(["add", id, "--verb", verb, "--file"]).arg(file).current_dir(copy);
            let log = copy.with_extension("log");
            if !process::run(command, &log, LIMIT)? {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(Error::new(format!("`cargo xtask add {id}` fails:\n{}", said.trim_end())));
            }
        }
        Ok(())
    })
}

/// A document in the shape that fal serves, made from the first of ours.
fn fourth(copy: &Path) -> Result<PathBuf> {
    const FROM: &str = "openapi/upstream/turbo.json";
    let other = || Error::new("it is not of the shape that a fourth endpoint is made of").in_file(FROM);
    let text = std::fs::read_to_string(copy.join(FROM)).map_err(|error| Error::new(error.to_string()).in_file(FROM))?;
    let text = text.replace("fal-ai/ideogram/v2/turbo", "fal-ai/ideogram/v2").replace("IdeogramV2Turbo", "IdeogramV2");
    let mut document: Value = serde_json::from_str(&text).map_err(|_| other())?;
    let new = [
        ("num_images", json!({ "type": "integer", "minimum": 1, "maximum": 4, "default": 1 })),
        (
            "image_size",
            json!({ "anyOf": [
                {
                    "type": "object",
                    "properties": { "width": { "type": "integer", "minimum": 1 }, "height": { "type": "integer" } },
                    "required": ["width", "height"],
                },
                { "type": "string", "enum": ["square_hd", "landscape_16_9"] },
            ] }),
        ),
    ];
    let input = document.pointer_mut("/components/schemas/IdeogramV2Input").ok_or_else(other)?;
    for (name, schema) in new {
        let order = input.get_mut("x-fal-order-properties").and_then(Value::as_array_mut);
        order.ok_or_else(other)?.push(name.into());
        let properties = input.get_mut("properties").and_then(Value::as_object_mut);
        properties.ok_or_else(other)?.insert(name.to_owned(), schema);
    }
    let info = document.get_mut("info").and_then(Value::as_object_mut).ok_or_else(other)?;
    info.insert("description".to_owned(), "Make a better picture from a prompt.".into());
    let path = copy.join("fourth.json");
    std::fs::write(&path, document.to_string()).map_err(|error| Error::new(error.to_string()).in_file(&path))?;
    Ok(path)
}

//! A copy of the workspace to which endpoints of other shapes are added, and its command-line tool.

use super::{LIMIT, PLACE, process};
use crate::copy;
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The documents, by the command that each becomes. They stand where the sandbox's own tests read them.
const SHAPES: &str = "crates/sandbox/tests/shapes";
const ENDPOINTS: [(&str, &str, &str); 5] = [
    ("fal-ai/ideogram/v3", "ideogram-v3", "picture"),
    ("fal-ai/flux/dev", "flux-dev", "flux"),
    ("fal-ai/clarity/upscaler", "unions", "upscale"),
    ("fal-ai/esrgan", "integer-enum", "enlarge"),
    ("fal-ai/layer/diffusion", "nested-output", "layers"),
];

/// Copies the workspace, adds the endpoints as `cargo xtask add` does, and builds the tool once.
///
/// # Errors
/// The copy cannot be made, a document cannot be added, or what codegen makes of it does not compile.
pub(super) fn program(root: &Path) -> Result<PathBuf> {
    copy::command_line(root, &root.join(PLACE).join("endpoints"), |copy| {
        // This program is `cargo xtask`, which finds the workspace by the folder that it runs in.
        let xtask = std::env::current_exe().map_err(|error| Error::new(error.to_string()))?;
        for (id, file, verb) in ENDPOINTS {
            let mut command = Command::new(&xtask);
            command
                .args(["add", id, "--verb", verb, "--file"])
                .arg(root.join(SHAPES).join(file).with_extension("json"));
            command.current_dir(copy);
            let log = root.join(PLACE).join("add.log");
            if !process::run(command, &log, LIMIT)? {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(Error::new(format!("`cargo xtask add {id}` fails:\n{}", said.trim_end())));
            }
        }
        Ok(())
    })
}

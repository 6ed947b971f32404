//! `cargo xtask conformance --bodies`: what fal's framework answers to each kind of body, as data for the sandbox's tests.

use super::{DRIVERS, LIMIT, PLACE, process, tools};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the sandbox's tests find the bodies, and the documents that are asked about beside those of the description.
const TARGET: &str = "crates/sandbox/tests/bodies";
const SHAPES: &str = "crates/sandbox/tests/shapes";
const DESCRIPTION: &str = "openapi/upstream";

/// Installs the framework, asks it, and writes one file for each document.
///
/// # Errors
/// The framework cannot be installed, or does not answer.
pub fn ask_framework(root: &Path) -> Result<()> {
    let place = root.join(PLACE);
    std::fs::create_dir_all(&place).map_err(|error| Error::new(error.to_string()).in_file(&place))?;
    let scripts = root.join(DRIVERS).join("framework");
    tools::python(&scripts.join("requirements.txt"), &place, "framework")?;
    let mut command = Command::new(place.join("framework/bin/python"));
    command.args(["-W", "ignore"]).arg(scripts.join("ask.py")).arg(root.join(TARGET));
    for folder in [DESCRIPTION, SHAPES] {
        command.args(documents(&root.join(folder))?);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let log = place.join("bodies.log");
    let succeeded = process::run(command, &log, LIMIT)?;
    let text = std::fs::read_to_string(&log).map_err(|error| Error::new(error.to_string()).in_file(&log))?;
    crate::print::text(&text);
    if succeeded { Ok(()) } else { Err(Error::new("the framework did not answer every body")) }
}

/// The documents of a folder, in the order of their names.
fn documents(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| Error::new(error.to_string()).in_file(folder))?;
    let is_document = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let mut files: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).filter(is_document).collect();
    files.sort();
    Ok(files)
}

//! What tidy looks at: the texts of a workspace, and what cargo says of its packages.

use super::metadata::Metadata;
use crate::error::{Error, Result};
use crate::modules::Files;
use std::path::Path;
use std::process::Command;

/// The texts of a workspace, and what cargo says of its packages.
#[derive(Debug, Default)]
pub struct Tree {
    /// By path from the root; a file that is no text has an empty one.
    pub files: Files,
    pub(super) metadata: Metadata,
}

impl Tree {
    /// Reads every file that a repository holds, and asks cargo.
    ///
    /// # Errors
    /// A folder that cannot be read, and a cargo that cannot be run.
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Files::new();
        folder(root, "", &mut files).map_err(|error| Error::new(format!("cannot be read: {error}")).in_file(root))?;
        Ok(Self { files, metadata: metadata(root)? })
    }

    /// The files whose names end in a dot and this.
    pub(super) fn ending<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = (&'a String, &'a String)> {
        self.files.iter().filter(move |(file, _)| Path::new(file).extension().is_some_and(|end| end == extension))
    }
}

fn folder(path: &Path, prefix: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        // What is built or installed there, and what git keeps.
        if matches!(name.as_str(), ".git" | "target" | "node_modules" | "__pycache__") {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folder(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            let text = String::from_utf8(std::fs::read(entry.path())?).unwrap_or_default();
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}

fn metadata(root: &Path) -> Result<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|error| Error::new(format!("`cargo metadata` cannot be run: {error}")))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(format!("`cargo metadata` failed: {}", message.trim())));
    }
    Metadata::read(&String::from_utf8_lossy(&output.stdout))
}

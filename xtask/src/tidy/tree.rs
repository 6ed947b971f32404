//! The input of tidy: the files of a workspace, and cargo's metadata of its packages.

use super::metadata::Metadata;
use crate::cargo;
use crate::error::{Error, Result};
use crate::modules::Files;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The texts of a workspace, and what cargo says of its packages.
#[derive(Debug, Default)]
pub struct Tree {
    /// By path from the root; a file that is no text has an empty one.
    pub files: Files,
    pub(super) metadata: Metadata,
    /// The dependencies of each crate that has forbidden packages, by the crate's name.
    pub(super) below: BTreeMap<String, BTreeSet<String>>,
}

impl Tree {
    /// Reads every file that a repository holds, and asks cargo.
    ///
    /// # Errors
    /// A folder that cannot be read, and a cargo that cannot be run.
    pub fn read(root: &Path) -> Result<Self> {
        let mut files = Files::new();
        folder(root, "", &mut files).map_err(|error| Error::new(format!("cannot be read: {error}")).in_file(root))?;
        Ok(Self { files, metadata: metadata(root)?, below: BTreeMap::new() })
    }

    /// Asks cargo what is built with a crate.
    ///
    /// # Errors
    /// A cargo that cannot be run, or that knows no such crate.
    pub(super) fn look_below(&mut self, root: &Path, name: &str) -> Result<()> {
        self.below.insert(name.to_owned(), below(root, name)?);
        Ok(())
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
        // Build output, installed packages, and git's own files are left out.
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
    Metadata::read(&cargo::output(root, &["metadata", "--format-version", "1", "--all-features", "--locked"])?)
}

/// The packages that a user of the crate gets, on any platform and with all of its features. The workspace's own build
/// is not asked, because it also has the features that other crates enable.
fn below(root: &Path, name: &str) -> Result<BTreeSet<String>> {
    let mut arguments =
        vec!["tree", "--all-features", "--target", "all", "--edges", "normal,build", "--prefix", "none"];
    arguments.extend(["--locked", "-p", name]);
    let packages = cargo::output(root, &arguments)?;
    Ok(packages.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

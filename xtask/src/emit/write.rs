//! Writes generated files, or reports how they differ from those on the disk. Either all files are written or none.

use crate::error::{Error, Result};
use crate::store;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a run generates: files by their path below the root, and the folders that hold nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The files.
    pub files: BTreeMap<PathBuf, String>,
    /// Folders in which any other file is stale.
    pub owned: Vec<PathBuf>,
}

/// One file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is not there.
    Missing(PathBuf),
    /// It differs; with the unified diff from the existing text to the generated one.
    Differs(PathBuf, String),
    /// It is there and should not be.
    Extra(PathBuf),
}

impl Change {
    /// The file, below the root.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Differs(path, _) | Self::Extra(path) => path,
        }
    }
}

impl Output {
    /// Adds the files of a folder that holds nothing else.
    pub fn folder(&mut self, folder: impl Into<PathBuf>, files: impl IntoIterator<Item = (String, String)>) {
        let folder = folder.into();
        self.files.extend(files.into_iter().map(|(name, text)| (folder.join(name), text)));
        self.owned.push(folder);
    }

    /// The files directly in a folder, by name.
    pub(super) fn in_folder(&self, folder: &str) -> BTreeMap<String, String> {
        let direct = self.files.iter().filter(|(path, _)| path.parent() == Some(Path::new(folder)));
        let named = direct.filter_map(|(path, text)| Some((path.file_name()?.to_str()?.to_owned(), text.clone())));
        named.collect()
    }

    /// Adds all that another run generates.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.owned.extend(other.owned);
    }

    /// What differs from the files below the root.
    ///
    /// # Errors
    /// A file or folder that cannot be read.
    pub fn changes(&self, root: &Path) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (path, text) in &self.files {
            match fs::read(root.join(path)) {
                Ok(found) if found == text.as_bytes() => {}
                Ok(found) => {
                    let found = String::from_utf8_lossy(&found);
                    let name = path.display().to_string();
                    let diff = TextDiff::from_lines(found.as_ref(), text.as_str());
                    let diff = diff.unified_diff().header(&name, &format!("{name} (generated)")).to_string();
                    changes.push(Change::Differs(path.clone(), diff));
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    changes.push(Change::Missing(path.clone()));
                }
                Err(error) => return Err(Error::new(format!("cannot be read: {error}")).in_file(path)),
            }
        }
        for folder in &self.owned {
            self.extra(root, folder, &mut changes)?;
        }
        changes.sort_by(|one, other| one.path().cmp(other.path()));
        Ok(changes)
    }

    fn extra(&self, root: &Path, folder: &Path, changes: &mut Vec<Change>) -> Result<()> {
        let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(folder);
        let entries = match fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(error)),
        };
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let path = folder.join(entry.file_name());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                if !self.owned.contains(&path) {
                    self.extra(root, &path, changes)?;
                }
            } else if !self.files.contains_key(&path) {
                changes.push(Change::Extra(path));
            }
        }
        Ok(())
    }

    /// Writes the files below the root, all of them or none, and returns what changed.
    ///
    /// # Errors
    /// A file or folder that cannot be read or written.
    pub fn write(&self, root: &Path) -> Result<Vec<Change>> {
        self.write_with(root, &[])
    }

    /// The same together with files that are not generated.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_with(&self, root: &Path, others: &[(PathBuf, Vec<u8>)]) -> Result<Vec<Change>> {
        let changes = self.changes(root)?;
        let written = changes.iter().filter_map(|change| self.files.get_key_value(change.path()));
        let generated = written.map(|(path, text)| (path, text.as_bytes()));
        let others = others.iter().map(|(path, bytes)| (path, bytes.as_slice()));
        let files: Vec<(&PathBuf, &[u8])> = others.chain(generated).collect();
        let extra = changes.iter().filter_map(|change| match change {
            Change::Extra(path) => Some(path),
            Change::Missing(_) | Change::Differs(..) => None,
        });
        store::replace(root, &files, &extra.collect::<Vec<_>>())?;
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Output};
    use std::path::PathBuf;

    #[test]
    fn missing_edited_and_extra_files_are_each_told_and_mended() {
        let root = std::env::temp_dir().join(format!("xtask-write-{}", std::process::id()));
        std::fs::create_dir_all(root.join("a")).unwrap();
        std::fs::write(root.join("a/edited"), "by hand\n").unwrap();
        std::fs::write(root.join("a/extra"), "").unwrap();
        let mut output = Output::default();
        output.folder("a", [("edited".to_owned(), "made\n".to_owned()), ("missing".to_owned(), String::new())]);
        let changes = output.changes(&root).unwrap();
        assert!(
            matches!(&changes[0], Change::Differs(path, diff) if path == &PathBuf::from("a/edited") && diff.contains("-by hand\n+made"))
        );
        assert_eq!(changes[1], Change::Extra("a/extra".into()));
        assert_eq!(changes[2], Change::Missing("a/missing".into()));
        assert_eq!(output.write(&root).unwrap().len(), 3);
        assert_eq!(output.changes(&root).unwrap(), []);
        std::fs::remove_dir_all(root).unwrap();
    }
}

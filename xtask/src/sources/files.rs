//! The files that a description is read from, before anything is made of them.

use super::document;
use crate::error::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The description's folder, below the workspace.
pub const FOLDER: &str = "openapi";

/// Every file of the description, and the lock file that says which generators there are, by path below the workspace.
///
/// A file that cannot be read is an error only for what asks for it.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: BTreeMap<String, Result<Vec<u8>>>,
}

impl Files {
    /// Reads the files below a workspace's root.
    pub fn read(root: &Path) -> Self {
        let mut this = Self::default();
        this.add_folder(root, FOLDER);
        if root.join("Cargo.lock").is_file() {
            this.add(root, "Cargo.lock".to_owned());
        }
        this
    }

    fn add_folder(&mut self, root: &Path, folder: &str) {
        let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(folder);
        let entries = match std::fs::read_dir(root.join(folder)) {
            Ok(entries) => entries,
            Err(error) => {
                self.files.insert(folder.to_owned(), Err(unreadable(error)));
                return;
            }
        };
        for entry in entries.flatten() {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                self.add_folder(root, &path);
            } else {
                self.add(root, path);
            }
        }
    }

    fn add(&mut self, root: &Path, path: String) {
        let bytes = document::read(root, &path);
        self.files.insert(path, bytes);
    }

    /// Puts bytes in a file's place.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Ok(bytes.into()));
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The files directly in a folder, in order: their names.
    pub fn names(&self, folder: &str) -> Vec<&str> {
        let names = self.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        names.filter(|name| !name.contains('/')).collect()
    }

    /// The JSON documents directly in a folder, in order: their paths.
    pub fn documents(&self, folder: &str) -> Vec<String> {
        let is_json = |name: &&str| Path::new(name).extension().is_some_and(|extension| extension == "json");
        let names = self.names(folder).into_iter().filter(is_json);
        names.map(|name| format!("{folder}/{name}")).collect()
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// It is not there, or cannot be read.
    pub fn bytes(&self, path: &str) -> Result<&[u8]> {
        match self.files.get(path) {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Error::new("cannot be read: there is no such file").in_file(path)),
        }
    }

    /// A file's text.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), or it is not UTF-8.
    pub fn text(&self, path: &str) -> Result<&str> {
        std::str::from_utf8(self.bytes(path)?).map_err(|_| Error::new("is not UTF-8 text").in_file(path))
    }

    /// A file as a JSON document.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), or it is no JSON document, as [`document::parse`] says.
    pub fn json(&self, path: &str) -> Result<Value> {
        document::parse(self.bytes(path)?).map_err(|error| error.in_file(path))
    }
}

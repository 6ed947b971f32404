//! The documents of a folder.

use crate::error::{Error, Result};
use std::path::Path;

/// The names of the documents directly in a folder, without `.json`, in order.
///
/// # Errors
/// A folder that cannot be read.
pub fn names(root: &Path, folder: &str) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(folder);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

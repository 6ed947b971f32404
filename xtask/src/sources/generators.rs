//! Which versions of the generators write the code, from the lock file.

use super::files::Files;
use crate::error::{Error, Result};
use serde::Deserialize;

const PATH: &str = "Cargo.lock";

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

/// `progenitor 0.15.1, typify 0.8.0, …`; nothing where there is no lock file.
///
/// # Errors
/// A lock file that is none.
pub(super) fn read(files: &Files) -> Result<String> {
    if !files.has(PATH) {
        return Ok(String::new());
    }
    let lock: Lock = toml::from_str(files.text(PATH)?)
        .map_err(|error| Error::new(format!("is no lock file: {error}")).in_file(PATH))?;
    let versions: Vec<String> = ["progenitor", "typify", "prettyplease"]
        .into_iter()
        .filter_map(|name| {
            let found = lock.package.iter().find(|package| package.name == name)?;
            Some(format!("{} {}", found.name, found.version))
        })
        .collect();
    Ok(versions.join(", "))
}

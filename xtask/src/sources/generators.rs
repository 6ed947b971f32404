//! Which versions of the generators write the code, from the lock file.

use super::files::Files;
use crate::error::Result;

const PATH: &str = "Cargo.lock";

/// `progenitor 0.15.1, typify 0.8.0, …`; nothing where there is no lock file.
///
/// # Errors
/// A lock file that is no text.
pub(super) fn read(files: &Files) -> Result<String> {
    if !files.has(PATH) {
        return Ok(String::new());
    }
    let text = files.text(PATH)?;
    // Cargo writes each package's version right below its name; reading all of it as TOML takes longer than all else here.
    let version = |name: &str| {
        let (_, rest) = text.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
        rest.split('"').next().map(|version| format!("{name} {version}"))
    };
    let versions: Vec<String> = ["progenitor", "typify", "prettyplease"].into_iter().filter_map(version).collect();
    Ok(versions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{Files, PATH, read};

    #[test]
    fn the_versions_are_those_of_the_lock_file() {
        let package =
            |name: &str, version: &str| format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        let lock = package("typify", "0.8.0") + &package("typify-impl", "0.9.0") + &package("progenitor", "0.15.1");
        let mut files = Files::default();
        assert_eq!(read(&files).unwrap(), "");
        files.insert(PATH, lock);
        assert_eq!(read(&files).unwrap(), "progenitor 0.15.1, typify 0.8.0");
    }
}

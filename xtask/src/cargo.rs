//! Cargo, started from here.

use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Cargo in this folder, without what `cargo xtask` was told of itself: build scripts that look at it would be run again, and
/// all that needs them built again. What a user sets (`CARGO_HOME`, `CARGO_TARGET_DIR`) stays.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| name.to_str().is_some_and(is_told_by_cargo)) {
        command.env_remove(name);
    }
    command
}

fn is_told_by_cargo(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// What a command of cargo prints.
///
/// # Errors
/// Cargo cannot be started or does not succeed.
pub(crate) fn output(folder: &Path, arguments: &[&str]) -> Result<String> {
    let Output { status, stdout, stderr } = command(folder)
        .args(arguments)
        .output()
        .map_err(|error| Error::new(format!("`cargo {}` cannot be run: {error}", arguments.join(" "))))?;
    if !status.success() {
        let message = String::from_utf8_lossy(&stderr);
        return Err(Error::new(format!("`cargo {}` failed: {}", arguments.join(" "), message.trim())));
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}

/// Builds a program of the workspace, and says where it is: what is tried is what stands in the work tree.
///
/// No package is chosen, so dependencies have the features that the whole workspace asks for. With `--package` they would have
/// others, and forty of them and more be built once more.
///
/// # Errors
/// When it cannot be built.
pub fn program(root: &Path, name: &str) -> Result<PathBuf> {
    build(root, name, &["--bin", name])
}

/// Builds a program of the workspace, and says where it is.
///
/// # Errors
/// When it cannot be built, or these flags build no such program.
pub(crate) fn build(root: &Path, program: &str, flags: &[impl AsRef<OsStr>]) -> Result<PathBuf> {
    let fail = |why: &str| Error::new(format!("`{program}` cannot be built: {why}"));
    let output = command(root)
        .args(["build", "--quiet", "--message-format=json-render-diagnostics"])
        .args(flags)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| fail(&format!("cargo cannot be run: {error}")))?;
    // The target directory may be anywhere: cargo itself says where the program is.
    let path = String::from_utf8_lossy(&output.stdout).lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message.get("target")?.get("name")?.as_str() == Some(program);
        message.get("executable")?.as_str().filter(|_| is_it).map(PathBuf::from)
    });
    path.filter(|_| output.status.success()).ok_or_else(|| fail("cargo gave no program"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_cargo_tells_a_program_of_itself_goes_no_further() {
        // This test is started by cargo, and told the same as `cargo xtask`.
        let command = command(Path::new("."));
        let removed: BTreeSet<&OsStr> =
            command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        for name in ["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_MANIFEST_DIR"] {
            assert!(removed.contains(OsStr::new(name)), "{name}");
        }
        for (name, told) in [("CARGO_MANIFEST_PATH", true), ("CARGO_HOME", false), ("CARGO_TARGET_DIR", false)] {
            assert_eq!(is_told_by_cargo(name), told, "{name}");
        }
    }
}

//! A copy of the workspace that is changed and built, to try what a maintainer would do to this one.

use crate::cargo;
use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the workspace is made of.
const FOLDERS: [&str; 4] = ["openapi", "crates", "xtask", "tests"];
const FILES: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// Copies the workspace at `root` to a folder of that name below its target directory, changes the copy, and builds its command
/// line.
///
/// The next run under that name writes only what differs, so that cargo builds only what has changed since.
///
/// # Errors
/// The copy cannot be written or changed, or does not compile.
pub fn command_line(root: &Path, name: &str, change: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let original = cargo::program(root, "ideogram")?;
    let built = original.parent().unwrap_or(root);
    let place = built.parent().unwrap_or(root).join(name);
    let fail = |error: io::Error| Error::new(error.to_string()).in_file(&place);
    let (new, kept, target) = (place.join("new"), place.join("workspace"), place.join("target"));
    if new.exists() {
        fs::remove_dir_all(&new).map_err(fail)?;
    }
    for folder in FOLDERS {
        make_alike(&root.join(folder), &new.join(folder)).map_err(fail)?;
    }
    for file in FILES {
        fs::copy(root.join(file), new.join(file)).map_err(fail)?;
    }
    change(&new)?;
    make_alike(&new, &kept).map_err(fail)?;
    fs::remove_dir_all(&new).map_err(fail)?;
    if !target.join("debug").exists() {
        take_over_dependencies(built, &target.join("debug"));
    }
    // Not the target directory of the original: cargo tells members of two workspaces by their paths below the root.
    let flags: [&OsStr; 4] = ["--bin".as_ref(), "ideogram".as_ref(), "--target-dir".as_ref(), target.as_ref()];
    cargo::build(&kept, "ideogram", &flags)
}

/// Makes a folder, which need not exist, like another one, and leaves alone what is equal.
///
/// # Errors
/// A file cannot be read, written or removed.
pub fn make_alike(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let path = entry?.path();
        let source = from.join(path.file_name().unwrap_or_default());
        if path.is_dir() && !source.is_dir() {
            fs::remove_dir_all(path)?;
        } else if path.is_file() && !source.is_file() {
            fs::remove_file(path)?;
        }
    }
    for entry in fs::read_dir(from)? {
        let source = entry?.path();
        let target = to.join(source.file_name().unwrap_or_default());
        if source.is_dir() {
            make_alike(&source, &target)?;
        } else {
            let bytes = fs::read(&source)?;
            if fs::read(&target).ok().as_ref() != Some(&bytes) {
                fs::write(target, bytes)?;
            }
        }
    }
    Ok(())
}

/// Copies what the original's build has made of other people's packages, so that the copy's need not make it again: two
/// minutes of compiling. What cargo finds unfit it builds.
fn take_over_dependencies(from: &Path, to: &Path) {
    let take = |folder| copy_dependencies(&from.join(folder), &to.join(folder));
    if ["deps", "build", ".fingerprint"].into_iter().try_for_each(take).is_err() {
        // Half of it is worth nothing: then all is built.
        let _ = fs::remove_dir_all(to);
    }
}

/// Cargo looks at times, so they are kept.
fn copy_dependencies(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        let is_ours = ["ideogram", "xtask"].iter().any(|part| text.contains(part));
        // Programs of tests lie beside the libraries.
        let is_program = from.ends_with("deps") && !text.starts_with("lib");
        let (source, target) = (entry.path(), to.join(&name));
        if is_ours || is_program {
            continue;
        }
        if source.is_dir() {
            copy_dependencies(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
            fs::File::options().append(true).open(&target)?.set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::make_alike;
    use std::fs;

    #[test]
    fn what_is_equal_keeps_its_time_and_what_is_gone_goes() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir_all(from.join("a")).unwrap();
        for (name, text) in [("a/same", "1"), ("a/other", "2"), ("gone", "3")] {
            fs::write(from.join(name), text).unwrap();
        }
        make_alike(&from, &to).unwrap();
        fs::create_dir(to.join("folder")).unwrap();
        let long_ago = std::time::UNIX_EPOCH;
        fs::File::options().append(true).open(to.join("a/same")).unwrap().set_modified(long_ago).unwrap();
        fs::write(from.join("a/other"), "new").unwrap();
        fs::remove_file(from.join("gone")).unwrap();
        make_alike(&from, &to).unwrap();
        assert_eq!(fs::metadata(to.join("a/same")).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read_to_string(to.join("a/other")).unwrap(), "new");
        assert!(!to.join("gone").exists() && !to.join("folder").exists());
    }
}

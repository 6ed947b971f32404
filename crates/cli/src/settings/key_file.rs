//! The one file that may hold a key. Only its owner may read it.

use crate::exit::{ErrorKind, Failure};
use crate::settings::location::config_folder;
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The most bytes of a key.
pub(crate) const LONGEST: u64 = 4096;

/// Where it is, whether it is there or not; none where there is no home.
pub(crate) fn path() -> Option<PathBuf> {
    config_folder().map(|folder| folder.join("key"))
}

/// The key that `auth login` has kept, where there is one. A file that others may read is refused.
pub(crate) fn read() -> Result<Option<(SecretString, PathBuf)>, Failure> {
    let Some(path) = path() else { return Ok(None) };
    let cannot = |why: &dyn Display| refused(format!("cannot read the key in `{}`: {why}", path.display()));
    let file = match File::open(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        opened => opened.map_err(|error| cannot(&error))?,
    };
    only_its_owners(&file, &path)?;
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    let text = SecretString::from(text);
    if text.expose_secret().len() as u64 > LONGEST {
        return Err(cannot(&"it is too large to be a key"));
    }
    Ok(Some((text, path)))
}

/// Keeps a key: the file has its mode before it has its content.
pub(crate) fn write(key: &SecretString) -> Result<PathBuf, Failure> {
    let path = path().ok_or_else(|| {
        Failure::file("there is no home directory to keep the key in; set `HOME` or `XDG_CONFIG_HOME`")
    })?;
    let cannot = |why: &dyn Display| Failure::file(format!("cannot keep the key in `{}`: {why}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(|error| cannot(&error))?;
    // On systems with file modes, only the owner can read a temporary file, from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| cannot(&error))?;
    file.write_all(key.expose_secret().trim().as_bytes()).map_err(|error| cannot(&error))?;
    file.write_all(b"\n").map_err(|error| cannot(&error))?;
    file.as_file().sync_all().map_err(|error| cannot(&error))?;
    file.persist(&path).map_err(|error| cannot(&error.error))?;
    Ok(path)
}

/// Removes the file; whether there was one.
pub(crate) fn remove() -> Result<bool, Failure> {
    let Some(path) = path() else { return Ok(false) };
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(Failure::file(format!("cannot remove `{}`: {error}", path.display()))),
    }
}

fn refused(message: String) -> Failure {
    Failure::new(ErrorKind::Credentials, message)
}

#[cfg(unix)]
fn only_its_owners(file: &File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let found = file.metadata().map_err(|error| refused(format!("cannot read `{}`: {error}", path.display())))?;
    let path = path.display();
    if !found.is_file() {
        return Err(refused(format!("`{path}` is no file; `ideogram auth login` makes a new one")));
    }
    let mode = found.mode() & 0o777;
    if mode | 0o700 == 0o700 {
        return Ok(());
    }
    Err(refused(format!(
        "others may read or change the key in `{path}` (mode {mode:04o}); `chmod 600 {path}` keeps them out, and if somebody \
         may have read it, make a new key; nothing was sent"
    )))
}

#[cfg(not(unix))]
fn only_its_owners(_: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

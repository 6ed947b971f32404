//! Writes the tool's own small files (masks, previews, sidecars), each completely or not at all.

use crate::exit::Failure;
use crate::save::{already_there, cannot_write, parent, real};
use ideogram_client::numbered;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How many names like one that is taken are tried.
const MAX_NUMBER: usize = 10_000;

/// Writes a small file that is the tool's own to replace, and tells its absolute path.
#[cfg(feature = "sandbox")]
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    write(path, bytes, true)?;
    std::path::absolute(path).map_err(|error| cannot_write(path, &error))
}

/// Writes a small file, whole or not at all. One that is there already is replaced only where `overwrite` says so; its
/// permissions and a link to it stay.
pub(crate) fn write(path: &Path, bytes: &[u8], overwrite: bool) -> Result<PathBuf, Failure> {
    let target = if overwrite { real(path) } else { path.to_owned() };
    let written = temporary(&target, bytes).and_then(|file| {
        if !overwrite {
            return file.persist_noclobber(&target).map_err(|error| error.error);
        }
        if let Ok(found) = fs::metadata(&target) {
            file.as_file().set_permissions(found.permissions())?;
        }
        file.persist(&target).map_err(|error| error.error)
    });
    match written {
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(already_there(path)),
        Err(error) => Err(cannot_write(path, &error)),
    }
}

/// Writes a small file under this name, or under the first one like it that is free: `mask.png`, `mask-2.png`, and so on.
pub(crate) fn write_free(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let cannot = |error| cannot_write(path, &error);
    let mut file = temporary(path, bytes).map_err(cannot)?;
    for number in 1..=MAX_NUMBER {
        let name = numbered(path, number);
        match file.persist_noclobber(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(cannot(error.error)),
        }
    }
    Err(already_there(path))
}

fn temporary(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // The permissions of ordinary files, reduced by the umask. The default of `tempfile` lets only the owner read the
    // file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(parent(path))?;
    file.write_all(bytes)?;
    Ok(file)
}

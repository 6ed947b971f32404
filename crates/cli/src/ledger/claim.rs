//! Who works on a row: whoever holds the lock on its file. A crash lets go of it, as the lock is the system's.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The right to work on one row; given up when dropped.
#[derive(Debug)]
pub struct Claim {
    held: Option<(PathBuf, File)>,
}

impl Claim {
    /// A claim on a row that no other process can see.
    pub(super) fn unshared() -> Self {
        Self { held: None }
    }

    /// Claims the row; `None` when another process has it.
    ///
    /// The file may have been unlinked by its last holder between the opening and the locking. The caller reads the row's
    /// state after the claim, and such a row is closed by then.
    pub(super) fn of(directory: &Path, id: i64) -> io::Result<Option<Self>> {
        fs::create_dir_all(directory)?;
        let path = directory.join(id.to_string());
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { held: Some((path, file)) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((path, _locked)) = &self.held {
            // A file that stays behind is an unlocked one: no claim.
            let _ = fs::remove_file(path);
        }
    }
}

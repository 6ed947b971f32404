//! Which process works on a row. A claimed row names its process by a random token, and the process holds a lock on a file of that
//! name while it runs. The system releases the lock when the process ends, also by a crash, and the row is free again.
//!
//! A process id in the row would not do: the system gives ids out again, so that a row of a crashed process could look claimed
//! for as long as some other program runs. Nor would a time after which a claim ends: a job may take longer than any such time.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// This process's name among those that work on a ledger's rows.
#[derive(Debug)]
pub(super) struct Claimant {
    token: String,
    /// Kept locked for as long as the process has the ledger open.
    held: Option<(PathBuf, File)>,
}

impl Claimant {
    /// The only one: of a ledger that no other process can see.
    pub(super) fn alone() -> Self {
        Self { token: "alone".to_owned(), held: None }
    }

    /// A new name, its file locked.
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        loop {
            let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
            let token = format!("p{random:016x}");
            let path = directory.join(&token);
            let file = File::options().create_new(true).write(true).open(&path)?;
            // `tidy` of another process may have locked and removed the file after it was made: then make another one.
            if file.try_lock().is_ok() && fs::exists(&path)? {
                return Ok(Self { token, held: Some((path, file)) });
            }
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for Claimant {
    fn drop(&mut self) {
        if let Some((path, _locked)) = &self.held {
            // If this fails, the file that stays is unlocked, so it claims nothing.
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether the process of that name is running. The file of a process that has ended is removed.
pub(super) fn lives(directory: &Path, token: &str) -> io::Result<bool> {
    let path = directory.join(token);
    match File::options().write(true).open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
        Ok(file) => match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
            Ok(()) => {
                let _ = fs::remove_file(path);
                Ok(false)
            }
        },
    }
}

/// Removes the files of processes that have ended.
pub(super) fn tidy(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if let Some(token) = entry.file_name().to_str() {
            // A file that cannot be examined is kept.
            let _ = lives(directory, token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claimant, lives, tidy};
    use crate::ledger::{Ledger, NewRow};
    use std::fs::{self, File};

    #[test]
    fn a_claim_is_given_up_by_the_process_that_has_it_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let (mut one, mut other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let id = one.begin(&NewRow::new("x/y", "{}")).unwrap();
        other.release(id).unwrap();
        assert!(other.is_claimed(id).unwrap() && !other.claim(id).unwrap());
        one.release(id).unwrap();
        assert!(!one.is_claimed(id).unwrap() && other.claim(id).unwrap());
    }

    #[test]
    fn only_the_files_of_processes_that_have_ended_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let claims = directory.path().join("ledger.db.claims");
        let left = || -> Vec<String> {
            let entries = fs::read_dir(&claims).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        tidy(&claims);
        let running = Claimant::new(&claims).unwrap();
        let name = running.token().to_owned();
        assert_eq!(left(), [name.as_str()], "its file is there, and no other");
        for ended in ["a0", "a1"] {
            File::create(claims.join(ended)).unwrap();
        }
        // What cannot be looked at says nothing about its process.
        fs::create_dir(claims.join("q")).unwrap();
        assert!(lives(&claims, &name).unwrap());
        assert!(!lives(&claims, "a0").unwrap() && !lives(&claims, "nobody").unwrap());
        assert!(lives(&claims, "q").is_err());
        assert_eq!(left(), ["a1", name.as_str(), "q"], "who asked for one has removed that one");
        tidy(&claims);
        assert_eq!(left(), [name.as_str(), "q"]);
        drop(running);
        assert_eq!(left(), ["q"], "a process that ends well leaves nothing");
    }
}

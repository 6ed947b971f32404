//! What can go wrong with the ledger itself.

use std::fmt;
use std::path::PathBuf;

/// The ledger cannot be read or written. The message says which file and why.
#[derive(Debug)]
pub struct LedgerError {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
pub(super) enum Cause {
    Sqlite(rusqlite::Error),
    Io(std::io::Error),
    Version(i64),
}

impl LedgerError {
    pub(super) fn new(path: impl Into<PathBuf>, cause: Cause) -> Self {
        Self { path: path.into(), cause }
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Sqlite(error) => write!(f, "the ledger `{path}` cannot be used: {error}"),
            Cause::Io(error) => write!(f, "the ledger `{path}` cannot be used: {error}"),
            Cause::Version(found) => {
                write!(f, "the ledger `{path}` has version {found}, which a newer `ideogram` made")
            }
        }
    }
}

impl std::error::Error for LedgerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Sqlite(error) => Some(error),
            Cause::Io(error) => Some(error),
            Cause::Version(_) => None,
        }
    }
}

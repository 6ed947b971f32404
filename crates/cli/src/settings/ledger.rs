//! Which ledger a run uses.

use crate::exit::Failure;
use crate::ledger::{Ledger, LedgerError, default_path};
use std::path::PathBuf;

/// The ledger that was named, else the user's own.
pub(crate) fn open_ledger(named: Option<&PathBuf>) -> Result<Ledger, Failure> {
    let ledger = match named {
        Some(path) => Ledger::open(path),
        None => default_path().and_then(|path| Ledger::open(&path)),
    };
    ledger.map_err(|error| unusable_ledger(&error))
}

/// A ledger that cannot be used before anything was sent: then nothing is.
pub(crate) fn unusable_ledger(error: &LedgerError) -> Failure {
    Failure::file(format!("{error}; nothing was sent"))
}

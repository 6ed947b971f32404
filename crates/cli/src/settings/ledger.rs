//! Which ledger a run uses.

use crate::exit::Failure;
use crate::ledger::{Ledger, LedgerError};
use crate::settings::location::default_ledger;
use std::path::PathBuf;

/// Opens the ledger that was named, else the user's own.
pub(crate) fn open_ledger(named: Option<&PathBuf>) -> Result<Ledger, Failure> {
    let ledger = match named {
        Some(path) => Ledger::open(path),
        None => Ledger::open(&default_ledger()?),
    };
    ledger.map_err(|error| unusable_ledger(&error))
}

/// A ledger that cannot be used before anything was sent: then nothing is.
pub(crate) fn unusable_ledger(error: &LedgerError) -> Failure {
    Failure::file(format!("{error}; nothing was sent"))
}

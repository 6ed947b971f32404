//! Which ledger a run uses.

use crate::exit::Failure;
use crate::ledger::{Ledger, LedgerError};
use crate::settings::location::default_ledger;
use std::path::PathBuf;

/// Opens the ledger that was named, else the user's own.
pub(crate) fn open_ledger(named: Option<&PathBuf>) -> Result<Ledger, Failure> {
    Ledger::open(&ledger_path(named)?).map_err(|error| unusable_ledger(&error))
}

/// The ledger's path: the one that was named, else the user's own.
pub(crate) fn ledger_path(named: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    named.map_or_else(default_ledger, |path| Ok(path.clone()))
}

impl From<LedgerError> for Failure {
    /// A ledger that cannot be read or written.
    fn from(error: LedgerError) -> Self {
        let mut failure = Self::file(error.to_string());
        failure.facts.ledger = true;
        failure
    }
}

/// A ledger that cannot be used before anything was sent: then nothing is.
pub(crate) fn unusable_ledger(error: &LedgerError) -> Failure {
    let mut failure = Failure::file(format!("{error}; nothing was sent"));
    (failure.facts.bought, failure.facts.ledger) = (error.is_bought(), true);
    failure
}

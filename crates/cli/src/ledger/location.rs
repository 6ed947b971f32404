//! Where the ledger is when nobody says.

use crate::ledger::error::{Cause, LedgerError};
use std::path::PathBuf;

/// `$XDG_DATA_HOME/ideogram/ledger.db`, or the same below `~/.local/share`.
///
/// # Errors
/// When neither variable names an absolute path.
pub fn default_path() -> Result<PathBuf, LedgerError> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("ideogram").join("ledger.db"))
        .ok_or_else(|| LedgerError::new("", Cause::NoPlace))
}

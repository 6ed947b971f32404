//! Where the ledger is when nobody says.

use crate::exit::Failure;
use crate::settings::env::{HOME, XDG_DATA_HOME};
use std::path::PathBuf;

/// `$XDG_DATA_HOME/ideogram/ledger.db`, or the same below `~/.local/share`. A failure when neither variable names an
/// absolute path.
pub(super) fn default_ledger() -> Result<PathBuf, Failure> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(XDG_DATA_HOME)
        .or_else(|| absolute(HOME).map(|home| home.join(".local/share")))
        .map(|data| data.join("ideogram").join("ledger.db"))
        .ok_or_else(|| {
            Failure::file("there is no home directory for the ledger; name a file with `--ledger`; nothing was sent")
        })
}

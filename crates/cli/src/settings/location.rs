//! The default paths of the ledger and the settings.

use crate::exit::Failure;
use crate::settings::env::{HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, folder};
use std::path::PathBuf;

/// `$XDG_DATA_HOME/ideogram/ledger.db`, or the same below `~/.local/share`. A failure when neither variable names an
/// absolute path.
pub(super) fn default_ledger() -> Result<PathBuf, Failure> {
    folder(XDG_DATA_HOME)
        .or_else(|| folder(HOME).map(|home| home.join(".local/share")))
        .map(|data| data.join("ideogram").join("ledger.db"))
        .ok_or_else(|| {
            Failure::file("there is no home directory for the ledger; name a file with `--ledger`; nothing was sent")
        })
}

/// `$XDG_CONFIG_HOME/ideogram`, or the same below `~/.config`; none when neither variable names an absolute path. Never
/// the working directory: a stranger's folder must not set anything.
pub(crate) fn config_folder() -> Option<PathBuf> {
    folder(XDG_CONFIG_HOME)
        .or_else(|| folder(HOME).map(|home| home.join(".config")))
        .map(|config| config.join("ideogram"))
}

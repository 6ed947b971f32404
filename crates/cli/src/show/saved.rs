//! Showing what was saved: on the terminal, and in the system's viewer.

use super::preview;
use crate::args::value::is_set;
use crate::output::{Output, warn};
use clap::ArgMatches;
use std::path::Path;
use std::process::{Command, Stdio};

/// The program that opens a file as the desktop would.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else if cfg!(windows) {
    "explorer"
} else {
    "xdg-open"
};

/// How saved pictures are shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ShowSaved {
    preview: bool,
    open: bool,
}

impl ShowSaved {
    /// As the flags say.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        Self { preview: is_set(matches, "preview"), open: is_set(matches, "open") }
    }

    /// Shows a picture that is safe on disk. Nothing that goes wrong here is a failure.
    pub(crate) fn show(self, path: &Path, output: Output) {
        if self.preview {
            preview::show(path, output);
        }
        if self.open
            && let Err(error) = open(path)
        {
            warn(&format!("`{}` is not opened: `{OPENER}` does not start: {error}", path.display()));
        }
    }
}

/// Hands a file to the system's viewer, which goes on when this program ends. An absolute path is never taken for a flag or
/// a URL.
fn open(path: &Path) -> std::io::Result<()> {
    let path = std::path::absolute(path)?;
    let mut command = Command::new(OPENER);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Ctrl-C must not reach the viewer.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map(drop)
}

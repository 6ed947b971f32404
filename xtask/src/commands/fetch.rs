//! `cargo xtask fetch`: the upstream documents as they are served now.

use crate::error::Result;
use crate::fetch::{Limits, fetch};
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask fetch`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Exit status: 0 done or nothing new, 1 `--check` found something new, 2 trouble; then nothing was written.\n\n\
    Examples:\n  cargo xtask fetch\n  cargo xtask fetch --check\n  cargo xtask fetch --from http://127.0.0.1:8080"
)]
pub struct Args {
    /// Fetch from another server: its URL, or the whole URL of the documents without `endpoint_id`
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    /// Write nothing, only say what is new
    #[arg(long)]
    pub check: bool,
}

/// Runs the command for the workspace at `root` and prints to stdout.
///
/// # Errors
/// As [`fetch`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let out = &mut std::io::stdout().lock();
    fetch(root, args.from.as_deref(), args.check, Limits::default(), out).map(ExitCode::from)
}

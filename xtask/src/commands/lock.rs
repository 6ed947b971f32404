//! `cargo xtask lock`: take the upstream documents as they are.

use crate::error::{Error, Result};
use crate::print::say;
use crate::sources::lock;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask lock`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask lock\n  cargo xtask lock 2026-11-22")]
pub struct Args {
    /// The day on which they were taken, as YYYY-MM-DD [default: today]
    pub date: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// The date is not one, or a document or the lock cannot be read or written.
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let date = args.date.clone().unwrap_or_else(lock::today);
    let is_date = date.len() == 10
        && date
            .bytes()
            .enumerate()
            .all(|(index, byte)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    if !is_date {
        return Err(Error::new(format!("`{date}` is no date: write it as YYYY-MM-DD")));
    }
    let changed = lock::accept(root, &date)?;
    for file in &changed {
        say!("accepted openapi/upstream/{file}");
    }
    say!("{} documents accepted", changed.len());
    Ok(ExitCode::SUCCESS)
}

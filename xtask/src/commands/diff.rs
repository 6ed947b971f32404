//! `cargo xtask diff`: what changed between two versions of the description.

use crate::diff::{align, compare, load, load_working_tree};
use crate::error::Problems;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask diff`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Exit status: 0 nothing breaks, 1 something breaks on the wire or in the Rust API, 2 trouble.\n\n\
    Examples:\n  cargo xtask diff\n  cargo xtask diff v0.1.0 --json\n  cargo xtask diff HEAD~3 HEAD\n  cargo xtask diff old.json new.json"
)]
pub struct Args {
    /// The old description: a git revision, a file, or a directory that has the description [default: HEAD]
    pub old: Option<String>,
    /// The new description [default: the working tree]
    pub new: Option<String>,
    /// Print JSON: {"changes":[{"pointer","kind","position","wire","rust","text"}],"bump"}
    #[arg(long)]
    pub json: bool,
}

/// Runs the command for the workspace at `root` and prints to stdout.
///
/// # Errors
/// As [`run_to`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode, Problems> {
    run_to(root, args, &mut std::io::stdout().lock()).map(ExitCode::from)
}

/// Runs the command for the workspace at `root` and prints the report to `out`; a reader that stops reading is no error.
///
/// # Errors
/// A description that cannot be had.
pub fn run_to(root: &Path, args: &Args, out: &mut dyn Write) -> Result<u8, Problems> {
    let old = load(root, args.old.as_deref().unwrap_or("HEAD"))?;
    let new = match args.new.as_deref() {
        Some(spec) => load(root, spec)?,
        None => load_working_tree(root)?,
    };
    let (old, new) = align(old, new)?;
    let report = compare(&old, &new);
    let text = if args.json { report.to_json() } else { report.to_table() };
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Ok(report.exit_code())
}

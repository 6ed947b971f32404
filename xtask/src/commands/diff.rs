//! `cargo xtask diff`: what changed between two versions of the description.

use crate::diff::{Tree, align, compare_code, compare_tree, load, load_upstream, load_working_tree};
use crate::error::Problems;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask diff`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Exit status: 0 compared, 2 trouble; with `--exit-code` 1 when something breaks on the wire or in the Rust API, or codegen stops.\n\n\
    Examples:\n  cargo xtask diff\n  cargo xtask diff v0.1.0 --json\n  cargo xtask diff HEAD~3 HEAD --exit-code\n  cargo xtask diff old.json new.json"
)]
pub struct Args {
    /// The old description: a git revision, a file, or a directory that has the description [default: HEAD]
    pub old: Option<String>,
    /// The new description [default: the working tree]
    pub new: Option<String>,
    /// Print JSON: {"changes":[{"pointer","kind","position","wire","rust","text"}],"bump"}, and `problems` and `as_they_are`
    /// where codegen stops
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 when something breaks
    #[arg(long)]
    pub exit_code: bool,
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
/// A description cannot be read.
pub fn run_to(root: &Path, args: &Args, out: &mut dyn Write) -> Result<u8, Problems> {
    let old = args.old.as_deref().unwrap_or("HEAD");
    let report = if let Some(new) = args.new.as_deref() {
        let (old, new) = align(load(root, old)?, load(root, new)?)?;
        compare_code(&old, &new)
    } else {
        let tree = load_working_tree(root)?;
        if tree.as_they_are.is_empty() {
            let (old, version) = align(load(root, old)?, tree.version.clone())?;
            compare_tree(&old, Tree { version, ..tree })
        } else {
            compare_tree(&load_upstream(root, old)?, tree)
        }
    };
    let text = if args.json { report.to_json() } else { report.to_table() };
    crate::print::to(out, format_args!("{text}"));
    Ok(if args.exit_code { report.exit_code() } else { 0 })
}

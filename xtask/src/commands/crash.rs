//! `cargo xtask crash`: kill -9 and power cuts at seeded points of a paid call, then resume.

use crate::crash::{self, Without};
use crate::error::Result;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask crash`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Exit status: 0 every promise was kept and every state hit, 1 not so, 2 trouble.\n\
    Files of points that went wrong stay below `target/crash/`.\n\n\
    Examples:\n  cargo xtask crash\n  cargo xtask crash --points 21 --seed 9\n  cargo xtask crash --points 21 --without sync\n  cargo xtask crash --batch --points 200\n  cargo xtask crash --write")]
pub struct Args {
    /// How many processes are killed
    #[arg(long, value_name = "NUMBER", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub points: u16,
    /// The seed of the places where processes are killed
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Write the figures into `docs/RELIABILITY.md`
    #[arg(long)]
    pub write: bool,
    /// Kill batches of fifty rows instead of single calls
    #[arg(long, conflicts_with = "write")]
    pub batch: bool,
    /// Take something away from the program, to see that promises break without it
    #[arg(long, value_name = "WHAT", conflicts_with = "write")]
    pub without: Option<Without>,
}

/// Runs the command.
///
/// # Errors
/// As [`crash::run`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    if args.batch {
        return crash::run_batches(root, usize::from(args.points), args.seed, args.without);
    }
    crash::run(root, usize::from(args.points), args.seed, args.without, args.write)
}

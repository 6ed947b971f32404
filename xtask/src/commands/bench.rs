//! `cargo xtask bench`: the client beside others at the same work.

use crate::bench;
use crate::error::Result;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask bench`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "It needs `python3`, `npm`, `node` and `curl`; without `valgrind` the instructions are left out.\n\n\
    Examples:\n  cargo xtask bench\n  cargo xtask bench --quick\n  cargo xtask bench --only follow --rounds 9"
)]
pub struct Args {
    /// Less of everything and no cold builds, in about two minutes; `docs/BENCHMARKS.md` is left alone
    #[arg(long)]
    pub quick: bool,
    /// How often every program is run [default: 5, or 1 with `--quick`]; fal's clients, instructions and what takes minutes are
    /// measured once
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: Option<u16>,
    /// Only the rows whose name holds this; `docs/BENCHMARKS.md` is left alone
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// As [`bench::run`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let rounds = usize::from(args.rounds.unwrap_or(if args.quick { 1 } else { 5 }));
    bench::run(root, args.quick, rounds, args.only.as_deref().unwrap_or_default())
}

//! `cargo xtask fuzz`: the properties in `tests/fuzz`, for as long as there is time.

use crate::error::Result;
use crate::fuzz::{self, Time};
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask fuzz`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Exit status: 0 every property held, 1 one did not, 2 trouble. What did not hold is printed with its smallest input, and the\n\
    command that finds it again at once.\n\n\
    Examples:\n  cargo xtask fuzz --minutes 10\n  cargo xtask fuzz --target sse --minutes 1 --seed 7\n  cargo xtask fuzz --seconds 10"
)]
pub struct Args {
    /// How long all targets take together; each gets the same share
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub minutes: u64,
    /// How long each target takes, instead
    #[arg(long, value_name = "NUMBER", conflicts_with = "minutes", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seconds: Option<u64>,
    /// Only this target; may be repeated
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// What the inputs are drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Runs the command.
///
/// # Errors
/// As [`fuzz::run`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let time = args.seconds.map_or(Time::Together(args.minutes * 60), Time::Each);
    fuzz::run(root, &args.target, time, args.seed)
}

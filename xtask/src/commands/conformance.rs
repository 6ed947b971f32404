//! `cargo xtask conformance`: fal's own clients, and a tester of descriptions, against the sandbox.

use crate::conformance::{self, Suite};
use crate::error::Result;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask conformance`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Needs `python3` with venv, `node` with `npm`, `curl`, and `chromium` for `browser`;\n\
    everything else is installed below `target/conformance/`.\n\
    Exit status: 0 all passed, 1 a check failed, 2 trouble.\n\n\
    Examples:\n  cargo xtask conformance\n  cargo xtask conformance python javascript")]
pub struct Args {
    /// Run these suites only
    #[arg(value_enum, value_name = "SUITE")]
    pub suites: Vec<Suite>,

    /// Run no suite; ask fal's framework anew what it answers to wrong inputs, for the sandbox's tests
    #[arg(long, conflicts_with = "suites")]
    pub bodies: bool,
}

/// Runs the command.
///
/// # Errors
/// As [`conformance::run`] and [`conformance::ask_framework`].
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    if args.bodies {
        return conformance::ask_framework(root).map(|()| ExitCode::SUCCESS);
    }
    let passed = conformance::run(root, &args.suites)?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

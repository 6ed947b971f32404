//! `ideogram jobs`: what was sent and is not safe on disk yet, and how to get it.

mod close;
mod list;
mod resume;
mod row;
mod salvage;
mod take_up;

use crate::exit::Failure;
use crate::output::Output;
use clap::ArgMatches;

/// Runs `ideogram jobs` and its commands.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("resume", matches)) => resume::resume(matches, output),
        Some(("salvage", matches)) => salvage::salvage(matches, output),
        Some(("close", matches)) => close::close(matches, output),
        _ => list::list(matches, output),
    }
}

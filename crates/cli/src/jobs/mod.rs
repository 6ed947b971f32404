//! `ideogram jobs`: lists what was sent and its state, and fetches what is not saved yet.

mod cancel;
mod close;
mod cost;
mod list;
mod report;
mod result;
mod resume;
pub(crate) mod row;
mod salvage;
mod show;
mod table;
pub(crate) mod take_up;
mod tidy;
pub(crate) mod wanted;
mod watch;

pub(crate) use take_up::take_up;

use crate::exit::Failure;
use crate::output::Output;
use clap::ArgMatches;

/// Runs `ideogram jobs` and its commands.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("list", matches)) => list::list(matches, output),
        Some(("show", matches)) => show::show(matches, output),
        Some(("watch", matches)) => watch::watch(matches, output),
        Some(("result", matches)) => result::result(matches, output),
        Some(("cancel", matches)) => cancel::cancel(matches, output),
        Some(("forget", matches)) => tidy::forget(matches, output),
        Some(("prune", matches)) => tidy::prune(matches, output),
        Some(("cost", matches)) => cost::cost(matches, output),
        Some(("resume", matches)) => resume::resume(matches, output),
        Some(("salvage", matches)) => salvage::salvage(matches, output),
        Some(("close", matches)) => close::close(matches, output),
        _ => list::list(matches, output),
    }
}

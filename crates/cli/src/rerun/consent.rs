//! Shows a request that costs money and was not typed by the user, and asks before it is bought.

use crate::args::value::is_set;
use crate::exit::Failure;
use crate::output::{self, Output};
use clap::ArgMatches;

/// Shows the request; asks on a terminal, and elsewhere takes `--yes` only. What goes to the sandbox costs nothing.
pub(super) fn ask(matches: &ArgMatches, output: Output, request: &str) -> Result<(), Failure> {
    if is_set(matches, "yes") || is_set(matches, "sandbox") {
        output.note(request);
        return Ok(());
    }
    if !output::can_ask() {
        output.note(request);
        return Err(Failure::usage("nothing was sent: `--yes` buys it"));
    }
    output::consent(&format!("{request}\nBuy it?"))
}

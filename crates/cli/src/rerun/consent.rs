//! What costs money and was not typed by the user is shown first, and bought only when that is wanted.

use crate::args::value::is_set;
use crate::exit::{ErrorKind, Failure};
use crate::output::{self, Output};
use clap::ArgMatches;
use std::io::{self, BufRead as _, IsTerminal as _};

/// The most bytes of an answer.
const ANSWER: u64 = 1 << 10;

/// Shows the request; asks on a terminal, and elsewhere takes `--yes` only. What goes to the sandbox costs nothing.
pub(super) fn ask(matches: &ArgMatches, output: Output, request: &str) -> Result<(), Failure> {
    if is_set(matches, "yes") || is_set(matches, "sandbox") {
        output.note(request);
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        output.note(request);
        return Err(Failure::usage("nothing was sent: `--yes` buys it"));
    }
    output::ask(&format!("{request}\nBuy it? [y/N] "));
    let mut answer = String::new();
    // Whatever cannot be read is no yes.
    let _ = io::Read::take(io::stdin().lock(), ANSWER).read_line(&mut answer);
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(ErrorKind::Cancelled, "nothing was sent")),
    }
}

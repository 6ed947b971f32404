//! `ideogram completions`: made from the command tree when asked, so they are never stale.

use crate::args::command;
use crate::docs::print;
use crate::exit::Failure;
use crate::output::Output;
use clap::ArgMatches;
use clap_complete::Shell;

/// Prints the completion script of a shell.
pub(crate) fn completions(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command(), "ideogram", &mut script);
    print(String::from_utf8_lossy(&script).into_owned(), output)
}

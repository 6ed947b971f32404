//! The arguments of `ideogram rerun`.

use crate::args::flag::with_fields_of_all;
use crate::args::value::switch;
use clap::{Arg, Command, ValueHint, value_parser};
use std::ffi::OsString;

const ABOUT: &str = "\
The request is read from the picture, or from the ledger. It is shown with its price before it is sent: on a terminal the \
tool asks, elsewhere `--yes` says that it may be bought. Any flag of the endpoint takes the place of what was sent.

A picture may come from anybody, so it does not choose which files of this machine are sent: only http and https URLs are \
taken from it. A file that was sent from a disk is not in the picture; name it again.

Examples:
  ideogram rerun fox.png --seed 8 --yes
  ideogram rerun 1 --style anime --yes";

/// `ideogram rerun`, with the flags of a call.
pub(super) fn command(running: Vec<Arg>) -> Command {
    let source = Arg::new("source")
        .value_name("FILE|ID")
        .value_parser(value_parser!(OsString))
        .value_hint(ValueHint::FilePath)
        .required(true)
        .help("A picture that this tool has made, a number from `ideogram jobs`, or the service's id of a request");
    let yes = switch("yes", "Buy it without being asked").short('y').help_heading("Running");
    let command = Command::new("rerun").about("Send a request again, as it was or with other flags").arg(source);
    with_fields_of_all(command).args(running).arg(yes).after_help(ABOUT)
}

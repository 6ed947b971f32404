//! The command line `ideogram`: pictures from fal's Ideogram V2 Turbo endpoints, typed by a person or a script.
//!
//! The commands, their flags, defaults, ranges and allowed values are made from [`ideogram_schema::ENDPOINTS`] when the
//! program starts; nothing about an endpoint is written down here. stdout is data (paths, bytes, or one
//! [`Envelope`](envelope::Envelope) with `--json`), stderr is talk, and [`Exit`] says how it went.
//!
//! ```
//! let help = ideogram_cli::command().render_help().to_string();
//! assert!(help.contains("generate"));
//! ```

mod clean;
mod command;
pub mod envelope;
mod exit;
mod flag;
mod input;
pub mod ledger;
mod local;
mod media;
mod output;
mod save;
mod table;
mod usage;

pub use command::command;
pub use exit::Exit;

use clap::ArgMatches;
use exit::Failure;
use output::Output;
use std::ffi::OsString;

/// Runs the command that the process was started with.
pub fn main() -> Exit {
    run(std::env::args_os().collect())
}

/// Runs a command line, the program's name first.
pub fn run(arguments: Vec<OsString>) -> Exit {
    let json = arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    let (output, outcome) = match command().try_get_matches_from(arguments) {
        Ok(matches) => {
            let output = Output::new(json, matches.get_flag("quiet"));
            let outcome = dispatch(&matches, &output);
            (output, outcome)
        }
        Err(error) => {
            let output = Output::new(json, false);
            let outcome = usage::report(&error, &output);
            (output, outcome)
        }
    };
    match outcome {
        Ok(()) => Exit::Success,
        Err(failure) => output.failure(&failure),
    }
}

fn dispatch(matches: &ArgMatches, output: &Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("schema", matches)) => table::print(matches, output),
        _ => Err(Failure::usage("not written yet")),
    }
}

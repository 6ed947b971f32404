//! `ideogram config`: show, path, set, unset.

use crate::args::command;
use crate::config::{edit, path, settings, show};
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use clap::ArgMatches;
use std::path::PathBuf;

/// Runs `ideogram config`.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("path", _)) => tell_path(output),
        Some(("set", matches)) => {
            let (Some(name), Some(value)) = (matches.get_one::<String>("name"), matches.get_one::<String>("value"))
            else {
                return Ok(());
            };
            edit::set(&place()?, &command(), name, value)
        }
        Some(("unset", matches)) => {
            let Some(name) = matches.get_one::<String>("name") else { return Ok(()) };
            edit::unset(&place()?, &command(), name)
        }
        _ => {
            let tree = command();
            let rows = show::rows(&tree, &settings(command)?, matches)?;
            if output.json() {
                return print_envelope(&Envelope::new(Kind::Setting, rows));
            }
            write_stdout(show::table(&rows).as_bytes())
        }
    }
}

fn place() -> Result<PathBuf, Failure> {
    path().ok_or_else(|| Failure::file("there is no home directory for the settings; set `HOME` or `XDG_CONFIG_HOME`"))
}

fn tell_path(output: Output) -> Result<(), Failure> {
    let path = place()?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Setting, vec![show::path_row(&path)]));
    }
    write_stdout(format!("{}\n", path.display()).as_bytes())
}

//! The command tree, built from the table of endpoints.

use crate::args::endpoint::{self, RUNNING, running, saving, timeout};
use crate::args::negation::with_opposites;
#[cfg(feature = "sandbox")]
use crate::args::sandbox;
use crate::args::value::switch;
use crate::args::{auth, batch, config, docs, jobs, mask, mcp, rerun, schema};
use crate::colour;
use crate::settings::env;
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint, value_parser};
use ideogram_schema::ENDPOINTS;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ideogram generate \"A fox reading a map, poster\" -o poster.png --overwrite
  ideogram remix fox.png \"the same fox in winter\"
  ideogram jobs --all";

const EXIT_CODES: &str = "\
Exit codes:
  0  done                                          5    rate limit, or balance exhausted
  1  the request failed, or was cancelled          6    network, timeout or unknown outcome
  2  usage                                         7    some of several failed
  3  an input or file was refused here             8    over the cost limit
  4  no key, or one that was refused               130  Ctrl-C; 143 SIGTERM";

/// The whole command tree.
pub fn command() -> Command {
    let command = Command::new("ideogram")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Make pictures with fal's Ideogram V2 Turbo endpoints")
        .after_help(format!("{EXAMPLES}\n\n{}\n\n{EXIT_CODES}", env::reference()))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .args(globals());
    let command = ENDPOINTS.iter().fold(command, |command, info| command.subcommand(endpoint::command(info)));
    let command = command
        .subcommand(batch::command())
        .subcommand(jobs::command(&saving().into_iter().chain([timeout()]).collect::<Vec<_>>()))
        .subcommand(mask::command())
        .subcommand(inspect())
        .subcommand(rerun::command(running()))
        .subcommand(mcp::command(timeout()));
    #[cfg(feature = "sandbox")]
    let command = command.subcommand(sandbox::command());
    let command = command.subcommand(config::command()).subcommand(auth::command()).subcommand(doctor());
    let command = command.subcommand(schema::command()).subcommand(docs::completions());
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .chain(["man".to_owned(), "help".to_owned()])
        .collect();
    with_opposites(command.subcommand(docs::man(&names)).subcommand(docs::help(&names)))
}

/// The flags of every command.
fn globals() -> Vec<Arg> {
    let running = |arg: Arg| arg.global(true).help_heading(RUNNING);
    vec![
        running(
            Arg::new("json")
                .long("json")
                .value_name("events")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(["true", "false", "events"])
                .hide_possible_values(true)
                .help("Print one JSON envelope on stdout; `--json=events` prints what happens before it, a line each"),
        ),
        running(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .value_parser(PossibleValuesParser::new(colour::CHOICES))
                .help("Colour help and messages [default: auto, on a terminal]"),
        ),
        running(switch("quiet", "Say nothing on stderr but failures").short('q')),
        running(
            Arg::new("ledger")
                .long("ledger")
                .value_name("FILE")
                .env(env::IDEOGRAM_LEDGER)
                .hide_env(true)
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::FilePath)
                .help("Where paid requests are noted [default: ideogram/ledger.db in the data directory]"),
        ),
    ]
}

fn inspect() -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .num_args(1..)
        .required(true);
    Command::new("inspect")
        .about("Say what a picture is, and which request made it")
        .arg(file)
        .after_help("Example:\n  ideogram inspect fox.png")
}

fn doctor() -> Command {
    Command::new("doctor")
        .about("Look at everything that a call needs, and say what to do where something is wrong")
        .after_help(
            "Looks at the key, the settings, the proxy, the certificates, each service, the clock, the ledger, the disk and \
             the terminal. Nothing that costs is sent. It ends with the exit code that a call would end with.\n\n\
             Example:\n  ideogram doctor",
        )
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }
}

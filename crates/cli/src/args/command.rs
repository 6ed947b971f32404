//! The command tree, built from the table of endpoints.

use crate::args::endpoint::{self, RUNNING, running, saving, timeout};
use crate::args::negation::with_opposites;
#[cfg(feature = "sandbox")]
use crate::args::sandbox;
use crate::args::value::switch;
use crate::args::{auth, batch, config, docs, gallery, jobs, mask, mcp, rerun, schema};
use crate::colour;
use crate::settings::env;
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint, value_parser};
use ideogram_schema::ENDPOINTS;
use std::ffi::OsString;
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
    tree(&names())
}

/// The whole command tree without what help does not list: the opposites of switches.
pub(crate) fn listed_command() -> Command {
    plain_tree(&names())
}

/// The command tree as far as these arguments can call it: what none of them names is left out. Building all of it is
/// half of the time that the program takes to start. What does not parse with this tree is to be parsed with all of it, so
/// that help and mistakes tell of every command.
pub(crate) fn command_for(arguments: &[OsString]) -> Command {
    tree(&names().into_iter().filter(|name| arguments.iter().any(|argument| argument == name)).collect::<Vec<_>>())
}

fn tree(named: &[&str]) -> Command {
    with_opposites(plain_tree(named))
}

fn plain_tree(named: &[&str]) -> Command {
    Command::new("ideogram")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Make pictures with fal's Ideogram V2 Turbo endpoints")
        .after_help(format!("{EXAMPLES}\n\n{}\n\n{EXIT_CODES}", env::reference()))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .args(globals())
        .subcommands(named.iter().filter_map(|name| subcommand(name)))
}

/// The names of the commands, in the order of the help.
fn names() -> Vec<&'static str> {
    let made = ["batch", "jobs", "gallery", "mask", "inspect", "rerun", "mcp"];
    let sandbox = cfg!(feature = "sandbox").then_some("sandbox");
    let about = ["config", "auth", "doctor", "schema", "completions", "man", "help"];
    ENDPOINTS.iter().map(|info| info.verb).chain(made).chain(sandbox).chain(about).collect()
}

fn subcommand(name: &str) -> Option<Command> {
    Some(match name {
        "batch" => batch::command(),
        "jobs" => jobs::command(&saving().into_iter().chain([timeout()]).collect::<Vec<_>>()),
        "gallery" => gallery::command(),
        "mask" => mask::command(),
        "inspect" => inspect(),
        "rerun" => rerun::command(running()),
        "mcp" => mcp::command(timeout()),
        #[cfg(feature = "sandbox")]
        "sandbox" => sandbox::command(),
        "config" => config::command(),
        "auth" => auth::command(),
        "doctor" => doctor(),
        "schema" => schema::command(),
        "completions" => docs::completions(),
        "man" => docs::man(&names()),
        "help" => docs::help(&names()),
        verb => endpoint::command(ENDPOINTS.iter().find(|info| info.verb == verb)?),
    })
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
                .help("Print the result as one JSON object; `--json=events` prints progress before it, one event per line"),
        ),
        running(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .value_parser(PossibleValuesParser::new(colour::CHOICES))
                .help("Colour help and messages [default: auto, on a terminal]"),
        ),
        running(switch("quiet", "Print only errors on stderr").short('q')),
        running(
            Arg::new("ledger")
                .long("ledger")
                .value_name("FILE")
                .env(env::IDEOGRAM_LEDGER)
                .hide_env(true)
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::FilePath)
                .help("The ledger file, in which paid requests are recorded [default: ideogram/ledger.db in the data directory]"),
        ),
    ]
}

fn inspect() -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::FilePath)
        .num_args(1..)
        .required(true)
        .help("Picture files");
    Command::new("inspect")
        .about("Show a picture's format and size, and the request that made it")
        .arg(file)
        .after_help("Example:\n  ideogram inspect fox.png")
}

fn doctor() -> Command {
    Command::new("doctor").about("Check everything that a call needs, and say how to fix what is wrong").after_help(
        "Checks the key, the settings, the proxy, the certificates, each service, the clock, the ledger, the disk and \
             the terminal. Nothing that costs money is sent. It ends with the exit code of what is wrong, \
             and with 7 where several things are.\n\n\
             Example:\n  ideogram doctor",
    )
}

#[cfg(test)]
mod tests {
    use super::{command, command_for, listed_command, names};
    use crate::args::flag::RESERVED;
    use std::collections::BTreeSet;

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }

    /// No field of an endpoint can take the name of a flag that a call or `rerun` has.
    #[test]
    fn the_reserved_names_are_those_of_the_flags_of_a_call() {
        let mut tree = listed_command();
        tree.build();
        let verbs = ideogram_schema::ENDPOINTS.iter().map(|info| info.verb);
        let calls = verbs.chain(["rerun"]).filter_map(|verb| tree.find_subcommand(verb));
        let args = calls.flat_map(clap::Command::get_arguments);
        let own = args.filter(|arg| !arg.get_id().as_str().starts_with("field.")).filter_map(clap::Arg::get_long);
        let own: BTreeSet<&str> = own.chain(["version"]).collect();
        assert_eq!(RESERVED.iter().copied().collect::<BTreeSet<_>>(), own);
    }

    #[test]
    fn every_name_has_its_command_and_a_run_builds_those_that_it_names() {
        let built = |tree: clap::Command| {
            tree.get_subcommands().map(|command| command.get_name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(built(command()), names());
        let arguments = ["ideogram", "--quiet", "jobs", "list"].map(Into::into);
        assert_eq!(built(command_for(&arguments)), ["jobs"]);
        command_for(&arguments).debug_assert();
    }
}

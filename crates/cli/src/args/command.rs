//! The command tree, built from the table of endpoints.

use crate::args::endpoint::{self, RUNNING, running, saving, timeout};
use crate::args::negation::with_opposites;
#[cfg(feature = "sandbox")]
use crate::args::sandbox;
use crate::args::value::switch;
use crate::args::{config, jobs, mask, mcp, rerun, schema};
use crate::settings::env;
use clap::{Arg, Command, ValueHint, value_parser};
use ideogram_schema::ENDPOINTS;
use std::path::PathBuf;

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
        .after_help(format!("{}\n\n{EXIT_CODES}", env::reference()))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .args(globals());
    let command = ENDPOINTS.iter().fold(command, |command, info| command.subcommand(endpoint::command(info)));
    let command = command
        .subcommand(jobs::command(&saving().into_iter().chain([timeout()]).collect::<Vec<_>>()))
        .subcommand(mask::command())
        .subcommand(inspect())
        .subcommand(rerun::command(running()))
        .subcommand(mcp::command(timeout()));
    #[cfg(feature = "sandbox")]
    let command = command.subcommand(sandbox::command());
    let command = command.subcommand(config::command());
    with_opposites(command.subcommand(schema::command()).subcommand(completions()).subcommand(man()).subcommand(help()))
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

fn completions() -> Command {
    let shell = Arg::new("shell").value_name("SHELL").value_parser(value_parser!(clap_complete::Shell)).required(true);
    Command::new("completions").about("Print a shell's completion script").arg(shell)
}

fn man() -> Command {
    let page = Arg::new("page").value_name("COMMAND").help("Of this command [default: of the whole tool]");
    Command::new("man").about("Print a man page, for `man -l -`").arg(page)
}

fn help() -> Command {
    let topic = Arg::new("topic").value_name("COMMAND").num_args(0..).help("A command, `exit-codes`, or `agents`");
    Command::new("help").about("Print the help of the tool, of a command, or of the exit codes").arg(topic)
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }
}

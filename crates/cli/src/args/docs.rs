//! The arguments of the commands that print documentation: completions, man pages, help.

use crate::args::flag::Listed;
use clap::{Arg, Command, ValueHint, value_parser};
use std::path::PathBuf;

pub(super) fn completions() -> Command {
    let shell = Arg::new("shell").value_name("SHELL").value_parser(value_parser!(clap_complete::Shell)).required(true);
    Command::new("completions").about("Print a shell's completion script").arg(shell).after_help(
        "bash and zsh read it with `source <(ideogram completions bash)`, fish with `ideogram completions fish | source`; put \
         that line where the shell starts.\n\n\
         Example:\n  ideogram completions bash > ideogram.bash",
    )
}

/// Words that are completed and listed; which of them make sense is judged later.
fn words(words: impl Iterator<Item = String>) -> Listed {
    Listed(words.collect())
}

pub(super) fn man(names: &[&str]) -> Command {
    let page = Arg::new("page")
        .value_name("COMMAND")
        .num_args(0..)
        .value_parser(words(names.iter().map(|name| (*name).to_owned())))
        .hide_possible_values(true)
        .help("Of this command [default: of the whole tool]");
    let out = Arg::new("out")
        .long("out")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .conflicts_with("page")
        .help("Write the pages of all commands to this folder");
    Command::new("man")
        .about("Print a man page, for `man -l -`, or write all of them")
        .args([page, out])
        .after_help("Examples:\n  ideogram man jobs resume > ideogram-jobs-resume.1\n  ideogram man --out man1")
}

pub(super) fn help(names: &[&str]) -> Command {
    let topics = names.iter().chain(&["exit-codes", "agents"]).map(|topic| (*topic).to_owned());
    let topic = Arg::new("topic")
        .value_name("COMMAND")
        .num_args(0..)
        .value_parser(words(topics))
        .hide_possible_values(true)
        .help("A command, `exit-codes`, or `agents`");
    Command::new("help")
        .about("Print the help of the tool, of a command, or of the exit codes")
        .arg(topic)
        .after_help("Examples:\n  ideogram help jobs resume\n  ideogram help exit-codes\n  ideogram help agents")
}

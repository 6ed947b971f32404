//! `ideogram` alone, and `ideogram help`.

use crate::args::{command, usage};
use crate::docs::print;
use crate::exit::Failure;
use crate::output::{Output, write_stdout};
use clap::ArgMatches;

/// What is printed where no command is given.
#[cfg(feature = "sandbox")]
const EXAMPLES: &str = "\
Try it with no key and no bill:
  ideogram generate \"A fox reading a map, poster\" --sandbox
  ideogram remix fox.png \"The same fox in the rain\" --sandbox
  ideogram jobs
";

#[cfg(not(feature = "sandbox"))]
const EXAMPLES: &str = "\
With a key in `FAL_KEY`:
  ideogram generate \"A fox reading a map, poster\"
  ideogram remix fox.png \"The same fox in the rain\"
  ideogram jobs
";

pub(super) const EXIT_CODES: &str = "\
How `ideogram` ends:
  0    everything that was asked for is done
  1    the request failed, or the service cancelled it
  2    the command line asks for something that cannot be: nothing was sent
  3    an input or a file was refused on this machine
  4    there is no key, or the service refused it (401, 403)
  5    too many requests (429), or the balance is exhausted
  6    the network failed, time ran out, or the outcome is unknown: see `ideogram jobs`
  7    some of several requests failed
  8    the cost limit does not allow it
  130  ended by Ctrl-C
  143  ended by SIGTERM

A reader that closes the pipe early is no failure. With `--json` the word in `error.kind` is finer: failed, cancelled,
usage, file, credentials, rate_limit, balance, network, timeout, unknown, partial, cost, interrupted.
";

/// The page for an agent.
const AGENTS: &str = include_str!("agents.txt");

/// What it is, how to begin, and the commands.
pub(crate) fn first_page() -> Result<(), Failure> {
    let whole = command();
    let about = whole.get_about().map(ToString::to_string).unwrap_or_default();
    let commands = whole.get_subcommands().map(|command| {
        format!("  {:12} {}\n", command.get_name(), command.get_about().map(ToString::to_string).unwrap_or_default())
    });
    let commands: String = commands.collect();
    write_stdout(format!("{about}.\n\n{EXAMPLES}\nCommands:\n{commands}\nMore: `ideogram help COMMAND`\n").as_bytes())
}

/// `ideogram help`: of the tool, of a command, or of a topic.
pub(crate) fn help(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let words: Vec<&str> = matches.get_many::<String>("topic").into_iter().flatten().map(String::as_str).collect();
    if words == ["exit-codes"] {
        return print(EXIT_CODES.to_owned(), output);
    }
    if words == ["agents"] {
        return write_stdout(AGENTS.as_bytes());
    }
    if let Some(unknown) = words.iter().find(|word| word.starts_with('-')) {
        return Err(Failure::usage(format!("`{unknown}` is no command; see `ideogram help`")));
    }
    let asked = ["ideogram"].iter().chain(&words).chain(&["--help"]);
    match command().try_get_matches_from(asked) {
        Err(error) => print(usage::help_text(&error)?, output),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::EXIT_CODES;
    use crate::ErrorKind;

    #[test]
    fn every_exit_code_and_every_kind_is_told() {
        for kind in ErrorKind::ALL {
            assert!(EXIT_CODES.contains(&format!("\n  {:<3}  ", kind.exit().code())), "{kind:?}");
            assert!(EXIT_CODES.contains(kind.as_str()), "{kind:?}");
        }
    }
}

//! `ideogram completions` and `ideogram man`: made from the command tree when asked, so they are never stale.

use crate::command::command;
use crate::exit::Failure;
use crate::output::data;
use clap::ArgMatches;
use clap_complete::Shell;
use clap_mangen::Man;

/// Prints the completion script of a shell.
pub(crate) fn completions(matches: &ArgMatches) -> Result<(), Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut command(), "ideogram", &mut script);
    data(&script)
}

/// Prints the man page of the tool, or of one of its commands.
pub(crate) fn man(matches: &ArgMatches) -> Result<(), Failure> {
    let mut whole = command();
    whole.build();
    let (page, title) = match matches.get_one::<String>("page") {
        None => (whole, "ideogram".to_owned()),
        Some(name) => {
            let found = whole.get_subcommands().find(|command| command.get_name() == name).cloned();
            let Some(found) = found else {
                return Err(Failure::usage(format!("there is no command `{name}`; see `ideogram --help`")));
            };
            (found, format!("ideogram-{name}"))
        }
    };
    let mut roff = Vec::new();
    Man::new(page)
        .title(title)
        .source(concat!("ideogram ", env!("CARGO_PKG_VERSION")))
        .manual("ideogram")
        .render(&mut roff)
        .map_err(|error| Failure::service(format!("the man page cannot be made: {error}")))?;
    data(&roff)
}

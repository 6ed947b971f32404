//! `ideogram man`: made from the command tree when asked, so it is never stale.

use crate::args::command;
use crate::docs::print;
use crate::exit::Failure;
use crate::output::Output;
use clap::ArgMatches;
use clap_mangen::Man;

/// Prints the man page of the tool, or of one of its commands.
pub(crate) fn man(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
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
        .map_err(|error| Failure::failed(format!("the man page cannot be made: {error}")))?;
    print(String::from_utf8_lossy(&roff).into_owned(), output)
}

//! The arguments of `ideogram config`.

use clap::{Arg, Command};

const ABOUT: &str = "\
The file is `config.toml` in `$XDG_CONFIG_HOME/ideogram`, else in `~/.config/ideogram`. It can set any flag of a call by its \
long name: at the top for every command that makes pictures (`rerun` takes no fields from there), in a table for one command.

  timeout = \"5m\"
  no-metadata = true

  [generate]
  style = \"anime\"

A flag overrides the environment, which overrides this file, which overrides the defaults; `--no-sync` takes back \
`sync = true`. Flags that overwrite, buy again or skip a check must be given each time and cannot be settings.

Examples:
  ideogram config show
  ideogram config set generate.style anime
  ideogram config unset generate.style";

/// `ideogram config`.
pub(super) fn command() -> Command {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("The long name of a flag, for one command with its name before it: `generate.style`")
    };
    let value = Arg::new("value")
        .value_name("VALUE")
        .required(true)
        .allow_hyphen_values(true)
        .help("The value, as the flag takes it");
    Command::new("config")
        .about("Show and change the settings")
        .subcommand_required(true)
        .after_help(ABOUT)
        .subcommand(
            Command::new("show")
                .about("List every setting, its value and where that comes from")
                .after_help("Example:\n  ideogram config show --json"),
        )
        .subcommand(
            Command::new("path")
                .about("Print where the settings file is, whether it exists or not")
                .after_help("Example:\n  ideogram config path"),
        )
        .subcommand(
            Command::new("set")
                .about("Put a value into the settings file")
                .args([name(), value])
                .after_help("Examples:\n  ideogram config set timeout 5m\n  ideogram config set generate.style anime"),
        )
        .subcommand(
            Command::new("unset")
                .about("Remove a value from the settings file")
                .arg(name())
                .after_help("Example:\n  ideogram config unset timeout"),
        )
}

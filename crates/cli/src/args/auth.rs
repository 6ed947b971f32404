//! The arguments of `ideogram auth`.

use crate::args::value::switch;
use clap::Command;

const ABOUT: &str = "\
The key is kept in the file `key` beside the settings, readable by you alone; no other file of this tool holds one. `FAL_KEY`
in the environment is used instead of it.

Example:
  ideogram auth status";

/// `ideogram auth`.
pub(super) fn command() -> Command {
    Command::new("auth")
        .about("Keep an API key for this user, say which one is used, forget it")
        .subcommand_required(true)
        .after_help(ABOUT)
        .subcommand(
            Command::new("login")
                .about("Ask for a key, or read it from a pipe, and keep it in a file that only you can read")
                .arg(switch("stdin", "Read the key from stdin; that is so without it where stdin is a pipe"))
                .after_help("Example:\n  echo \"$FAL_KEY\" | ideogram auth login"),
        )
        .subcommand(
            Command::new("status")
                .about("Say where the key comes from, and its id; never the secret")
                .arg(switch("check", "Also ask the service whether it takes the key; that costs nothing"))
                .after_help("Example:\n  ideogram auth status --check"),
        )
        .subcommand(
            Command::new("logout")
                .about("Remove the key that `auth login` has kept")
                .after_help("Example:\n  ideogram auth logout"),
        )
}

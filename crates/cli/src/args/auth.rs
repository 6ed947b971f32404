//! The arguments of `ideogram auth`.

use crate::args::value::switch;
use clap::Command;

const ABOUT: &str = "\
The key is saved in the file `key` beside the settings file, readable by you alone; no other file of this tool contains it. \
If `FAL_KEY` is set in the environment, that key is used.

Example:
  ideogram auth status";

/// `ideogram auth`.
pub(super) fn command() -> Command {
    Command::new("auth")
        .about("Save, show or remove your API key")
        .subcommand_required(true)
        .after_help(ABOUT)
        .subcommand(
            Command::new("login")
                .about("Ask for a key, or read it from a pipe, and save it in a file that only you can read")
                .arg(switch("stdin", "Read the key from stdin; the default if stdin is a pipe"))
                .after_help("Example:\n  echo \"$FAL_KEY\" | ideogram auth login"),
        )
        .subcommand(
            Command::new("status")
                .about("Show where the key comes from, and its id; never the secret")
                .arg(switch("check", "Also ask the service whether it accepts the key; that costs nothing"))
                .after_help("Example:\n  ideogram auth status --check"),
        )
        .subcommand(
            Command::new("logout")
                .about("Remove the key that `auth login` saved")
                .after_help("Example:\n  ideogram auth logout"),
        )
}

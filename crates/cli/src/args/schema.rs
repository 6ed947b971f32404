//! The arguments of `ideogram schema`.

use crate::args::flag::Listed;
use crate::args::value::switch;
use clap::{Arg, Command};
use ideogram_schema::ENDPOINTS;

/// The word that stands for this tool's own output.
pub(crate) const CLI: &str = "cli";

const EXAMPLES: &str = "\
Examples:
  ideogram schema generate
  ideogram schema edit --input > edit-input.json
  ideogram schema cli > ideogram.json";

/// `ideogram schema`.
pub(crate) fn command() -> Command {
    let verb = Arg::new("verb")
        .value_name("COMMAND")
        .value_parser(Listed(ENDPOINTS.iter().map(|info| info.verb).chain([CLI]).map(str::to_owned).collect()))
        .hide_possible_values(true)
        .help("Only this one: its command or endpoint id; `cli` for a JSON Schema of what `--json` prints");
    Command::new("schema")
        .about("Print the inputs and outputs of the endpoints, as text or with `--json`")
        .arg(verb)
        .arg(switch("input", "Print a JSON Schema of the request's body").requires("verb"))
        .arg(switch("output", "Print a JSON Schema of the answer's body").requires("verb").conflicts_with("input"))
        .after_help(EXAMPLES)
}

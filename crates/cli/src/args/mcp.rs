//! The arguments of `ideogram mcp`.

use crate::args::value::{switch, time};
use crate::price::Usd;
use clap::{Arg, Command, ValueHint, value_parser};
use std::path::PathBuf;
use std::str::FromStr as _;

const ABOUT: &str = "\
It serves until its input ends. A client starts it as a command, such as `ideogram mcp --root /home/me/pictures`. \
docs/MCP.md has the tools and how they answer; `ideogram help agents` is the page for an agent.

Example:
  ideogram mcp --root . --sandbox";

/// `ideogram mcp`.
pub(super) fn command(timeout: Arg) -> Command {
    let root = Arg::new("root")
        .long("root")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .help(
            "The folder that calls may read from and save to [default: none: URLs only, pictures go beside the ledger]",
        );
    let max_cost = Arg::new("max-cost")
        .long("max-cost")
        .value_name("USD")
        .value_parser(Usd::from_str)
        .default_value("1")
        .help("What this session may spend; no call can raise it");
    let wait = Arg::new("wait")
        .long("wait")
        .value_name("TIME")
        .value_parser(time())
        .default_value("25s")
        .help("How long a call may take before it returns the id of its job instead");
    let bytes = Arg::new("max-image-bytes")
        .long("max-image-bytes")
        .value_name("BYTES")
        .value_parser(value_parser!(u64))
        .default_value("1048576")
        .help("The largest picture that is put into an answer; a larger one is given as a link and a small copy");
    let command = Command::new("mcp")
        .about("Run as a Model Context Protocol server for agents, on stdin and stdout")
        .args([root, max_cost, wait, bytes, timeout]);
    let sandbox = cfg!(feature = "sandbox")
        .then(|| switch("sandbox", "Use a sandbox inside this process: no key, no network, no bill"));
    command.args(sandbox).after_help(ABOUT)
}

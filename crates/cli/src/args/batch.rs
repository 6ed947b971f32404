//! The arguments of `ideogram batch`.

use crate::args::endpoint::{RUNNING, timeout};
use crate::args::value::switch;
use crate::price::Usd;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use std::path::PathBuf;
use std::str::FromStr as _;

const ABOUT: &str = "\
A column or key of the file is a field of the endpoint, or `endpoint`, `output` (a path below \
`--out`), `n` (how many pictures) or `id`. Paths are relative to the file.

A row is known by its `id`, else by what it asks for. Run the same command again after any interruption: what is bought is \
not bought again, and what was begun is finished.

Examples:
  ideogram batch prompts.csv --dry-run
  ideogram batch prompts.csv --out pictures/ --max-cost 20 --gallery
  ideogram batch prompts.csv --set style=anime --concurrency 16 --results results.jsonl";

/// `ideogram batch`.
pub(super) fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::AnyPath)
            .help(help)
    };
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u32).range(1..)).help(help)
    };
    let running = |arg: Arg| arg.help_heading(RUNNING);
    let mut args = vec![
        Arg::new("file")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath)
            .help("JSON lines or CSV; `-` is stdin")
            .required(true),
        path("out", "FOLDER", "Folder or name with fields to save to [default: the working directory]"),
        Arg::new("set")
            .long("set")
            .value_name("FIELD=VALUE")
            .action(ArgAction::Append)
            .value_parser(set)
            .help("A value for every row, in place of its own; repeat for more fields"),
        switch("gallery", "Write a page of the batch's pictures beside them, `index.html`, when the run ends"),
        path("results", "FILE", "Append a line of JSON for each request when it has ended"),
        Arg::new("name").long("name").value_name("NAME").help("The batch's name [default: the file's path]"),
        switch("again", "Begin a new batch of the same name: every row is bought again"),
        switch("rebuy", "Buy a row whose `id` was bought with another request"),
        switch("retry-failed", "Buy rows again that failed or were closed"),
        switch("retry-unknown", "Buy rows again whose outcome cannot be known; they may have been billed"),
        running(number("concurrency", "How many requests run at once").default_value("8")),
        running(number("limit", "Buy at most N requests in this run")),
        running(switch("fail-fast", "Send nothing more after the first failure")),
        running(switch(
            "dry-run",
            "Check every row, print how many requests there are and what they cost; send nothing",
        )),
        running(
            Arg::new("max-cost")
                .long("max-cost")
                .value_name("USD")
                .value_parser(Usd::from_str)
                .help("Spend at most this much in this run, in US dollars"),
        ),
        running(switch("yes", "Buy without being asked, whatever it costs").short('y')),
        running(switch("overwrite", "Overwrite files of the same name")),
        running(switch("no-metadata", "Do not write into a PNG what made it")),
        running(switch("sidecar", "Also write what made a picture to a JSON file beside it")),
        timeout().help("Cancel a request that takes longer than this [default: 15m]"),
    ];
    if cfg!(feature = "sandbox") {
        let sandbox = "Use a sandbox inside this process: no key, no network, no bill";
        args.push(running(switch("sandbox", sandbox)));
    }
    Command::new("batch")
        .about("Make the pictures for a file of requests, each exactly once")
        .args(args)
        .after_help(ABOUT)
}

fn set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("it must be `field=value`".to_owned()),
    }
}

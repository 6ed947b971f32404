//! The command line `ideogram`: pictures from fal's Ideogram V2 Turbo endpoints, typed by a person or a script.
//!
//! The commands, their flags, defaults, ranges and allowed values are made from [`ideogram_schema::ENDPOINTS`] when the
//! program starts; this crate contains no fact about an endpoint. Results go to stdout (paths, bytes, or one
//! [`Envelope`](envelope::Envelope) with `--json`), progress and messages to stderr, and [`Exit`] is the exit code.
//!
//! ```
//! let help = ideogram_cli::command().render_help().to_string();
//! assert!(help.contains("generate"));
//! ```

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "a closed pipe must not end in a panic; `output` writes")]

mod args;
mod auth;
mod batch;
mod calls;
mod clean;
mod clock;
mod colour;
mod config;
mod cost;
mod data_uri;
mod docs;
mod doctor;
pub mod envelope;
pub mod event;
mod exit;
mod exit_code;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod gallery;
mod interrupt;
mod jobs;
pub mod ledger;
mod live;
mod made;
mod masks;
mod mcp;
mod output;
mod pictures;
mod price;
mod rerun;
mod runtime;
#[cfg(feature = "sandbox")]
mod sandbox;
mod save;
mod settings;
mod show;
mod summary;

pub use args::command;
pub use exit::{ErrorKind, Exit};

use clap::ArgMatches;
use clap::parser::ValueSource;
use exit::Failure;
use ideogram_schema::ENDPOINTS;
use output::{Format, Output};
use std::ffi::OsString;

/// Runs the command that the process was started with.
pub fn main() -> Exit {
    run(std::env::args_os().collect())
}

/// Runs a command line, the program's name first.
pub fn run(arguments: Vec<OsString>) -> Exit {
    let format = Format::asked_for(&arguments);
    if arguments.len() <= 1 {
        return match docs::first_page() {
            Ok(()) => Exit::Success,
            Err(failure) => Output::new(Format::Text, false, true).failure(&failure),
        };
    }
    let configured = config::settings(command);
    let with_settings = |tree| match &configured {
        Ok(settings) => config::onto(tree, settings),
        Err(_) => tree,
    };
    let wish = colour::wish(settings::env::text);
    colour::decide(colour_asked(&arguments).as_deref(), wish);
    let parsed = with_settings(args::command_for(&arguments)).try_get_matches_from(&arguments);
    let parsed = parsed.or_else(|error| match error.kind() {
        clap::error::ErrorKind::DisplayVersion => Err(error),
        _ => with_settings(command()).try_get_matches_from(arguments),
    });
    let (output, outcome) = match parsed {
        Ok(matches) => {
            colour::decide(deepest(&matches).get_one::<String>("color").map(String::as_str), wish);
            let output = Output::new(format_of(&matches), is_on(&matches, "quiet"), settings::env::is_dumb_terminal());
            let outcome = match configured {
                Err(mistake) if matches.subcommand_name().is_some_and(config::is_needed_by) => Err(mistake),
                _ => dispatch(&matches, output),
            };
            (output, outcome)
        }
        Err(error) => {
            let output = Output::new(format, false, true);
            let outcome = args::usage::help_text(&error).and_then(|text| docs::print(text, output));
            (output, outcome)
        }
    };
    match outcome {
        Ok(()) => Exit::Success,
        Err(failure) => output.failure(&failure),
    }
}

/// What `--color` says before the command line is understood: help and mistakes are coloured too.
fn colour_asked(arguments: &[OsString]) -> Option<String> {
    let words = || arguments.iter().take_while(|argument| *argument != "--").filter_map(|argument| argument.to_str());
    let after = words().skip_while(|word| *word != "--color").nth(1);
    words().find_map(|word| word.strip_prefix("--color=")).or(after).map(str::to_owned)
}

/// The matches of the innermost command, which have the flags of every command too.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}

/// Whether a switch of every command is on. One that stands before the command's name is taken back there too.
fn is_on(matches: &ArgMatches, name: &str) -> bool {
    let matches = deepest(matches);
    let is_default = matches.value_source(name) == Some(ValueSource::DefaultValue);
    matches.get_flag(name) && !(is_default && args::negation::is_given(matches, name))
}

/// What stdout gets, by the command line or a settings file.
fn format_of(matches: &ArgMatches) -> Format {
    let matches = deepest(matches);
    let is_default = matches.value_source("json") == Some(ValueSource::DefaultValue);
    match matches.get_one::<String>("json").map(String::as_str) {
        Some("events") => Format::Events,
        Some("true") if !(is_default && args::negation::is_given(matches, "json")) => Format::Envelope,
        _ => Format::Text,
    }
}

fn dispatch(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("schema", matches)) => show::schema::print(matches, output),
        Some(("completions", matches)) => docs::completions(matches, output),
        Some(("man", matches)) => docs::man(matches, output),
        Some(("inspect", matches)) => show::inspect::print(matches, output),
        Some(("rerun", matches)) => rerun::run(matches, output),
        Some(("auth", matches)) => auth::run(matches, output),
        Some(("doctor", matches)) => doctor::run(matches, output),
        Some(("config", matches)) => config::run(matches, output),
        Some(("help", matches)) => docs::help(matches, output),
        Some(("mask", matches)) => masks::run(matches, output),
        Some(("gallery", matches)) => gallery::run(matches, output),
        Some(("batch", matches)) => batch::run(matches, output),
        Some(("mcp", matches)) => mcp::serve(matches),
        Some(("jobs", matches)) => jobs::run(matches, output),
        #[cfg(feature = "sandbox")]
        Some(("sandbox", matches)) => sandbox::serve(matches, output),
        Some((verb, matches)) => match ENDPOINTS.iter().find(|info| info.verb == verb) {
            Some(info) => calls::run(info, matches, output),
            None => Err(Failure::usage(format!("there is no command `{verb}`; see `ideogram --help`"))),
        },
        None => Err(Failure::usage("a command is missing; see `ideogram --help`")),
    }
}

/// The text of a document of the workspace; `None` where the tests run from the published package, beside whose manifest
/// cargo puts this file.
#[cfg(test)]
fn document_of_workspace(path: &str) -> Option<String> {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_published = package.join("Cargo.toml.orig").exists();
    (!is_published).then(|| std::fs::read_to_string(package.join("../..").join(path)).unwrap())
}

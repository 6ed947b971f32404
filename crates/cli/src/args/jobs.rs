//! `ideogram jobs`: its commands and their flags.

use crate::args::value::switch;
use crate::ledger::State;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};
use ideogram_schema::ENDPOINTS;
use std::time::{Duration, UNIX_EPOCH};

/// A point in time: so long ago, or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// So long ago.
    Ago(Duration),
    /// At this time, in milliseconds since 1970.
    At(i64),
}

impl When {
    /// In milliseconds since 1970.
    pub(crate) fn at_ms(self, now_ms: i64) -> i64 {
        match self {
            Self::Ago(ago) => now_ms.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)),
            Self::At(at_ms) => at_ms,
        }
    }
}

/// The command with all of its own; `saving` are the flags that say where files go and how long to wait for them.
pub(super) fn command(saving: &[Arg]) -> Command {
    let about = |name: &'static str, about: &'static str| Command::new(name).about(about);
    Command::new("jobs")
        .about("List the requests that were sent, and finish what was left")
        .args(filters())
        .args_conflicts_with_subcommands(true)
        .subcommand(about("list", "List requests: the open ones, or those that are asked for").args(filters()))
        .subcommand(about("show", "Print what is known of a request").arg(ids(true)))
        .subcommand(about("watch", "Follow open requests, one line per change").arg(ids(false)))
        .subcommand(
            about("result", "Print the files of a request, and fetch them first if they are not saved yet")
                .arg(ids(true))
                .arg(switch("wait", "Wait until it is done"))
                .args(saving),
        )
        .subcommand(
            about("cancel", "Ask the service to cancel a request")
                .arg(ids(false).help(NUMBERS))
                .arg(switch("all", "Every one that the queue has accepted and that is open"))
                .group(ArgGroup::new("which").args(["id", "all"]).required(true)),
        )
        .subcommand(
            about("resume", "Fetch and save what interrupted runs have paid for")
                .arg(ids(false))
                .arg(
                    Arg::new("request")
                        .long("request")
                        .value_name("ID")
                        .help("The service's id of a request whose answer was lost, if you know it"),
                )
                .args(saving),
        )
        .subcommand(about("close", "Close a request by hand, and give up whatever it made").arg(ids(true)))
        .subcommand(
            about("forget", "Remove prompt, input, answer and paths of a finished request from the ledger")
                .arg(ids(true)),
        )
        .subcommand(prune())
        .subcommand(
            about("cost", "Show what was paid, by day (UTC) and endpoint")
                .arg(when("since", "From then on").default_value("30d")),
        )
        .subcommand(about("salvage", "Repair a damaged ledger from the rows that can still be read"))
        .after_help("Examples:\n  ideogram jobs\n  ideogram jobs --all --endpoint generate --newer-than 7d")
        .mut_subcommands(|inner| {
            let examples = examples(inner.get_name());
            inner.after_help(examples)
        })
}

/// What is shown of a command's use.
fn examples(name: &str) -> &'static str {
    match name {
        "list" => "Example:\n  ideogram jobs list --state saved --limit 20",
        "show" => "Example:\n  ideogram jobs show 1 --json",
        "watch" => "Example:\n  ideogram jobs watch",
        "result" => "Examples:\n  ideogram jobs result 1 --wait\n  ideogram jobs result 1",
        "cancel" => "Example:\n  ideogram jobs cancel --all",
        "resume" => "Example:\n  ideogram jobs resume 1",
        "close" => "Example:\n  ideogram jobs close 1",
        "forget" => "Example:\n  ideogram jobs result 1 --wait && ideogram jobs forget 1",
        "prune" => "Examples:\n  ideogram jobs prune --older-than 90d\n  ideogram jobs prune --keep 1000",
        "cost" => "Example:\n  ideogram jobs cost --since 2026-01-01",
        _ => "Example:\n  ideogram jobs salvage",
    }
}

fn prune() -> Command {
    Command::new("prune")
        .about("Remove finished requests from the ledger; open ones always stay")
        .arg(when("older-than", "Those that were sent before then"))
        .arg(
            Arg::new("keep").long("keep").value_name("N").value_parser(value_parser!(u32)).help("All but the latest N"),
        )
        .arg(switch("batches", "Those of batches too: a batch that is run again then pays for its rows again"))
        .group(ArgGroup::new("which").args(["older-than", "keep"]).required(true).multiple(true))
}

/// Which rows are listed.
fn filters() -> Vec<Arg> {
    let all = switch("all", "List finished ones too");
    [all].into_iter().chain(wanted()).chain([limit().default_value("1000")]).collect()
}

/// Of what state, endpoint and age rows are.
pub(super) fn wanted() -> [Arg; 4] {
    let states = PossibleValuesParser::new(State::ALL.iter().map(|state| state.as_str()));
    let endpoints = ENDPOINTS.iter().flat_map(|info| [info.verb, info.id]);
    [
        Arg::new("state")
            .long("state")
            .value_name("STATE")
            .value_parser(states)
            .action(ArgAction::Append)
            .help("Only those in this state; repeat for more than one"),
        Arg::new("endpoint")
            .long("endpoint")
            .value_name("COMMAND")
            .value_parser(PossibleValuesParser::new(endpoints))
            .hide_possible_values(true)
            .help("Only those of this command or endpoint id"),
        when("newer-than", "Only those that were sent since then"),
        when("older-than", "Only those that were sent before then"),
    ]
}

/// How many rows.
pub(super) fn limit() -> Arg {
    let number = value_parser!(u32).range(1..);
    Arg::new("limit").long("limit").value_name("N").value_parser(number).help("At most N, the latest ones")
}

fn when(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("TIME")
        .value_parser(parse_when)
        .help(format!("{help}: an age (`90s`, `15m`, `2h`, `7d`), or a day (`2026-01-31`, UTC)"))
}

/// `7d`, `2h 30m`, or a day.
fn parse_when(text: &str) -> Result<When, String> {
    if let Ok(ago) = humantime::parse_duration(text) {
        return Ok(When::Ago(ago));
    }
    let day = humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).ok();
    let since = day.and_then(|day| day.duration_since(UNIX_EPOCH).ok());
    since
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .map(When::At)
        .ok_or_else(|| "it must be an age such as `15m`, `2h` or `7d`, or a day such as `2026-01-31`".to_owned())
}

const NUMBERS: &str = "Numbers from `ideogram jobs`";

fn ids(required: bool) -> Arg {
    let help = if required { NUMBERS } else { "Numbers from `ideogram jobs` [default: every open one]" };
    Arg::new("id")
        .value_name("ID")
        .value_parser(value_parser!(i64).range(1..))
        .num_args(if required { 1.. } else { 0.. })
        .required(required)
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::{When, parse_when};
    use std::time::Duration;

    #[test]
    fn a_time_is_an_age_or_a_day() {
        assert_eq!(parse_when("7d"), Ok(When::Ago(Duration::from_secs(7 * 86_400))));
        assert_eq!(parse_when("1970-01-02"), Ok(When::At(86_400_000)));
        assert_eq!(When::Ago(Duration::from_secs(2)).at_ms(5_000), 3_000);
        for wrong in ["", "7", "yesterday", "2026-13-01", "1969-12-31", "-1d"] {
            assert!(parse_when(wrong).is_err(), "{wrong}");
        }
    }
}

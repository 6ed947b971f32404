//! `ideogram jobs cost`: what was paid.

use crate::args::jobs::When;
use crate::clock;
use crate::cost::usd_row;
use crate::envelope::{Envelope, Kind, SpentRow};
use crate::exit::Failure;
use crate::jobs::row::warn_of_damage;
use crate::jobs::table::table;
use crate::ledger::Cost;
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::amount;
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use ideogram_schema::ENDPOINTS;
use std::path::PathBuf;

/// Prints what was paid since a time, by day and endpoint, what may have been paid apart.
pub(super) fn cost(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    warn_of_damage(&ledger)?;
    let since = matches.get_one::<When>("since").map_or(0, |when| when.at_ms(clock::now_ms()));
    let costs = ledger.costs(since)?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Spent, costs.iter().map(row).collect()));
    }
    let mut lines: Vec<Vec<String>> = costs.iter().map(line).collect();
    let sum = |part: fn(&Cost) -> u64| costs.iter().map(part).sum::<u64>();
    lines.push(cells(
        ["all".to_owned(), "-".to_owned()],
        [
            sum(|cost| cost.paid),
            sum(|cost| cost.paid_micros),
            sum(|cost| cost.unknown),
            sum(|cost| cost.unknown_micros),
        ],
    ));
    write_stdout(table(&["day", "command", "paid", "usd", "unknown", "usd"], &lines).as_bytes())?;
    let unpriced = sum(|cost| cost.unpriced);
    if unpriced > 0 {
        output.note(&format!("{unpriced} of them have no price in the ledger, and are not in the sums"));
    }
    Ok(())
}

fn line(cost: &Cost) -> Vec<String> {
    let command =
        ENDPOINTS.iter().find(|info| info.id == cost.endpoint).map_or(cost.endpoint.as_str(), |info| info.verb);
    cells([cost.day.clone(), command.to_owned()], [cost.paid, cost.paid_micros, cost.unknown, cost.unknown_micros])
}

fn cells([day, command]: [String; 2], [paid, paid_micros, unknown, unknown_micros]: [u64; 4]) -> Vec<String> {
    vec![day, command, paid.to_string(), amount(paid_micros), unknown.to_string(), amount(unknown_micros)]
}

fn row(cost: &Cost) -> SpentRow {
    SpentRow {
        day: cost.day.clone(),
        endpoint: cost.endpoint.clone(),
        paid: cost.paid,
        paid_cost: usd_row(cost.paid_micros),
        unknown: cost.unknown,
        unknown_cost: usd_row(cost.unknown_micros),
        unpriced: cost.unpriced,
    }
}

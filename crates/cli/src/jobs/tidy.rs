//! `ideogram jobs forget` and `prune`: remove rows from the ledger.

use crate::args::jobs::When;
use crate::clock;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{ids, known_row, result_row, warn_of_damage};
use crate::ledger::Row;
use crate::output::{Output, print_envelope};
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::path::PathBuf;

/// Removes what the named requests were about. Their pictures stay where they are.
pub(super) fn forget(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let rows: Vec<Row> = ids(matches).into_iter().map(|id| known_row(&ledger, id)).collect::<Result<_, _>>()?;
    let mut forgotten = Vec::new();
    for row in &rows {
        ledger.forget(row.id)?;
        for file in row.files.iter().filter(|file| std::fs::exists(file).unwrap_or(false)) {
            output.note(&format!("`{file}` is kept, and may contain the request that made it"));
        }
        forgotten.push(result_row(&known_row(&ledger, row.id)?));
    }
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, forgotten));
    }
    Ok(())
}

/// Removes finished requests by age or number.
pub(super) fn prune(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    // A damaged ledger is reported before rows are removed.
    warn_of_damage(&ledger)?;
    let before = matches.get_one::<When>("older-than").map(|when| when.at_ms(clock::now_ms()));
    let keep = matches.get_one::<u32>("keep").copied();
    let removed = ledger.prune(before, keep, matches.get_flag("batches"));
    let removed = removed?;
    output.note(&format!("{removed} finished requests are removed from the ledger"));
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, Vec::<crate::envelope::ResultRow>::new()));
    }
    Ok(())
}

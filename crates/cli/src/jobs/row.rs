//! Looks up a row of the ledger for the commands.

pub(super) use crate::calls::job_row::{info_of, input_of, job_row, result_row};
use crate::exit::Failure;
use crate::ledger::{Ledger, Row, State};
use crate::output::warn;
use clap::ArgMatches;

pub(crate) fn ids(matches: &ArgMatches) -> Vec<i64> {
    matches.get_many::<i64>("id").into_iter().flatten().copied().collect()
}

/// The row of that number, in whatever state.
pub(crate) fn known_row(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    let row = ledger.row(id)?;
    row.ok_or_else(|| unknown(id))
}

fn unknown(id: i64) -> Failure {
    Failure::usage(format!("the ledger has no request {id}; see `ideogram jobs --all`"))
}

pub(super) fn open_row(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    match ledger.row(id)? {
        Some(row) if row.state.is_open() => Ok(row),
        Some(row) => Err(Failure::usage(format!("{id} is closed already: {}", row.state.as_str()))),
        None => Err(unknown(id)),
    }
}

/// The row of that number, if it can be taken up: an open one, or one that failed under a request id that the service may
/// be asked about once more.
pub(super) fn resumable_row(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    match ledger.row(id)? {
        Some(row) if row.state == State::Failed && row.request_id.is_some() => Ok(row),
        _ => open_row(ledger, id),
    }
}

/// Reads the whole ledger. Closed rows that are damaged are worth a warning, anything else a failure.
pub(crate) fn warn_of_damage(ledger: &Ledger) -> Result<(), Failure> {
    let damaged = ledger.check()?;
    if !damaged.is_empty() {
        let ids: Vec<String> = damaged.iter().map(i64::to_string).collect();
        warn(&format!(
            "finished requests in the ledger are not as they were written: {}; `ideogram jobs salvage` leaves them out",
            ids.join(", ")
        ));
    }
    Ok(())
}

pub(super) fn claimed_elsewhere(id: i64) -> Failure {
    Failure::failed(format!("another `ideogram` is at work on {id}"))
}

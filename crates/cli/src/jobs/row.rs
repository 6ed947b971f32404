//! A row of the ledger, as the commands need it.

use crate::envelope::{JobRow, ResultRow};
use crate::exit::Failure;
use crate::ledger::{Ledger, Row, State};
use crate::output::warn;
use crate::summary::summarised;
use clap::ArgMatches;
use ideogram_schema::{ENDPOINTS, EndpointInfo};
use serde_json::{Map, Value};

pub(super) fn ids(matches: &ArgMatches) -> Vec<i64> {
    matches.get_many::<i64>("id").into_iter().flatten().copied().collect()
}

pub(super) fn open_row(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    match ledger.row(id).map_err(|error| Failure::file(error.to_string()))? {
        Some(row) if row.state.is_open() => Ok(row),
        Some(row) => Err(Failure::usage(format!("{id} is closed already: {}", row.state.as_str()))),
        None => Err(Failure::usage(format!("the ledger has no request {id}; see `ideogram jobs`"))),
    }
}

/// The row of that number, if it can be taken up: an open one, or one that failed under a request id that the service may
/// be asked about once more.
pub(super) fn resumable_row(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    match ledger.row(id).map_err(|error| Failure::file(error.to_string()))? {
        Some(row) if row.state == State::Failed && row.request_id.is_some() => Ok(row),
        _ => open_row(ledger, id),
    }
}

/// Reads the whole ledger. Closed rows that are damaged are worth a warning, anything else a failure.
pub(super) fn warn_of_damage(ledger: &Ledger) -> Result<(), Failure> {
    let damaged = ledger.check().map_err(|error| Failure::file(error.to_string()))?;
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

pub(super) fn info_of(row: &Row) -> Option<&'static EndpointInfo> {
    ENDPOINTS.iter().copied().find(|info| info.id == row.endpoint)
}

pub(super) fn input_of(row: &Row) -> Map<String, Value> {
    serde_json::from_str(&row.input).unwrap_or_default()
}

pub(super) fn result_row(row: &Row) -> ResultRow {
    ResultRow {
        endpoint: row.endpoint.clone(),
        request_id: row.request_id.clone(),
        seed: row.seed,
        images: Vec::new(),
        input: summarised(&input_of(row)),
        cost: None,
        job: Some(JobRow {
            id: row.id,
            state: row.state.as_str(),
            created_ms: row.created_ms,
            base: row.base.clone(),
            files: row.files.clone(),
            note: row.note.clone(),
        }),
    }
}

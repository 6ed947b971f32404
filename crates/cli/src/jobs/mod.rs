//! `ideogram jobs`: what was sent and is not safe on disk yet, and how to get it.

mod resume;

use crate::envelope::{Envelope, JobRow, Kind, ResultRow, summarised};
use crate::exit::Failure;
use crate::ledger::{Closing, Ledger, Row};
use crate::made;
use crate::output::{Output, data, print_envelope};
use crate::session::open_ledger;
use clap::ArgMatches;
use ideogram_schema::{ENDPOINTS, EndpointInfo};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The most rows that `--all` lists.
const RECENT: u32 = 1_000;

/// Runs `ideogram jobs` and its commands.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("resume", matches)) => resume::resume(matches, output),
        Some(("close", matches)) => close(matches, output),
        _ => list(matches, output),
    }
}

fn list(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let rows = if matches.get_flag("all") { ledger.recent_rows(RECENT) } else { ledger.open_rows() };
    let rows = rows.map_err(|error| Failure::file(error.to_string()))?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    if rows.is_empty() {
        output.progress("nothing is open: every request is safe on disk or closed");
    }
    let mut text = String::new();
    for row in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", line(row));
    }
    data(text.as_bytes())
}

/// Number, state, age, command, request id and words, in columns that a script can split.
fn line(row: &Row) -> String {
    let info = info_of(row);
    let input = input_of(row);
    let words = info.and_then(|info| made::words(info, &input)).unwrap_or_default();
    let words: String = crate::clean::line(words).chars().take(60).collect();
    let command = info.map_or(row.endpoint.as_str(), |info| info.verb);
    let request = row.request_id.as_deref().unwrap_or("-");
    let line = format!("{}\t{}\t{}\t{command}\t{request}\t{words}", row.id, row.state.as_str(), age(row.created_ms));
    line.chars()
        .map(|character| if character != '\t' && crate::clean::is_risky(character) { '\u{fffd}' } else { character })
        .collect()
}

fn age(created_ms: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let seconds = i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(created_ms).max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn close(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let broken = |error: crate::ledger::LedgerError| Failure::file(error.to_string());
    let mut rows = Vec::new();
    for id in ids(matches) {
        let row = found(&ledger, id)?;
        let Some(_claim) = ledger.claim(id).map_err(broken)? else { return Err(busy(id)) };
        ledger.close(id, &Closing::Failed { why: "closed by hand".to_owned() }).map_err(broken)?;
        output.progress(&format!("closed {}", row.id));
        rows.extend(ledger.row(id).map_err(broken)?);
    }
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    Ok(())
}

fn ids(matches: &ArgMatches) -> Vec<i64> {
    matches.get_many::<i64>("id").into_iter().flatten().copied().collect()
}

fn found(ledger: &Ledger, id: i64) -> Result<Row, Failure> {
    match ledger.row(id).map_err(|error| Failure::file(error.to_string()))? {
        Some(row) if row.state.is_open() => Ok(row),
        Some(row) => Err(Failure::usage(format!("{id} is closed already: {}", row.state.as_str()))),
        None => Err(Failure::usage(format!("the ledger has no request {id}; see `ideogram jobs`"))),
    }
}

fn busy(id: i64) -> Failure {
    Failure::service(format!("another `ideogram` is at work on {id}"))
}

fn info_of(row: &Row) -> Option<&'static EndpointInfo> {
    ENDPOINTS.iter().copied().find(|info| info.id == row.endpoint)
}

fn input_of(row: &Row) -> Map<String, Value> {
    serde_json::from_str(&row.input).unwrap_or_default()
}

fn result_row(row: &Row) -> ResultRow {
    ResultRow {
        endpoint: row.endpoint.clone(),
        request_id: row.request_id.clone(),
        seed: row.seed,
        images: Vec::new(),
        input: summarised(&input_of(row)),
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

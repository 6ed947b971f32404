//! `ideogram jobs`: the list.

use crate::calls::prompt;
use crate::clean;
use crate::clock;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{info_of, input_of, result_row, warn_of_damage};
use crate::ledger::Row;
use crate::output::{Output, print_envelope, write_stdout};
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The most rows that `--all` lists.
const RECENT: u32 = 1_000;

/// Prints the open rows, or with `--all` the latest ones.
pub(super) fn list(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    warn_of_damage(&ledger)?;
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
    write_stdout(text.as_bytes())
}

/// Number, state, age, command, request id and words, in columns that a script can split.
fn line(row: &Row) -> String {
    let info = info_of(row);
    let input = input_of(row);
    let words = info.and_then(|info| prompt::prompt_of(info, &input)).unwrap_or_default();
    let words: String = clean::line(words).chars().take(60).collect();
    let command = info.map_or(row.endpoint.as_str(), |info| info.verb);
    let request = row.request_id.as_deref().unwrap_or("-");
    let line = format!("{}\t{}\t{}\t{command}\t{request}\t{words}", row.id, row.state.as_str(), age(row.created_ms));
    line.chars()
        .map(|character| if character != '\t' && clean::is_risky(character) { '\u{fffd}' } else { character })
        .collect()
}

fn age(created_ms: i64) -> String {
    let seconds = clock::now_ms().saturating_sub(created_ms).max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

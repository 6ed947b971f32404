//! `ideogram jobs` and `jobs list`: the list.

use crate::calls::prompt;
use crate::clock;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{info_of, input_of, result_row, warn_of_damage};
use crate::jobs::table::table;
use crate::jobs::wanted::Wanted;
use crate::ledger::{Row, State};
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::amount;
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::path::PathBuf;

/// Prints the open rows, with `--all` finished ones too, or those that are asked for.
pub(super) fn list(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    warn_of_damage(&ledger)?;
    let mut wanted = Wanted::of(matches);
    let only_open = wanted.states.is_empty() && !matches.get_flag("all");
    if only_open {
        wanted.states = State::ALL.iter().copied().filter(|state| state.is_open()).collect();
    }
    let most = matches.get_one::<u32>("limit").copied().unwrap_or(u32::MAX);
    let rows = ledger.rows(&wanted.filter(), most)?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    if rows.is_empty() {
        output.progress(if only_open {
            "nothing is open: every request is safe on disk or closed"
        } else {
            "the ledger has no such request"
        });
        return Ok(());
    }
    let now = clock::now_ms();
    let lines: Vec<Vec<String>> = rows.iter().map(|row| line(row, now)).collect();
    let head = ["id", "age", "state", "command", "prompt", "usd", "file"];
    write_stdout(table(&head, &lines).as_bytes())
}

fn line(row: &Row, now: i64) -> Vec<String> {
    let info = info_of(row);
    let input = input_of(row);
    let words = info.and_then(|info| prompt::prompt_of(info, &input)).unwrap_or_default();
    let file = match row.files.as_slice() {
        [] => "-".to_owned(),
        [file] => file.clone(),
        [file, more @ ..] => format!("{file} (+{})", more.len()),
    };
    vec![
        row.id.to_string(),
        age(row.created_ms, now),
        row.state.as_str().to_owned(),
        info.map_or(row.endpoint.as_str(), |info| info.verb).to_owned(),
        words.to_owned(),
        row.cost_micros.map_or_else(|| "-".to_owned(), |micros| amount(u64::try_from(micros).unwrap_or_default())),
        file,
    ]
}

/// How long ago, in its largest unit.
pub(super) fn age(at_ms: i64, now: i64) -> String {
    let seconds = now.saturating_sub(at_ms).max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

//! `ideogram jobs show`: shows everything that is known of a request.

use crate::clean;
use crate::clock;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::list::age;
use crate::jobs::row::{ids, input_of, known_row, result_row};
use crate::ledger::Row;
use crate::output::{Output, print_envelope, write_stdout};
use crate::price::amount;
use crate::settings::ledger::open_ledger;
use crate::summary::summarised;
use clap::ArgMatches;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Prints the named rows.
pub(super) fn show(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let rows: Vec<Row> = ids(matches).into_iter().map(|id| known_row(&ledger, id)).collect::<Result<_, _>>()?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    let texts: Vec<String> = rows.iter().map(text).collect();
    write_stdout(texts.join("\n").as_bytes())
}

/// A line for each thing that is known.
fn text(row: &Row) -> String {
    let now = clock::now_ms();
    let ago = |at_ms: i64| format!("{} ago", age(at_ms, now));
    let usd = |micros: i64| format!("{} USD", amount(u64::try_from(micros).unwrap_or_default()));
    let mut lines = vec![
        ("id", Some(row.id.to_string())),
        ("state", Some(row.state.as_str().to_owned())),
        ("endpoint", Some(row.endpoint.clone())),
        ("request", row.request_id.clone()),
        ("service", Some(row.base.clone())),
        ("sent", Some(ago(row.created_ms))),
        ("started", row.started_ms.map(ago)),
        ("ended", row.ended_ms.map(ago)),
        ("seed", row.seed.map(|seed| seed.to_string())),
        ("price", row.cost_micros.map(usd)),
        ("batch", row.batch.clone()),
        ("key", row.batch_key.clone()),
        ("note", row.note.clone()),
        ("destination", row.destination.as_ref().map(|path| path.display().to_string())),
    ];
    lines.extend(row.files.iter().map(|file| ("file", Some(file.clone()))));
    lines.push(("input", Some(summarised(&input_of(row)).to_string())));
    let mut text = String::new();
    for (name, value) in lines {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<12}{}", clean::line(&value));
        }
    }
    text
}

//! `ideogram jobs salvage`: makes a working ledger from a damaged one.

use crate::envelope::{Envelope, Kind, SalvageRow};
use crate::exit::Failure;
use crate::ledger::{Salvaged, salvage as salvage_ledger};
use crate::output::{Output, print_envelope, warn, write_stdout};
use crate::settings::ledger::ledger_path;
use clap::ArgMatches;
use std::path::PathBuf;

/// The most numbers of missing rows that the warning names; the envelope has them all.
const MAX_NAMED: usize = 20;

/// Moves a damaged ledger aside and writes a working one of what can be read.
pub(super) fn salvage(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let path = ledger_path(matches.get_one::<PathBuf>("ledger"))?;
    let salvaged = salvage_ledger(&path)?;
    if let Some(Salvaged { missing, .. }) = &salvaged
        && !missing.is_empty()
    {
        let named: Vec<String> = missing.iter().take(MAX_NAMED).map(i64::to_string).collect();
        let more = match missing.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        warn(&format!(
            "{} could not be read, and may have been paid: {}{more}; look in fal's dashboard",
            requests(missing.len()),
            named.join(", ")
        ));
    }
    if output.json() {
        let row = |salvaged: Salvaged| SalvageRow {
            rows: salvaged.rows,
            open: salvaged.open,
            missing: salvaged.missing,
            moved_to: salvaged.moved_to.map(|path| path.display().to_string()),
        };
        return print_envelope(&Envelope::new(Kind::Salvage, salvaged.into_iter().map(row).collect()));
    }
    let text = match salvaged {
        None => "nothing is damaged, so nothing was changed\n".to_owned(),
        Some(Salvaged { rows, open, moved_to, .. }) => {
            let moved =
                moved_to.map(|path| format!("; the damaged file is now `{}`", path.display())).unwrap_or_default();
            format!("saved {}, {open} of them open{moved}\n", requests(rows))
        }
    };
    write_stdout(text.as_bytes())
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

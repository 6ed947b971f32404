//! `ideogram jobs close`: a request is given up.

use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{claimed_elsewhere, ids, open_row, result_row};
use crate::ledger::{Closing, LedgerError};
use crate::output::{Output, print_envelope};
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::path::PathBuf;

/// Closes the named rows by hand.
pub(super) fn close(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let broken = |error: LedgerError| Failure::file(error.to_string());
    let mut rows = Vec::new();
    for id in ids(matches) {
        let row = open_row(&ledger, id)?;
        if !ledger.claim(id).map_err(broken)? {
            return Err(claimed_elsewhere(id));
        }
        ledger.close(id, &Closing::ByHand).map_err(broken)?;
        output.progress(&format!("closed {}", row.id));
        rows.extend(ledger.row(id).map_err(broken)?);
    }
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    Ok(())
}

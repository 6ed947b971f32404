//! `ideogram jobs close`: gives a request up.

use crate::calls::follow::CANCEL_ASKED;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{claimed_elsewhere, ids, open_row, result_row};
use crate::ledger::{Closing, Row, State};
use crate::output::{Output, print_envelope};
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::path::PathBuf;

/// Closes the named rows by hand, and says what the service knows of that.
pub(super) fn close(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let mut rows = Vec::new();
    for id in ids(matches) {
        open_row(&ledger, id)?;
        if !ledger.claim(id)? {
            return Err(claimed_elsewhere(id));
        }
        // The process that had the claim may have changed the row.
        let row = open_row(&ledger, id)?;
        ledger.close(id, &Closing::ByHand)?;
        output.note(&format!("closed {id}; {}", what_the_service_knows(&row)));
        rows.extend(ledger.row(id)?);
    }
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    Ok(())
}

fn what_the_service_knows(row: &Row) -> &'static str {
    match row.state {
        State::Answered => "the service has done it and bills it",
        State::Accepted if row.note.as_deref() == Some(CANCEL_ASKED) => {
            "the service was asked to cancel it, and bills it where it finished all the same"
        }
        State::Accepted => "the service was not asked to cancel it, so it runs and is billed",
        _ => "the service was not asked to cancel it, as its id is not known; it may be billed",
    }
}

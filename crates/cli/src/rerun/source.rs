//! Where the request comes from.

use crate::clean;
use crate::exit::Failure;
use crate::ledger::{Ledger, LedgerError, Row};
use crate::made::{Again, Made};
use crate::pictures;
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use serde_json::Map;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The request that the argument names: digits are a number of the ledger, the name of a file is that file, and anything
/// else the service's id of a request.
pub(super) fn find(matches: &ArgMatches) -> Result<Again, Failure> {
    let source = matches.get_one::<OsString>("source").cloned().unwrap_or_default();
    let text = source.to_str().unwrap_or_default();
    let ledger = || open_ledger(matches.get_one::<PathBuf>("ledger"));
    if let Some(id) = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).and_then(number) {
        let unknown =
            format!("the ledger has no request {id}; see `ideogram jobs --all`, or `./{id}` for a file of that name");
        return of_row(row(&ledger()?, |ledger| ledger.row(id))?, unknown);
    }
    let path = Path::new(&source);
    if path.exists() {
        return of_picture(path);
    }
    let unknown = format!(
        "`{}` is neither a file nor the id of a request in the ledger",
        clean::line(&path.display().to_string())
    );
    of_row(row(&ledger()?, |ledger| ledger.row_of_request(text))?, unknown)
}

fn number(digits: &str) -> Option<i64> {
    digits.parse().ok()
}

fn row(
    ledger: &Ledger,
    find: impl FnOnce(&Ledger) -> Result<Option<Row>, LedgerError>,
) -> Result<Option<Row>, Failure> {
    find(ledger).map_err(Failure::from)
}

fn of_row(row: Option<Row>, unknown: String) -> Result<Again, Failure> {
    let Some(row) = row else { return Err(Failure::usage(unknown)) };
    let made = Made {
        endpoint: row.endpoint,
        request_id: row.request_id,
        seed: row.seed,
        price: None,
        input: serde_json::from_str(&row.input).unwrap_or_else(|_| Map::new()),
    };
    // A request from the tool's own ledger may be sent again without restrictions.
    made.again(true).ok_or_else(|| unknown_endpoint(&made))
}

fn of_picture(path: &Path) -> Result<Again, Failure> {
    let shown = path.display();
    let made = pictures::made(path)
        .map_err(|error| Failure::file(format!("cannot read `{shown}`: {error}")))?
        .ok_or_else(|| Failure::file(format!("`{shown}` does not say what made it")))?;
    made.again(false).ok_or_else(|| unknown_endpoint(&made))
}

fn unknown_endpoint(made: &Made) -> Failure {
    Failure::file(format!("it was made by `{}`, which this build does not know", clean::line(&made.endpoint)))
}

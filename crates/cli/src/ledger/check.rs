//! Checks whether the ledger still contains what was written to it.
//!
//! The short check runs each time the ledger is opened, and reads only the open rows: their number and checksums must
//! be right, and the ledger must not be behind its [mark](super::mark). The full check reads everything, and is for the
//! commands that list rows.

use crate::ledger::error::Cause;
use crate::ledger::mark::Progress;
use crate::ledger::record::{Broken, COLUMNS, Record, Totals};
use crate::ledger::row::Row;
use rusqlite::{Connection, Params};

/// The rows that are open, oldest first.
const OPEN: &str = "WHERE state IN ('sending', 'accepted', 'lost', 'answered') ORDER BY id";

/// Rows, and the numbers of those that are not as they were written.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) sound: Vec<Row>,
    pub(super) damaged: Vec<i64>,
}

/// Reads rows, each judged by itself.
pub(super) fn rows<P: Params>(db: &Connection, rest: &str, parameters: P) -> Result<Rows, Cause> {
    let mut sound = Vec::new();
    let damaged = each(db, rest, parameters, |row| sound.push(row))?;
    Ok(Rows { sound, damaged })
}

/// Reads rows one after the other, so that no more than one is in memory; gives the numbers of those that are damaged.
pub(super) fn each<P: Params>(
    db: &Connection,
    rest: &str,
    parameters: P,
    mut take: impl FnMut(Row),
) -> Result<Vec<i64>, Cause> {
    let mut select = db.prepare_cached(&format!("SELECT {COLUMNS}, input, answer FROM requests {rest}"))?;
    let mut found = select.query(parameters)?;
    let mut damaged = Vec::new();
    while let Some(row) = found.next()? {
        let id = row.get::<_, i64>(0)?;
        match Record::read(row).and_then(|record| record.with_texts(row.get(30)?, row.get(31)?)) {
            Ok(row) => take(row),
            Err(Broken::Damaged) => damaged.push(id),
            Err(Broken::Sqlite(error)) => match Cause::from(error) {
                // A value with another type than its column: only this row is damaged, not the file.
                Cause::Sqlite(
                    rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..),
                ) => {
                    damaged.push(id);
                }
                cause => return Err(cause),
            },
        }
    }
    Ok(damaged)
}

/// The short check; `take` gets the open rows. `mark` was read before.
pub(super) fn open(db: &Connection, mark: Progress, mut take: impl FnMut(Row)) -> Result<(), Cause> {
    // One transaction for all queries: another process may write between them, and the counts would not fit the rows.
    let view = db.unchecked_transaction()?;
    let totals = totals(&view)?;
    if totals.changes < mark.changes {
        let missing = mark.changes - totals.changes;
        return Err(Cause::Damaged(format!(
            "{missing} of {} changes are gone, because its write-ahead log was lost or cut, or an old file was put back",
            mark.changes
        )));
    }
    let (mut found, mut all_open) = (0, true);
    let damaged = each(&view, OPEN, [], |row| {
        found += 1;
        all_open &= row.state.is_open();
        take(row);
    })?;
    if let Some(id) = damaged.first() {
        return Err(Cause::Damaged(format!("request {id}, which is open, is not as it was written")));
    }
    if found != totals.opened || !all_open {
        return Err(Cause::Damaged(format!("it has {} open requests and shows {found}", totals.opened)));
    }
    Ok(())
}

/// The full check; gives the numbers of closed rows that are damaged, which harm nothing but themselves.
pub(super) fn full(db: &Connection) -> Result<Vec<i64>, Cause> {
    let view = db.unchecked_transaction()?;
    let totals = totals(&view)?;
    let verdict: String = view.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Cause::Damaged(verdict.lines().next().unwrap_or_default().to_owned()));
    }
    let mut sound = 0;
    let damaged = each(&view, "NOT INDEXED ORDER BY id", [], |_| sound += 1)?;
    let found = i64::try_from(damaged.len()).unwrap_or(i64::MAX).saturating_add(sound);
    if found != totals.total {
        return Err(Cause::Damaged(format!("it has {} requests and shows {found}", totals.total)));
    }
    Ok(damaged)
}

fn totals(db: &Connection) -> Result<Totals, Cause> {
    match Totals::read(db) {
        Err(Broken::Damaged) => Err(Cause::Damaged("its own counts are not as they were written".to_owned())),
        other => Ok(other?),
    }
}

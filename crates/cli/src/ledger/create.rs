//! Creates a ledger file, and upgrades one of an older version.

use crate::ledger::claim;
use crate::ledger::error::Cause;
use crate::ledger::key::CALLS;
use crate::ledger::record::{Record, Totals};
use crate::ledger::state::State;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempPath;

/// The file's `user_version`.
pub(super) const VERSION: i64 = 2;

/// The tables of a new file.
const TABLES: &str = include_str!("schema.sql");

/// How long a write waits for another process's.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// Makes the file, whole: it is made under another name and takes its own when it is done, so that of several processes
/// that make it at once each finds one that works.
pub(super) fn create(path: &Path) -> Result<(), Cause> {
    let (file, ()) = build(path, |_| Ok(()))?;
    match file.persist_noclobber(path) {
        Err(refused) if refused.error.kind() != std::io::ErrorKind::AlreadyExists => Err(refused.error.into()),
        _ => Ok(()),
    }
}

/// Makes a file with the tables and what `fill` writes, under another name beside it.
pub(super) fn build<T>(
    path: &Path,
    write: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<(TempPath, T), Cause> {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable by its owner alone, as temporary files are.
    let file = tempfile::Builder::new().prefix(".ledger-").tempfile_in(directory)?.into_temp_path();
    let db = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    wal(&db)?;
    let transaction = db.unchecked_transaction()?;
    transaction.execute_batch(TABLES)?;
    let value = write(&transaction)?;
    transaction.commit()?;
    // The last connection to close moves everything from the log into the file.
    db.close().map_err(|(_, error)| error)?;
    Ok((file, value))
}

/// Makes the tables in an empty database.
pub(super) fn fill(db: &mut Connection) -> Result<(), Cause> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Two processes may both find it empty: the second finds it filled once it has the lock.
    if version(&transaction)? == 0 {
        transaction.execute_batch(TABLES)?;
    }
    Ok(transaction.commit()?)
}

/// Switches to the write-ahead log. `SQLite` does not wait for the lock that this takes, so it is asked again.
pub(super) fn wal(db: &Connection) -> Result<(), Cause> {
    wal_until(db, Instant::now() + BUSY)
}

fn wal_until(db: &Connection, until: Instant) -> Result<(), Cause> {
    // This statement returns the mode, so it must be run as a query.
    let switch = || db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()));
    let is_busy = |outcome: &rusqlite::Result<()>| {
        outcome.as_ref().err().and_then(rusqlite::Error::sqlite_error_code) == Some(rusqlite::ErrorCode::DatabaseBusy)
    };
    Ok(while_busy(until, switch, is_busy)?)
}

/// Repeats what `SQLite` does not wait for itself while another connection has the file, and gives the last outcome.
pub(super) fn while_busy<T>(until: Instant, work: impl Fn() -> T, is_busy: impl Fn(&T) -> bool) -> T {
    loop {
        let outcome = work();
        if !is_busy(&outcome) || Instant::now() >= until {
            return outcome;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Makes the index that files of this version did not have at first. Older programs keep it up to date like the others.
pub(super) fn index(db: &Connection) -> rusqlite::Result<()> {
    // This is checked first, so that opening a ledger does not wait for another process that writes.
    let has = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'by_call'")?.exists([])?;
    if has {
        Ok(())
    } else {
        db.execute_batch(&format!("CREATE INDEX IF NOT EXISTS by_call ON requests (caller) WHERE {CALLS}"))
    }
}

/// Brings a file of version 1 to this version: all of it, or nothing.
pub(super) fn migrate(db: &mut Connection, claims: &Path) -> Result<(), Cause> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&transaction)? != 1 {
        return Ok(());
    }
    let rows = version_1(&transaction, "ORDER BY id")?;
    for (record, _, _) in rows.iter().filter(|(record, _, _)| record.state().is_some_and(State::is_open)) {
        if claim::lives(claims, &record.id.to_string())? {
            return Err(Cause::InUse("an older `ideogram` is at work on it; try again when it has ended"));
        }
    }
    transaction.execute_batch(
        "DROP INDEX open_requests; DROP INDEX twins; DROP INDEX known; ALTER TABLE requests RENAME TO requests_1;",
    )?;
    transaction.execute_batch(TABLES)?;
    insert(&transaction, rows)?;
    transaction.execute_batch("DROP TABLE requests_1;")?;
    Ok(transaction.commit()?)
}

/// A record, its input, its answer.
pub(super) type Whole = (Record, String, Option<String>);

/// Writes rows into empty tables, their counts included.
pub(super) fn insert(db: &Connection, rows: Vec<Whole>) -> rusqlite::Result<Totals> {
    let mut totals = Totals { changes: 1, last_id: 0, total: 0, opened: 0 };
    for (mut record, input, answer) in rows {
        record.insert(db, &input, answer.as_deref())?;
        totals.changes = totals.changes.max(record.change);
        totals.last_id = totals.last_id.max(record.id);
        totals.total += 1;
        totals.opened += i64::from(record.state().is_some_and(State::is_open));
    }
    totals.write(db)?;
    Ok(totals)
}

/// Rows of a file of version 1; `rest` chooses and sorts them.
pub(super) fn version_1(db: &Connection, rest: &str) -> rusqlite::Result<Vec<Whole>> {
    db.prepare(&format!(
        "SELECT id, created_ms, updated_ms, state, base, queued, endpoint, input, input_sha256, seed, request_id, answer, \
         destination, overwrite, files, note FROM requests {rest}",
    ))?
    .query_map([], |row| {
        let (created_ms, state, note) = (row.get(1)?, row.get::<_, String>(3)?, row.get::<_, Option<String>>(15)?);
        let by_hand = state == "failed" && note.as_deref() == Some("closed by hand");
        let ended = ["answered", "saved", "failed", "cancelled"].contains(&state.as_str());
        let record = Record {
            id: row.get(0)?,
            change: 1,
            claim: None,
            created_ms,
            updated_ms: row.get(2)?,
            sent_ms: Some(created_ms),
            started_ms: None,
            ended_ms: if ended { Some(row.get(2)?) } else { None },
            clock_offset_ms: None,
            base: row.get(4)?,
            account: None,
            caller: "command".to_owned(),
            delivered: state == "saved",
            batch: None,
            batch_key: None,
            queued: row.get(5)?,
            endpoint: row.get(6)?,
            input_sum: 0,
            input_sha256: row.get(8)?,
            seed: row.get(9)?,
            cost_micros: None,
            request_id: row.get(10)?,
            answer_sum: None,
            destination: row.get(12)?,
            overwrite: row.get(13)?,
            taking: None,
            files: row.get(14)?,
            state: match State::parse(&state) {
                _ if by_hand => State::Closed.as_str().to_owned(),
                Some(_) => state,
                // An unknown state may mean that money was spent, so the row stays open.
                None => State::Lost.as_str().to_owned(),
            },
            note,
        };
        Ok((record, row.get(7)?, row.get(11)?))
    })?
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{create, wal_until};
    use crate::ledger::error::Cause;
    use rusqlite::Connection;
    use std::fs;
    use std::time::{Duration, Instant};

    #[test]
    fn a_file_that_another_process_has_made_stays_and_one_that_cannot_be_made_is_a_failure() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        create(&path).unwrap();
        fs::write(&path, b"another process's").unwrap();
        create(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"another process's");
        // The file is made under a name of its own, and no file can have this one.
        let refused = create(&directory.path().join("x".repeat(300)));
        assert!(matches!(refused, Err(Cause::Io(_))), "{refused:?}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left of it");
    }

    #[test]
    fn the_switch_to_the_log_is_tried_again_for_as_long_as_another_process_writes_and_no_longer() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let (one, other) = (Connection::open(&path).unwrap(), Connection::open(&path).unwrap());
        one.busy_timeout(Duration::ZERO).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let busy = wal_until(&one, Instant::now() + Duration::from_millis(20)).unwrap_err();
        assert!(matches!(&busy, Cause::Sqlite(error) if error.to_string().contains("locked")), "{busy:?}");
        other.execute_batch("COMMIT").unwrap();
        wal_until(&one, Instant::now()).unwrap();
        // What does not pass is told at once.
        let text = directory.path().join("text");
        fs::write(&text, "no database".repeat(100)).unwrap();
        let later = Instant::now() + Duration::from_secs(24 * 3600);
        let refused = wal_until(&Connection::open(&text).unwrap(), later);
        assert!(matches!(refused, Err(Cause::NotALedger)), "{refused:?}");
    }
}

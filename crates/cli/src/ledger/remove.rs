//! Removes rows from the ledger at the user's request.

use crate::ledger::create;
use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::record::{AnswerText, Record, Texts};
use crate::ledger::state::State;
use crate::ledger::store::{Durability, Ledger};
use rusqlite::params;
use std::time::Instant;

impl Ledger {
    /// Removes what a finished request was about: input, answer, note and paths. Number, state, times, endpoint, request id,
    /// seed and price stay. The bytes are overwritten in the file.
    ///
    /// # Errors
    /// When the request is open, or the file cannot be written.
    pub fn forget(&mut self, id: i64) -> Result<(), LedgerError> {
        self.removing(|ledger| {
            ledger.change(Durability::Disk, |db, totals, now| {
                let mut record = Record::find(db, id)?.ok_or(Cause::NoRow(id))?;
                if record.state().is_none_or(State::is_open) {
                    return Err(Cause::Open(id));
                }
                (record.destination, record.taking, record.note) = (None, None, None);
                "[]".clone_into(&mut record.files);
                (record.change, record.updated_ms) = (totals.changes, now);
                let answer = if record.answer_sum.is_some() { AnswerText::Removed } else { AnswerText::Kept };
                Ok(record.update(db, &Texts { input: Some("{}".to_owned()), answer })?)
            })
        })
    }

    /// Removes finished requests: those that were written before a time, in milliseconds since 1970, and those beyond the
    /// latest `keep`; where both are given, what both name. Those of a batch stay unless `batches` says otherwise. Gives how
    /// many were removed.
    ///
    /// # Errors
    /// When the file cannot be written: then nothing was removed.
    pub fn prune(&mut self, before_ms: Option<i64>, keep: Option<u32>, batches: bool) -> Result<usize, LedgerError> {
        self.removing(|ledger| {
            ledger.change(Durability::Disk, |db, totals, _| {
                let removed = db.execute(
                    "DELETE FROM requests WHERE state NOT IN ('sending', 'accepted', 'lost', 'answered') \
                     AND (?3 OR batch IS NULL) AND (?1 IS NULL OR created_ms < ?1) AND (?2 IS NULL OR id <= \
                     (SELECT id FROM requests ORDER BY id DESC LIMIT 1 OFFSET ?2))",
                    params![before_ms, keep, batches],
                )?;
                totals.total -= i64::try_from(removed).unwrap_or_default();
                Ok(removed)
            })
        })
    }

    /// Overwrites what the work removes, and empties the log, which may hold it too.
    fn removing<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, LedgerError>) -> Result<T, LedgerError> {
        self.db.execute_batch("PRAGMA secure_delete = ON").map_err(|error| self.failed(error))?;
        let value = work(self)?;
        // SQLite waits for readers, but not for a checkpoint that is under way, such as that of this process' own thread.
        // If another process reads for longer than this, the log is emptied by a later checkpoint.
        let empty = || self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        let outcome = create::while_busy(Instant::now() + create::BUSY, empty, |outcome| matches!(outcome, Ok(true)));
        outcome.map_err(|error| self.failed(error))?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use crate::clock;
    use crate::ledger::{Closing, Ledger, NewRow};
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn what_is_forgotten_is_not_in_the_files_any_more() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let mut ledger = Ledger::open(&path).unwrap();
        let input = r#"{"prompt":"a very private fox"}"#;
        let secret = directory.path().join("a very private fox.png");
        let id = ledger.begin(&NewRow { destination: Some(&secret), ..NewRow::new("a/b", input) }).unwrap();
        ledger.accepted(id, "r-1").unwrap();
        assert!(ledger.forget(id).unwrap_err().to_string().contains("is open"));
        ledger.close(id, &Closing::Saved { files: vec![secret.display().to_string()] }).unwrap();
        ledger.forget(id).unwrap();
        assert!(ledger.check().unwrap().is_empty());
        let row = ledger.row(id).unwrap().unwrap();
        assert_eq!((row.input.as_str(), row.files, row.destination), ("{}", vec![], None));
        assert_eq!(row.request_id.as_deref(), Some("r-1"));
        assert!(ledger.was_sent_before("a/b", input).unwrap(), "its seed is not drawn again");
        drop(ledger);
        for end in ["db", "db-wal"] {
            let bytes = std::fs::read(path.with_extension(end)).unwrap_or_default();
            assert!(!bytes.windows(12).any(|window| window == b"very private"), "{end}");
        }
    }

    #[test]
    fn what_is_forgotten_does_not_stay_in_a_log_that_is_just_being_copied() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let mut ledger = Ledger::open(&path).unwrap();
        let (copier, is_over) = (rusqlite::Connection::open(&path).unwrap(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let over = &is_over;
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let _ = copier.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                }
            });
            let lengths = (0..20).map(|_| {
                let id = ledger.begin(&NewRow::new("a/b", r#"{"prompt":"a very private fox"}"#)).unwrap();
                ledger.close(id, &Closing::NotSent { why: String::new() }).unwrap();
                ledger.forget(id).unwrap();
                std::fs::metadata(path.with_extension("db-wal")).unwrap().len()
            });
            let lengths: Vec<u64> = lengths.collect();
            is_over.store(true, Ordering::Relaxed);
            assert_eq!(lengths, [0; 20]);
        });
    }

    #[test]
    fn only_finished_requests_are_pruned_and_those_of_batches_when_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let mut ledger = Ledger::open(&path).unwrap();
        for number in 1..=6 {
            let batch = (number == 2).then_some(("b", "k"));
            let id = ledger.begin(&NewRow { batch, ..NewRow::new("a/b", "{}") }).unwrap();
            if number != 3 {
                ledger.close(id, &Closing::NotSent { why: String::new() }).unwrap();
            }
        }
        let left = |ledger: &Ledger| -> Vec<i64> { ledger.recent_rows(9).unwrap().iter().map(|row| row.id).collect() };
        assert_eq!(ledger.prune(Some(clock::now_ms() - 60_000), None, true).unwrap(), 0);
        assert_eq!(ledger.prune(None, Some(9), true).unwrap(), 0);
        assert_eq!((ledger.prune(None, Some(1), false).unwrap(), left(&ledger)), (3, vec![2, 3, 6]));
        assert_eq!((ledger.prune(Some(clock::now_ms() + 1), None, true).unwrap(), left(&ledger)), (2, vec![3]));
        drop(ledger);
        let mut ledger = Ledger::open(&path).unwrap();
        assert!(ledger.check().unwrap().is_empty());
        assert_eq!(ledger.begin(&NewRow::new("a/b", "{}")).unwrap(), 7, "a number is not given twice");
    }
}

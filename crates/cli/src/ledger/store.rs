//! The `SQLite` file.

use crate::ledger::claim::Claim;
use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::row::{Closing, NewRow, Row, State};
use crate::summary::summarised;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The file's `user_version`.
const VERSION: i64 = 1;

/// From how many pages on the WAL is emptied: enough that it is rare, few enough to be read at every start.
const WAL_PAGES: u32 = 256;

/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(10);

const TABLES: &str = "
CREATE TABLE requests (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    base          TEXT    NOT NULL,
    queued        INTEGER NOT NULL,
    endpoint      TEXT    NOT NULL,
    input         TEXT    NOT NULL,
    input_sha256  BLOB    NOT NULL,
    seed          INTEGER,
    request_id    TEXT,
    answer        TEXT,
    destination   BLOB,
    overwrite     INTEGER NOT NULL,
    files         TEXT    NOT NULL DEFAULT '[]',
    note          TEXT
) STRICT;
CREATE INDEX open_requests ON requests (id) WHERE state IN ('sending', 'accepted', 'lost', 'answered');
CREATE INDEX twins ON requests (input_sha256);
CREATE INDEX known ON requests (request_id) WHERE request_id IS NOT NULL;
PRAGMA user_version = 1;
";

const COLUMNS: &str = "id, created_ms, updated_ms, state, base, queued, endpoint, input, seed, request_id, answer, destination, \
                       overwrite, files, note";

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    db: Connection,
    path: PathBuf,
    /// Where the claims are; `None` for a ledger that nobody else can open.
    claims: Option<PathBuf>,
}

impl Ledger {
    /// Opens the ledger, or makes it, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be made, is no ledger, or was made by a newer version.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let failed = |cause| LedgerError::new(path, cause);
        make_private(path).map_err(|error| failed(Cause::Io(error)))?;
        let db = Connection::open(path).map_err(|error| failed(Cause::Sqlite(error)))?;
        let mut claims = path.as_os_str().to_owned();
        claims.push(".claims");
        let mut ledger = Self { db, path: path.to_owned(), claims: Some(claims.into()) };
        ledger.prepare()?;
        Ok(ledger)
    }

    /// A ledger in memory, gone with the process.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn temporary() -> Result<Self, LedgerError> {
        let path = PathBuf::from(":memory:");
        let db = Connection::open_in_memory().map_err(|error| LedgerError::new(&path, Cause::Sqlite(error)))?;
        let mut ledger = Self { db, path, claims: None };
        ledger.prepare()?;
        Ok(ledger)
    }

    /// Writes the row of a request that is about to be sent.
    ///
    /// # Errors
    /// When the row is not safe on disk: then do not send.
    pub fn begin(&mut self, new: &NewRow<'_>) -> Result<(i64, Claim), LedgerError> {
        let now = now_ms();
        self.run(|db| {
            db.prepare_cached(
                "INSERT INTO requests (created_ms, updated_ms, state, base, queued, endpoint, input, input_sha256, seed, \
                 destination, overwrite) VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                now,
                State::Sending.as_str(),
                new.base,
                new.queued,
                new.endpoint,
                new.input,
                fingerprint(new.endpoint, new.input),
                new.seed,
                new.destination.map(|path| path.as_os_str().as_encoded_bytes()),
                new.overwrite,
            ])
        })?;
        let id = self.db.last_insert_rowid();
        // The row's number is new, so nobody else can hold its claim.
        let claim = self.claim(id)?.unwrap_or_else(Claim::unshared);
        Ok((id, claim))
    }

    /// Whether this very input was sent to this endpoint before: then a random seed is drawn again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn was_sent_before(&self, endpoint: &str, input: &str) -> Result<bool, LedgerError> {
        let found = self
            .db
            .prepare_cached("SELECT 1 FROM requests WHERE input_sha256 = ?1")
            .and_then(|mut select| select.exists(params![fingerprint(endpoint, input)]));
        found.map_err(|error| self.failed(error))
    }

    /// Whether a row has this request id.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_request_id(&self, request_id: &str) -> Result<bool, LedgerError> {
        let found = self
            .db
            .prepare_cached("SELECT 1 FROM requests WHERE request_id = ?1")
            .and_then(|mut select| select.exists([request_id]));
        found.map_err(|error| self.failed(error))
    }

    /// Notes the service's id of the request. Do this before waiting for the result.
    ///
    /// # Errors
    /// When the id is not safe on disk.
    pub fn accepted(&mut self, id: i64, request_id: &str) -> Result<(), LedgerError> {
        self.run(|db| {
            db.prepare_cached(
                "UPDATE requests SET state = ?2, request_id = ?3, note = NULL, updated_ms = ?4 WHERE id = ?1",
            )?
            .execute(params![id, State::Accepted.as_str(), request_id, now_ms()])
        })
    }

    /// Notes that the answer to the request was lost.
    ///
    /// # Errors
    /// When that is not safe on disk.
    pub fn lost(&mut self, id: i64, why: &str) -> Result<(), LedgerError> {
        self.run(|db| {
            db.prepare_cached("UPDATE requests SET state = ?2, note = ?3, updated_ms = ?4 WHERE id = ?1")?
                .execute(params![id, State::Lost.as_str(), why, now_ms()])
        })
    }

    /// Keeps the service's answer until its files are saved: whatever it points to may outlive the answer itself.
    ///
    /// A power cut may undo it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn answered(&mut self, id: i64, request_id: Option<&str>, answer: &str) -> Result<(), LedgerError> {
        self.run_soon(|db| {
            db.prepare_cached(
                "UPDATE requests SET state = ?2, request_id = coalesce(?3, request_id), answer = ?4, updated_ms = ?5 \
                 WHERE id = ?1",
            )?
            .execute(params![id, State::Answered.as_str(), request_id, answer, now_ms()])
        })
    }

    /// Closes the row. Its input is kept, data URIs summarised. A power cut may undo it: the row is then open again,
    /// which is the safe side.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn close(&mut self, id: i64, closing: &Closing) -> Result<(), LedgerError> {
        let (state, files, note) = match closing {
            Closing::Saved { files } => (State::Saved, files.as_slice(), None),
            Closing::Failed { why } => (State::Failed, [].as_slice(), Some(why.as_str())),
            Closing::Cancelled => (State::Cancelled, [].as_slice(), None),
        };
        let files = Value::from(files).to_string();
        self.run_soon(|db| {
            let input: String =
                db.prepare_cached("SELECT input FROM requests WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
            db.prepare_cached(
                "UPDATE requests SET state = ?2, answer = NULL, files = ?3, note = ?4, input = ?5, updated_ms = ?6 WHERE id = ?1",
            )?
            .execute(params![id, state.as_str(), files, note, without_data(&input), now_ms()])
        })
    }

    /// The rows that may have cost money for nothing in hand yet, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_rows(&self) -> Result<Vec<Row>, LedgerError> {
        self.select("WHERE state IN ('sending', 'accepted', 'lost', 'answered') ORDER BY id", [])
    }

    /// The latest rows, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recent_rows(&self, most: u32) -> Result<Vec<Row>, LedgerError> {
        let mut rows = self.select("ORDER BY id DESC LIMIT ?1", [most])?;
        rows.reverse();
        Ok(rows)
    }

    /// The row of that number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn row(&self, id: i64) -> Result<Option<Row>, LedgerError> {
        Ok(self.select("WHERE id = ?1", [id])?.pop())
    }

    /// Claims the row; `None` while another process works on it.
    ///
    /// # Errors
    /// When the claim's file cannot be made.
    pub fn claim(&self, id: i64) -> Result<Option<Claim>, LedgerError> {
        match &self.claims {
            None => Ok(Some(Claim::unshared())),
            Some(directory) => Claim::of(directory, id).map_err(|error| LedgerError::new(directory, Cause::Io(error))),
        }
    }

    fn prepare(&mut self) -> Result<(), LedgerError> {
        let version = self.set_up().map_err(|error| self.failed(error))?;
        if version > VERSION { Err(LedgerError::new(&self.path, Cause::Version(version))) } else { Ok(()) }
    }

    fn set_up(&mut self) -> rusqlite::Result<i64> {
        self.db.busy_timeout(BUSY)?;
        // Emptying the WAL at every exit costs three waits for the disk; the next open reads what is left in it.
        self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // Answers with the mode it got, so it is a query; in memory there is no WAL.
        self.db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        self.db.execute_batch(&format!("PRAGMA wal_autocheckpoint = {WAL_PAGES}"))?;
        self.wait_for_disk(true)?;
        let version = |db: &Connection| db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        if version(&self.db)? == 0 {
            // Two processes may both find it new: the second finds it made once it has the lock.
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if version(&transaction)? == 0 {
                transaction.execute_batch(TABLES)?;
            }
            transaction.commit()?;
        }
        version(&self.db)
    }

    /// One change that is on the disk when this returns.
    fn run<T>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<(), LedgerError> {
        self.commit(change).map_err(|error| self.failed(error))
    }

    /// One change that outlives the process, and that a power cut may undo.
    fn run_soon<T>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<(), LedgerError> {
        let outcome = self.wait_for_disk(false).and_then(|()| self.commit(change));
        // Back to waiting whatever came of it.
        outcome.and(self.wait_for_disk(true)).map_err(|error| self.failed(error))
    }

    fn commit<T>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<()> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change(&transaction)?;
        transaction.commit()
    }

    fn wait_for_disk(&self, wait: bool) -> rusqlite::Result<()> {
        self.db.execute_batch(if wait { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" })
    }

    fn select<P: rusqlite::Params>(&self, rest: &str, parameters: P) -> Result<Vec<Row>, LedgerError> {
        let rows = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM requests {rest}"))
            .and_then(|mut select| select.query_map(parameters, row)?.collect());
        rows.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: rusqlite::Error) -> LedgerError {
        LedgerError::new(&self.path, Cause::Sqlite(error))
    }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let state: String = row.get("state")?;
    let files: String = row.get("files")?;
    Ok(Row {
        id: row.get("id")?,
        created_ms: row.get("created_ms")?,
        updated_ms: row.get("updated_ms")?,
        // A state that this version does not know is kept open: the safe side.
        state: State::parse(&state).unwrap_or(State::Lost),
        base: row.get("base")?,
        queued: row.get("queued")?,
        endpoint: row.get("endpoint")?,
        input: row.get("input")?,
        seed: row.get("seed")?,
        request_id: row.get("request_id")?,
        answer: row.get("answer")?,
        destination: row.get::<_, Option<Vec<u8>>>("destination")?.map(path_of),
        overwrite: row.get("overwrite")?,
        files: serde_json::from_str(&files).unwrap_or_default(),
        note: row.get("note")?,
    })
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Makes the file and its directory for the owner's eyes alone, when they are not there yet: prompts are private.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn fingerprint(endpoint: &str, input: &str) -> Vec<u8> {
    Sha256::new().chain_update(endpoint).chain_update([0]).chain_update(input).finalize().to_vec()
}

fn without_data(input: &str) -> String {
    match serde_json::from_str(input) {
        Ok(Value::Object(fields)) => summarised(&fields).to_string(),
        _ => input.to_owned(),
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Closing, Ledger, NewRow, State};

    fn new<'a>() -> NewRow<'a> {
        NewRow { seed: Some(7), base: "http://127.0.0.1:9/queue", ..NewRow::new("a/b/c", r#"{"seed":7}"#) }
    }

    #[test]
    fn what_was_begun_and_accepted_is_found_by_the_next_process() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/ledger.db");
        let mut ledger = Ledger::open(&path).unwrap();
        let (id, claim) = ledger.begin(&new()).unwrap();
        ledger.accepted(id, "r-1").unwrap();
        // A crash: nothing is closed, the lock is let go by the system.
        std::mem::forget(ledger);
        let mut next = Ledger::open(&path).unwrap();
        assert!(next.claim(id).unwrap().is_none(), "the first process still has it");
        drop(claim);
        let _claim = next.claim(id).unwrap().expect("nobody has it any more");
        let row = next.open_rows().unwrap().remove(0);
        assert_eq!((row.state, row.request_id.as_deref(), row.seed), (State::Accepted, Some("r-1"), Some(7)));
        next.close(id, &Closing::Saved { files: vec!["/a.png".into()] }).unwrap();
        assert!(next.open_rows().unwrap().is_empty());
        assert_eq!(next.row(id).unwrap().unwrap().files, ["/a.png"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/ledger.db");
        Ledger::open(&path).unwrap().begin(&new()).unwrap();
        for path in [&path, &directory.path().join("deep")] {
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
        }
    }

    #[test]
    fn a_closed_row_keeps_no_pictures() {
        let mut ledger = Ledger::temporary().unwrap();
        let input = r#"{"image_url":"data:image/png;base64,iVBORw=="}"#;
        let (id, _claim) = ledger.begin(&NewRow { input, ..new() }).unwrap();
        assert_eq!(ledger.row(id).unwrap().unwrap().input, input);
        ledger.close(id, &Closing::Failed { why: "refused".into() }).unwrap();
        let row = ledger.row(id).unwrap().unwrap();
        assert!(!row.input.contains("iVBOR") && row.input.contains("sha256"), "{}", row.input);
        assert!(ledger.was_sent_before("a/b/c", input).unwrap() && !ledger.was_sent_before("a/b", input).unwrap());
    }

    #[test]
    fn two_processes_may_make_it_at_once_and_a_newer_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| Ledger::open(&path)?.begin(&new()).map(|row| row.0))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(made.unwrap().len(), 8);
        rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 2").unwrap();
        assert!(Ledger::open(&path).unwrap_err().to_string().contains("newer"));
        let text = directory.path().join("text");
        std::fs::write(&text, "This is no database, and long enough to be told from one.".repeat(10)).unwrap();
        assert!(Ledger::open(&text).is_err());
    }
}

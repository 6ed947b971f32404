//! The `SQLite` file.

use crate::clock;
use crate::ledger::checkpoint::{Checkpointer, WAL_PAGES};
use crate::ledger::claim::{self, Claimant};
use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::key::{CALLS, is_free, is_latest};
use crate::ledger::mark::{Mark, Progress};
use crate::ledger::record::{AnswerText, Record, Texts, Totals};
use crate::ledger::row::{Closing, NewRow, Row};
use crate::ledger::state::{Event, State};
use crate::ledger::{beside, check, create};
use crate::output::warn;
use crate::summary::summarised;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What the caller of an MCP client's call begins with.
const CLIENT: &str = "mcp:";

/// Whether a change is waited for on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Durability {
    /// It survives the process; a power cut may undo it, which leaves the row open.
    Process,
    /// It survives a power cut.
    Disk,
}

/// The changes of a [group](super::group) that is not committed yet.
#[derive(Clone, Copy, Debug)]
struct Group {
    durability: Durability,
    /// How far they have come; none of them is made yet where this is nothing.
    progress: Option<Progress>,
}

/// An open ledger.
#[derive(Debug)]
pub struct Ledger {
    /// The folder of a ledger that is gone with the process.
    #[cfg(feature = "sandbox")]
    scratch: Option<tempfile::TempDir>,
    pub(super) db: Connection,
    path: PathBuf,
    /// Where the processes at work are named; `None` for a ledger that nobody else can open.
    claims: Option<PathBuf>,
    /// This process, once it works on a row.
    claimant: Option<Claimant>,
    mark: Option<Mark>,
    /// Whether it was said that the mark cannot be written.
    is_unmarked: bool,
    checkpointer: Checkpointer,
    grouped: Option<Group>,
}

impl Ledger {
    /// Opens the ledger, or makes it, readable by its owner alone. One of an older version is brought to this one.
    ///
    /// # Errors
    /// When the file cannot be made, is no ledger, was made by a newer version, or
    /// [is damaged](LedgerError::is_damage).
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::open_file(path).map_err(|cause| LedgerError::new(path, cause))
    }

    fn open_file(path: &Path) -> Result<Self, Cause> {
        make_directory(path)?;
        let mut mark = Mark::open(path)?.ok_or(Cause::InUse("`ideogram jobs salvage` is at work on it"))?;
        let progress = mark.read()?;
        if !std::fs::exists(path)? {
            if progress.last_id > 0 {
                return Err(Cause::Damaged(format!("the file with its {} requests is gone", progress.last_id)));
            }
            create::create(path)?;
        }
        let claims = beside(path, ".claims");
        let db = connect(path, &claims, progress).map_err(|cause| match cause {
            Cause::NotALedger if progress.changes > 0 => {
                Cause::Damaged("the head of the file is not as it was written".to_owned())
            }
            cause => cause,
        })?;
        check::open(&db, progress, drop)?;
        let checkpointer = Checkpointer::new(Some(path));
        Ok(Self {
            #[cfg(feature = "sandbox")]
            scratch: None,
            db,
            path: path.to_owned(),
            claims: Some(claims),
            claimant: None,
            mark: Some(mark),
            is_unmarked: false,
            checkpointer,
            grouped: None,
        })
    }

    /// A ledger in memory, gone with the process.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn temporary() -> Result<Self, LedgerError> {
        let path = PathBuf::from(":memory:");
        let open = || -> Result<Connection, Cause> {
            let mut db = Connection::open_in_memory()?;
            create::fill(&mut db)?;
            Ok(db)
        };
        let db = open().map_err(|cause| LedgerError::new(&path, cause))?;
        let checkpointer = Checkpointer::new(None);
        Ok(Self {
            #[cfg(feature = "sandbox")]
            scratch: None,
            db,
            path,
            claims: None,
            claimant: None,
            mark: None,
            is_unmarked: false,
            checkpointer,
            grouped: None,
        })
    }

    /// A ledger in a temporary folder, which several tasks can open; gone with this one.
    #[cfg(feature = "sandbox")]
    pub(crate) fn scratch() -> Result<Self, LedgerError> {
        let folder = tempfile::tempdir().map_err(|error| LedgerError::new(std::env::temp_dir(), error))?;
        let mut ledger = Self::open(&folder.path().join("ledger.db"))?;
        ledger.scratch = Some(folder);
        Ok(ledger)
    }

    /// The same ledger once more, for another task; of one in memory, another one in memory.
    pub(crate) fn another(&self) -> Result<Self, LedgerError> {
        if self.claims.is_none() { Self::temporary() } else { Self::open(&self.path) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the row of a request that is about to be sent, and claims it for this process, in one step.
    ///
    /// # Errors
    /// When the row is not safe on disk, or its batch or its caller [has bought it](LedgerError::is_bought). There is no row then:
    /// do not send the request.
    pub fn begin(&mut self, new: &NewRow<'_>) -> Result<i64, LedgerError> {
        let claim = self.token()?;
        if let Some(mark) = &mut self.mark {
            mark.make_room().map_err(|error| LedgerError::new(&self.path, error))?;
        }
        self.change(Durability::Disk, |db, totals, now| {
            if let Some(batch) = new.batch {
                is_free(db, batch, new.base, new.account)?;
            }
            if let Some(after) = new.after {
                is_latest(db, new.caller, after)?;
            }
            totals.last_id += 1;
            totals.total += 1;
            totals.opened += 1;
            let mut record = Record {
                id: totals.last_id,
                change: totals.changes,
                state: State::Sending.as_str().to_owned(),
                claim: Some(claim),
                created_ms: now,
                updated_ms: now,
                sent_ms: Some(now),
                started_ms: None,
                ended_ms: None,
                clock_offset_ms: new.clock_offset_ms,
                base: new.base.to_owned(),
                account: new.account.map(str::to_owned),
                caller: new.caller.to_owned(),
                delivered: false,
                batch: new.batch.map(|(name, _)| name.to_owned()),
                batch_key: new.batch.map(|(_, key)| key.to_owned()),
                queued: new.queued,
                endpoint: new.endpoint.to_owned(),
                input_sum: 0,
                input_sha256: fingerprint(new.endpoint, new.input),
                seed: new.seed,
                cost_micros: new.cost_micros,
                request_id: None,
                answer_sum: None,
                destination: new.destination.map(|path| path.as_os_str().as_encoded_bytes().to_vec()),
                overwrite: new.overwrite,
                taking: None,
                files: "[]".to_owned(),
                note: None,
            };
            record.insert(db, new.input, None)?;
            Ok(record.id)
        })
    }

    /// Whether this very input was sent to this endpoint before: then a random seed is drawn again.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). Then do not take the input for a new one.
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
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). Then do not take a request with this id for one of
    /// which the ledger does not know.
    pub fn has_request_id(&self, request_id: &str) -> Result<bool, LedgerError> {
        let found = self
            .db
            .prepare_cached("SELECT 1 FROM requests WHERE request_id = ?1")
            .and_then(|mut select| select.exists([request_id]));
        found.map_err(|error| self.failed(error))
    }

    /// Whether a file is another row's, or about to be. A ledger that cannot be read says yes.
    pub(crate) fn has_file(&self, not_of: i64, path: &str) -> bool {
        let found = self
            .db
            .prepare_cached(
                "SELECT 1 FROM requests WHERE id <> ?1 AND (?2 IN (SELECT value FROM json_each(files)) \
                 OR ?2 IN (SELECT value FROM json_each(CAST(taking AS TEXT))))",
            )
            .and_then(|mut select| select.exists(params![not_of, path]));
        found.unwrap_or(true)
    }

    /// Notes the service's id of the request. Do this before waiting for the result.
    ///
    /// # Errors
    /// When there is no such row, its state does not allow that, or the id is not safe on disk. The row is as it was. The
    /// service has the request all the same: tell the user its id, and do not send it again.
    pub fn accepted(&mut self, id: i64, request_id: &str) -> Result<(), LedgerError> {
        self.update(id, Durability::Disk, Some(Event::Accepted), |record, _| {
            record.request_id = Some(request_id.to_owned());
            record.note = None;
        })
    }

    /// Takes a failed request up again, to ask the service once more.
    ///
    /// # Errors
    /// When there is no such row, it did not fail, or the file cannot be written. The row stays `failed`: do not go on with it.
    pub fn ask_again(&mut self, id: i64) -> Result<(), LedgerError> {
        self.update(id, Durability::Process, Some(Event::AskedAgain), |_, _| {})
    }

    /// Notes that the answer to the request was lost.
    ///
    /// # Errors
    /// When there is no such row, its state does not allow that, or it is not safe on disk. The row is as it was, and as open:
    /// do not send the request again.
    pub fn lost(&mut self, id: i64, why: &str) -> Result<(), LedgerError> {
        self.update(id, Durability::Disk, Some(Event::ReplyLost), |record, _| record.note = Some(why.to_owned()))
    }

    /// Notes when the service began to work on it, in milliseconds since 1970.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The row is as it was, which harms only the expected times: do
    /// not give the request up for that.
    pub fn started(&mut self, id: i64, started_ms: i64) -> Result<(), LedgerError> {
        self.update(id, Durability::Process, None, |record, _| record.started_ms = Some(started_ms))
    }

    /// Says something about an open row, for whoever looks at it next.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The row is as it was, and as open.
    pub fn note(&mut self, id: i64, text: &str) -> Result<(), LedgerError> {
        self.update(id, Durability::Process, None, |record, _| record.note = Some(text.to_owned()))
    }

    /// Notes how far the service's clock is ahead of this machine's, for the search in its history.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The row is as it was; a later search in the history has to do
    /// without.
    pub fn clock_offset(&mut self, id: i64, milliseconds: i64) -> Result<(), LedgerError> {
        self.update(id, Durability::Process, None, |record, _| record.clock_offset_ms = Some(milliseconds))
    }

    /// Keeps the service's answer until its files are saved: whatever it points to may outlive the answer itself. The
    /// answer to a call in one piece cannot be asked for again, so it is waited for on the disk; one from the queue can.
    ///
    /// # Errors
    /// When there is no such row, its state does not allow that, or the file cannot be written. The row does not have the answer
    /// then: do not drop it before its files are saved; that of a synchronous call cannot be fetched again.
    pub fn answered(&mut self, id: i64, request_id: Option<&str>, answer: &str) -> Result<(), LedgerError> {
        let queued = self.row(id)?.is_some_and(|row| row.queued);
        let durability = if queued { Durability::Process } else { Durability::Disk };
        self.update(id, durability, Some(Event::Answered), |record, texts| {
            if let Some(request_id) = request_id {
                record.request_id = Some(request_id.to_owned());
            }
            texts.answer = AnswerText::Set(answer.to_owned());
        })
    }

    /// Notes the paths that the files of an answer have, or are about to get: whoever takes the row up after a crash looks
    /// there first. A power cut may undo it.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The row is as it was. A file may still be saved: whoever takes
    /// the row up after a crash may save it once more under another name.
    pub fn about_to_take(&mut self, id: i64, files: &[String]) -> Result<(), LedgerError> {
        let taking = Value::from(files).to_string().into_bytes();
        self.update(id, Durability::Process, None, |record, _| record.taking = Some(taking))
    }

    /// Closes the row. Its input is kept, data URIs summarised. A power cut may undo it: the row is then open again,
    /// which is the safe side.
    ///
    /// # Errors
    /// When there is no such row, its state does not allow that, or the file cannot be written. The row stays open then: do not
    /// send the request again, and remove none of its files.
    pub fn close(&mut self, id: i64, closing: &Closing) -> Result<(), LedgerError> {
        let (event, files, note) = closing.parts();
        let summary = self.row(id)?.and_then(|row| without_data(&row.input));
        self.update(id, Durability::Process, Some(event), |record, texts| {
            record.files = Value::from(files).to_string();
            record.note = note.map(str::to_owned);
            record.delivered = event == Event::Saved && !record.caller.starts_with(CLIENT);
            record.taking = None;
            texts.input = summary;
            if record.answer_sum.is_some() {
                texts.answer = AnswerText::Removed;
            }
        })
    }

    /// The rows that may have cost money for nothing in hand yet, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, or not every open row is as it was written ([damage](LedgerError::is_damage)). Then do not
    /// say that nothing is open.
    pub fn open_rows(&self) -> Result<Vec<Row>, LedgerError> {
        let mut rows = Vec::new();
        let checked = check::open(&self.db, Progress::default(), |row| rows.push(row));
        checked.map(|()| rows).map_err(|cause| self.failed(cause))
    }

    /// The latest rows, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). Rows that are not as they were written are left
    /// out.
    pub fn recent_rows(&self, most: u32) -> Result<Vec<Row>, LedgerError> {
        let mut rows =
            check::rows(&self.db, "ORDER BY id DESC LIMIT ?1", [most]).map_err(|cause| self.failed(cause))?.sound;
        rows.reverse();
        Ok(rows)
    }

    /// Reads everything there is; gives the numbers of closed rows that are not as they were written.
    ///
    /// # Errors
    /// When the file cannot be read, or anything else is not as it was written ([damage](LedgerError::is_damage)). Then do not
    /// send anything that this ledger is to note.
    pub fn check(&self) -> Result<Vec<i64>, LedgerError> {
        check::full(&self.db).map_err(|cause| self.failed(cause))
    }

    /// The row of that number.
    ///
    /// # Errors
    /// When the file cannot be read, or the row is not as it was written ([damage](LedgerError::is_damage)). Then do not say that
    /// there is none.
    pub fn row(&self, id: i64) -> Result<Option<Row>, LedgerError> {
        let mut rows = check::rows(&self.db, "WHERE id = ?1", [id]).map_err(|cause| self.failed(cause))?;
        if rows.damaged.is_empty() {
            Ok(rows.sound.pop())
        } else {
            Err(self.failed(Cause::Damaged(format!("request {id} is not as it was written"))))
        }
    }

    /// The latest row of this MCP client's call with a number above `after`.
    ///
    /// # Errors
    /// When the file cannot be read, or the row is not as it was written ([damage](LedgerError::is_damage)). Then it is not known
    /// whether the call is bought: do not buy it.
    pub fn latest_of(&self, caller: &str, after: i64) -> Result<Option<Row>, LedgerError> {
        let tail = format!("WHERE {CALLS} AND caller = ?1 AND id > ?2 ORDER BY id DESC LIMIT 1");
        let mut rows = check::rows(&self.db, &tail, params![caller, after]).map_err(|cause| self.failed(cause))?;
        match rows.damaged.first() {
            None => Ok(rows.sound.pop()),
            Some(id) => Err(self.failed(Cause::Damaged(format!("request {id} is not as it was written")))),
        }
    }

    /// Notes that the result of a saved row was handed over.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The row counts as not handed over then, so an identical call gets
    /// the same result once more: do not buy it again.
    pub fn delivered(&mut self, id: i64) -> Result<(), LedgerError> {
        self.update(id, Durability::Process, None, |record, _| record.delivered = true)
    }

    /// The latest row with this request id.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). A row that is not as it was written counts as none.
    pub fn row_of_request(&self, request_id: &str) -> Result<Option<Row>, LedgerError> {
        let tail = "WHERE request_id = ?1 ORDER BY id DESC LIMIT 1";
        let rows = check::rows(&self.db, tail, [request_id]).map_err(|cause| self.failed(cause))?;
        Ok(rows.sound.into_iter().next())
    }

    /// Claims the row for this process; `false` while another, or another task of this one, works on it.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be read or written. The row is not claimed then: do not work on it.
    pub fn claim(&mut self, id: i64) -> Result<bool, LedgerError> {
        let token = self.token()?;
        let claims = self.claims.clone();
        self.change(Durability::Process, |db, totals, now| {
            let mut record = Record::find(db, id)?.ok_or(Cause::NoRow(id))?;
            if let Some(holder) = &record.claim {
                let lives = claims.as_deref().is_none_or(|claims| claim::lives(claims, holder).unwrap_or(true));
                if lives || *holder == token {
                    return Ok(false);
                }
            }
            record.claim = Some(token);
            (record.change, record.updated_ms) = (totals.changes, now);
            record.update(db, &Texts::default())?;
            Ok(true)
        })
    }

    /// Whether a process is at work on the row, this one or another.
    ///
    /// # Errors
    /// When the file cannot be read, or the row is not as it was written ([damage](LedgerError::is_damage)). Then take it for
    /// claimed.
    pub fn is_claimed(&self, id: i64) -> Result<bool, LedgerError> {
        let record = Record::find(&self.db, id).map_err(|broken| self.failed(broken))?;
        Ok(match (record.and_then(|record| record.claim), self.claims.as_deref()) {
            (Some(holder), Some(claims)) => claim::lives(claims, &holder).unwrap_or(true),
            (holder, _) => holder.is_some(),
        })
    }

    /// Gives the claim up that this process has on a row that stays open; another process's stays. A row that is closed, and a
    /// process that ends, have none.
    ///
    /// # Errors
    /// When there is no such row, or the file cannot be written. The claim stays until this process ends.
    pub fn release(&mut self, id: i64) -> Result<(), LedgerError> {
        let own = self.claimant.as_ref().map(|claimant| claimant.token().to_owned());
        self.update(id, Durability::Process, None, |record, _| {
            record.claim.take_if(|holder| own.as_ref() == Some(holder));
        })
    }

    /// Removes what processes that ended have left behind.
    pub fn tidy(&self) {
        if let Some(claims) = &self.claims {
            claim::tidy(claims);
        }
    }

    /// The same ledger, whose rows stay in the log: as when each process ends at once.
    #[cfg(test)]
    pub(super) fn without_checkpoints(mut self) -> Self {
        self.checkpointer = Checkpointer::new(None);
        self
    }

    /// The same ledger with a mark that cannot be written.
    #[cfg(test)]
    pub(super) fn unmarked(mut self) -> Self {
        self.mark = Mark::unwritable(&self.path).ok();
        self
    }

    /// This process's name in a claim.
    fn token(&mut self) -> Result<String, LedgerError> {
        if let Some(claimant) = &self.claimant {
            return Ok(claimant.token().to_owned());
        }
        let claimant = match &self.claims {
            Some(claims) => Claimant::new(claims).map_err(|error| LedgerError::new(claims, error))?,
            None => Claimant::alone(),
        };
        Ok(self.claimant.insert(claimant).token().to_owned())
    }

    /// Changes one row as far as its state allows it.
    fn update(
        &mut self,
        id: i64,
        durability: Durability,
        event: Option<Event>,
        apply: impl FnOnce(&mut Record, &mut Texts),
    ) -> Result<(), LedgerError> {
        self.change(durability, |db, totals, now| {
            let mut record = Record::find(db, id)?.ok_or(Cause::NoRow(id))?;
            if let (Some(event), Some(before)) = (event, record.state()) {
                let after = before.after(event).ok_or(Cause::Impossible(id, before, event))?;
                totals.opened += i64::from(after.is_open()) - i64::from(before.is_open());
                after.as_str().clone_into(&mut record.state);
                record.ended_ms = match after {
                    State::Sending | State::Accepted | State::Lost => None,
                    _ => record.ended_ms.or(Some(now)),
                };
                if !after.is_open() {
                    record.claim = None;
                }
            }
            let mut texts = Texts::default();
            apply(&mut record, &mut texts);
            (record.change, record.updated_ms) = (totals.changes, now);
            Ok(record.update(db, &texts)?)
        })
    }

    /// One change, in one transaction with the counts.
    pub(super) fn change<T>(
        &mut self,
        durability: Durability,
        change: impl FnOnce(&Connection, &mut Totals, i64) -> Result<T, Cause>,
    ) -> Result<T, LedgerError> {
        if let Some(group) = self.grouped {
            if durability > group.durability {
                return Err(self.failed(std::io::Error::other("a change that waits for the disk is among others")));
            }
            let (value, progress) = counted(&self.db, change).map_err(|cause| self.failed(cause))?;
            self.grouped = Some(Group { progress: Some(progress), ..group });
            return Ok(value);
        }
        let outcome = self.try_change(durability, change);
        // Restores the setting to wait for the disk, whatever the outcome. If this fails, the next change sets it again; this one
        // is made.
        let _ = wait_for_disk(&self.db, Durability::Disk);
        let (value, progress) = outcome.map_err(|cause| self.failed(cause))?;
        self.checkpointer.changed();
        if durability == Durability::Disk {
            self.note_progress(progress);
        }
        Ok(value)
    }

    /// Notes in the mark how far the ledger has come. What is committed is committed: to call that a failure would have the
    /// caller say that nothing was noted. The next note that can be written is for all that was changed by then.
    fn note_progress(&mut self, progress: Progress) {
        let Some(Err(error)) = self.mark.as_mut().map(|mark| mark.write(progress)) else { return };
        if !std::mem::replace(&mut self.is_unmarked, true) {
            warn(&format!(
                "the mark beside the ledger `{}` cannot be written: {error}; the ledger has every request, but it would not be \
                 noticed if its latest ones were lost",
                self.path.display()
            ));
        }
    }

    fn try_change<T>(
        &mut self,
        durability: Durability,
        change: impl FnOnce(&Connection, &mut Totals, i64) -> Result<T, Cause>,
    ) -> Result<(T, Progress), Cause> {
        wait_for_disk(&self.db, durability)?;
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let changed = counted(&transaction, change)?;
        transaction.commit()?;
        Ok(changed)
    }

    /// From here on changes wait for [`commit_group`](Self::commit_group).
    pub(super) fn begin_group(&mut self, durability: Durability) -> Result<(), LedgerError> {
        let begin = || wait_for_disk(&self.db, durability).and_then(|()| self.db.execute_batch("BEGIN IMMEDIATE"));
        begin().map_err(|error| self.failed(error))?;
        self.grouped = Some(Group { durability, progress: None });
        Ok(())
    }

    /// A full disk, for one, undoes the whole transaction: no change of it is made then.
    fn is_begun(&self) -> Result<(), LedgerError> {
        let undone = || self.failed(std::io::Error::other("the transaction was undone"));
        if self.db.is_autocommit() { Err(undone()) } else { Ok(()) }
    }

    /// One piece of work in a group: all of it is made, or nothing.
    pub(super) fn whole<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let before = self.grouped;
        self.is_begun()?;
        self.db.execute_batch("SAVEPOINT whole").map_err(|error| self.failed(error))?;
        match work(self) {
            Ok(value) => {
                self.db.execute_batch("RELEASE whole").map_err(|error| self.failed(error))?;
                Ok(value)
            }
            Err(error) => {
                self.grouped = before;
                // If this fails, the whole transaction was undone already.
                let _ = self.db.execute_batch("ROLLBACK TO whole; RELEASE whole");
                Err(error)
            }
        }
    }

    /// Commits all changes since [`begin_group`](Self::begin_group), waiting for the disk once where that was wanted; or
    /// undoes all of them.
    pub(super) fn commit_group(&mut self) -> Result<(), LedgerError> {
        let group = self.grouped.take();
        self.is_begun()?;
        let to_disk = group.filter(|group| group.durability == Durability::Disk).and_then(|group| group.progress);
        if let Err(error) = self.db.execute_batch("COMMIT") {
            if !self.db.is_autocommit() {
                // If this fails, there is nothing to undo.
                let _ = self.db.execute_batch("ROLLBACK");
            }
            return Err(self.failed(error));
        }
        self.checkpointer.changed();
        if let Some(progress) = to_disk {
            self.note_progress(progress);
        }
        Ok(())
    }

    pub(super) fn failed(&self, cause: impl Into<Cause>) -> LedgerError {
        LedgerError::new(&self.path, cause)
    }
}

/// A change together with the counts.
fn counted<T>(
    db: &Connection,
    change: impl FnOnce(&Connection, &mut Totals, i64) -> Result<T, Cause>,
) -> Result<(T, Progress), Cause> {
    let mut totals = Totals::read(db)?;
    totals.changes += 1;
    let value = change(db, &mut totals, clock::now_ms())?;
    totals.write(db)?;
    Ok((value, Progress { changes: totals.changes, last_id: totals.last_id }))
}

/// Opens the file, and brings it to this version.
fn connect(path: &Path, claims: &Path, progress: Progress) -> Result<Connection, Cause> {
    let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(create::BUSY)?;
    // Emptying the log at every exit costs three waits for the disk: see `checkpoint`.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version = create::version(&db)?;
    if version > create::VERSION {
        return Err(Cause::Version(version));
    }
    create::wal(&db)?;
    db.execute_batch(&format!("PRAGMA wal_autocheckpoint = {WAL_PAGES}; PRAGMA cell_size_check = ON;"))?;
    wait_for_disk(&db, Durability::Disk)?;
    if version == 0 && progress.changes > 0 {
        return Err(Cause::Damaged(format!("the file is empty, and had {} requests", progress.last_id)));
    }
    if version == 0 {
        create::fill(&mut db)?;
    } else if version < create::VERSION {
        create::migrate(&mut db, claims)?;
    }
    create::index(&db)?;
    Ok(db)
}

fn wait_for_disk(db: &Connection, durability: Durability) -> rusqlite::Result<()> {
    db.execute_batch(match durability {
        Durability::Disk => "PRAGMA synchronous = FULL",
        Durability::Process => "PRAGMA synchronous = NORMAL",
    })
}

/// Makes the ledger's directory for the owner's eyes alone, when it is not there yet: prompts are private.
fn make_directory(path: &Path) -> std::io::Result<()> {
    let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made: Vec<&Path> = directory.ancestors().take_while(|folder| !folder.exists()).collect();
    builder.create(directory)?;
    // Unless the parent folder is synced, a power cut may remove the new folder, and the ledger with it.
    made.iter().filter_map(|folder| folder.parent()).try_for_each(sync_folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match std::fs::File::open(folder)?.sync_all() {
        // Not every file system supports this.
        Err(error) if matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported) => {
            Ok(())
        }
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn fingerprint(endpoint: &str, input: &str) -> Vec<u8> {
    Sha256::new().chain_update(endpoint).chain_update([0]).chain_update(input).finalize().to_vec()
}

/// The input without its data URIs, where it has any.
fn without_data(input: &str) -> Option<String> {
    match serde_json::from_str(input) {
        Ok(Value::Object(fields)) => Some(summarised(&fields).to_string()).filter(|summary| summary != input),
        _ => None,
    }
}

//! A row as it is stored, with its checksum: every column but the two long texts, which have checksums of their own.

use crate::ledger::checksum::Checksum;
use crate::ledger::row::Row;
use crate::ledger::state::State;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use std::path::PathBuf;

/// The columns, in the order of [`Record::read`] and [`Record::write`].
pub(super) const COLUMNS: &str = "id, change, state, claim, created_ms, updated_ms, sent_ms, started_ms, ended_ms, \
     clock_offset_ms, base, account, caller, delivered, batch, batch_key, queued, endpoint, input_sum, input_sha256, seed, \
     cost_micros, request_id, answer_sum, destination, overwrite, taking, files, note, sum";

/// Why a stored row is not to be trusted.
#[derive(Debug)]
pub(super) enum Broken {
    /// Its checksum is not that of its content.
    Damaged,
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: i64,
    pub(super) change: i64,
    pub(super) state: String,
    pub(super) claim: Option<String>,
    pub(super) created_ms: i64,
    pub(super) updated_ms: i64,
    pub(super) sent_ms: Option<i64>,
    pub(super) started_ms: Option<i64>,
    pub(super) ended_ms: Option<i64>,
    pub(super) clock_offset_ms: Option<i64>,
    pub(super) base: String,
    pub(super) account: Option<String>,
    pub(super) caller: String,
    pub(super) delivered: bool,
    pub(super) batch: Option<String>,
    pub(super) batch_key: Option<String>,
    pub(super) queued: bool,
    pub(super) endpoint: String,
    pub(super) input_sum: i64,
    pub(super) input_sha256: Vec<u8>,
    pub(super) seed: Option<i64>,
    pub(super) cost_micros: Option<i64>,
    pub(super) request_id: Option<String>,
    pub(super) answer_sum: Option<i64>,
    pub(super) destination: Option<Vec<u8>>,
    pub(super) overwrite: bool,
    pub(super) taking: Option<Vec<u8>>,
    pub(super) files: String,
    pub(super) note: Option<String>,
}

impl Record {
    fn checksum(&self) -> i64 {
        let text = |text: &Option<String>| text.clone().map(String::into_bytes);
        Checksum::new()
            .number(self.id)
            .number(self.change)
            .bytes(self.state.as_bytes())
            .optional(text(&self.claim).as_deref())
            .number(self.created_ms)
            .number(self.updated_ms)
            .optional_number(self.sent_ms)
            .optional_number(self.started_ms)
            .optional_number(self.ended_ms)
            .optional_number(self.clock_offset_ms)
            .bytes(self.base.as_bytes())
            .optional(text(&self.account).as_deref())
            .bytes(self.caller.as_bytes())
            .number(self.delivered.into())
            .optional(text(&self.batch).as_deref())
            .optional(text(&self.batch_key).as_deref())
            .number(self.queued.into())
            .bytes(self.endpoint.as_bytes())
            .number(self.input_sum)
            .bytes(&self.input_sha256)
            .optional_number(self.seed)
            .optional_number(self.cost_micros)
            .optional(text(&self.request_id).as_deref())
            .optional_number(self.answer_sum)
            .optional(self.destination.as_deref())
            .number(self.overwrite.into())
            .optional(self.taking.as_deref())
            .bytes(self.files.as_bytes())
            .optional(text(&self.note).as_deref())
            .finish()
    }

    /// The state, of a record that was read and so has one.
    pub(super) fn state(&self) -> Option<State> {
        State::parse(&self.state)
    }

    /// Reads the columns of [`COLUMNS`], and checks them.
    pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<Self, Broken> {
        let record = Self {
            id: row.get(0)?,
            change: row.get(1)?,
            state: row.get(2)?,
            claim: row.get(3)?,
            created_ms: row.get(4)?,
            updated_ms: row.get(5)?,
            sent_ms: row.get(6)?,
            started_ms: row.get(7)?,
            ended_ms: row.get(8)?,
            clock_offset_ms: row.get(9)?,
            base: row.get(10)?,
            account: row.get(11)?,
            caller: row.get(12)?,
            delivered: row.get(13)?,
            batch: row.get(14)?,
            batch_key: row.get(15)?,
            queued: row.get(16)?,
            endpoint: row.get(17)?,
            input_sum: row.get(18)?,
            input_sha256: row.get(19)?,
            seed: row.get(20)?,
            cost_micros: row.get(21)?,
            request_id: row.get(22)?,
            answer_sum: row.get(23)?,
            destination: row.get(24)?,
            overwrite: row.get(25)?,
            taking: row.get(26)?,
            files: row.get(27)?,
            note: row.get(28)?,
        };
        let sound = record.checksum() == row.get::<_, i64>(29)? && record.state().is_some();
        if sound { Ok(record) } else { Err(Broken::Damaged) }
    }

    /// The record of that number.
    pub(super) fn find(db: &Connection, id: i64) -> Result<Option<Self>, Broken> {
        let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM requests WHERE id = ?1"))?;
        let mut rows = select.query([id])?;
        rows.next()?.map(Self::read).transpose()
    }

    /// Writes a new row with its input.
    pub(super) fn insert(&mut self, db: &Connection, input: &str, answer: Option<&str>) -> rusqlite::Result<()> {
        self.input_sum = Checksum::of(input);
        self.answer_sum = answer.map(Checksum::of);
        db.prepare_cached(&format!(
            "INSERT INTO requests ({COLUMNS}, input, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
             ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)"
        ))?
        .execute(params![
            self.id,
            self.change,
            self.state,
            self.claim,
            self.created_ms,
            self.updated_ms,
            self.sent_ms,
            self.started_ms,
            self.ended_ms,
            self.clock_offset_ms,
            self.base,
            self.account,
            self.caller,
            self.delivered,
            self.batch,
            self.batch_key,
            self.queued,
            self.endpoint,
            self.input_sum,
            self.input_sha256,
            self.seed,
            self.cost_micros,
            self.request_id,
            self.answer_sum,
            self.destination,
            self.overwrite,
            self.taking,
            self.files,
            self.note,
            self.checksum(),
            input,
            answer,
        ])
        .map(|_| ())
    }

    /// Writes what may change in a row; its input and answer only where they are given.
    pub(super) fn update(&mut self, db: &Connection, texts: &Texts) -> rusqlite::Result<()> {
        if let Some(input) = &texts.input {
            self.input_sum = Checksum::of(input);
            db.prepare_cached("UPDATE requests SET input = ?2 WHERE id = ?1")?.execute(params![self.id, input])?;
        }
        let answer = match &texts.answer {
            AnswerText::Kept => None,
            AnswerText::Set(answer) => Some(Some(answer.as_str())),
            AnswerText::Removed => Some(None),
        };
        if let Some(answer) = answer {
            self.answer_sum = answer.map(Checksum::of);
            db.prepare_cached("UPDATE requests SET answer = ?2 WHERE id = ?1")?.execute(params![self.id, answer])?;
        }
        db.prepare_cached(
            "UPDATE requests SET change = ?2, state = ?3, claim = ?4, updated_ms = ?5, started_ms = ?6, ended_ms = ?7, \
             clock_offset_ms = ?8, delivered = ?9, input_sum = ?10, request_id = ?11, answer_sum = ?12, taking = ?13, \
             files = ?14, note = ?15, destination = ?16, sum = ?17 WHERE id = ?1",
        )?
        .execute(params![
            self.id,
            self.change,
            self.state,
            self.claim,
            self.updated_ms,
            self.started_ms,
            self.ended_ms,
            self.clock_offset_ms,
            self.delivered,
            self.input_sum,
            self.request_id,
            self.answer_sum,
            self.taking,
            self.files,
            self.note,
            self.destination,
            self.checksum(),
        ])
        .map(|_| ())
    }

    /// The row with its two long texts, checked.
    pub(super) fn with_texts(self, input: String, answer: Option<String>) -> Result<Row, Broken> {
        let sound = Checksum::of(&input) == self.input_sum && answer.as_deref().map(Checksum::of) == self.answer_sum;
        let (Some(state), true) = (self.state(), sound) else { return Err(Broken::Damaged) };
        Ok(Row {
            id: self.id,
            created_ms: self.created_ms,
            updated_ms: self.updated_ms,
            state,
            clock_offset_ms: self.clock_offset_ms,
            started_ms: self.started_ms,
            ended_ms: self.ended_ms,
            base: self.base,
            account: self.account,
            queued: self.queued,
            endpoint: self.endpoint,
            input,
            seed: self.seed,
            cost_micros: self.cost_micros,
            batch: self.batch,
            batch_key: self.batch_key,
            request_id: self.request_id,
            answer,
            destination: self.destination.map(path_of),
            overwrite: self.overwrite,
            taking: self.taking.and_then(|taking| serde_json::from_slice(&taking).ok()).unwrap_or_default(),
            files: serde_json::from_str::<Value>(&self.files)
                .ok()
                .and_then(|files| serde_json::from_value(files).ok())
                .unwrap_or_default(),
            note: self.note,
            caller: self.caller,
            delivered: self.delivered,
        })
    }
}

/// The long texts of a row that change with it.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) input: Option<String>,
    pub(super) answer: AnswerText,
}

/// What becomes of a row's answer.
#[derive(Debug, Default)]
pub(super) enum AnswerText {
    #[default]
    Kept,
    Set(String),
    Removed,
}

/// What the ledger as a whole has: counts that show when a row is missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Totals {
    pub(super) changes: i64,
    pub(super) last_id: i64,
    pub(super) total: i64,
    pub(super) opened: i64,
}

impl Totals {
    fn checksum(self) -> i64 {
        // A new file's zeros are valid, so that the table can be made by SQL alone.
        if self == (Self { changes: 0, last_id: 0, total: 0, opened: 0 }) {
            return 0;
        }
        Checksum::new().number(self.changes).number(self.last_id).number(self.total).number(self.opened).finish()
    }

    pub(super) fn read(db: &Connection) -> Result<Self, Broken> {
        let found = db
            .prepare_cached("SELECT changes, last_id, total, opened, sum FROM ledger WHERE one = 1")?
            .query_row([], |row| {
                let totals =
                    Self { changes: row.get(0)?, last_id: row.get(1)?, total: row.get(2)?, opened: row.get(3)? };
                Ok((totals, row.get::<_, i64>(4)?))
            })
            .optional()?;
        match found {
            Some((totals, sum)) if totals.checksum() == sum => Ok(totals),
            _ => Err(Broken::Damaged),
        }
    }

    pub(super) fn write(self, db: &Connection) -> rusqlite::Result<()> {
        db.prepare_cached(
            "UPDATE ledger SET changes = ?1, last_id = ?2, total = ?3, opened = ?4, sum = ?5 WHERE one = 1",
        )?
        .execute(params![self.changes, self.last_id, self.total, self.opened, self.checksum()])
        .map(|_| ())
    }
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

//! Makes a working ledger from a damaged one, with every row that is undamaged. The damaged file is kept beside it.

use crate::clock;
use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::mark::{Mark, Progress};
use crate::ledger::record::{Broken, Record, Totals};
use crate::ledger::store::Ledger;
use crate::ledger::uploads::{self, Stored};
use crate::ledger::{beside, create, wal_copy};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What came of a salvage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Salvaged {
    /// How many rows the new ledger has.
    pub rows: usize,
    /// How many of them are open.
    pub open: usize,
    /// The numbers of the rows that could not be read.
    pub missing: Vec<i64>,
    /// Where the damaged file is now; `None` where it was gone.
    pub moved_to: Option<PathBuf>,
}

/// Writes a working ledger of what can be read, and moves the damaged file aside. `None` where nothing is damaged.
///
/// # Errors
/// When another process uses the ledger, a newer version made it, or the files cannot be written.
pub fn salvage(path: &Path) -> Result<Option<Salvaged>, LedgerError> {
    match Ledger::open(path).and_then(|ledger| ledger.check()) {
        Ok(damaged) if damaged.is_empty() => return Ok(None),
        Err(error) if !error.is_damage() => return Err(error),
        _ => {}
    }
    salvage_alone(path).map(Some).map_err(|cause| LedgerError::new(path, cause))
}

fn salvage_alone(path: &Path) -> Result<Salvaged, Cause> {
    let mut mark = Mark::alone(path)?.ok_or(Cause::InUse("end every other `ideogram` first"))?;
    let progress = mark.read()?;
    let Readable { rows, uploads, last_id, total } = readable(path, progress)?;
    let count = rows.len();
    // A missing number may be a row that the user has pruned. If the number of rows equals the stored count, that is
    // so.
    let is_whole = total.is_some_and(|total| usize::try_from(total).is_ok_and(|total| total <= count));
    let missing: Vec<i64> =
        if is_whole { Vec::new() } else { (1..=last_id).filter(|id| !rows.contains_key(id)).collect() };
    let (file, totals) = create::build(path, |db| {
        let mut totals = create::insert(db, rows.into_values().collect())?;
        // No number is used twice, and the mark is not ahead of the ledger.
        totals.last_id = last_id;
        totals.changes = totals.changes.max(progress.changes) + 1;
        totals.write(db)?;
        uploads::insert(db, &uploads)?;
        Ok(totals)
    })?;
    let moved_to = move_aside(path)?;
    file.persist(path).map_err(|refused| refused.error)?;
    mark.write(Progress { changes: totals.changes, last_id })?;
    let open = usize::try_from(totals.opened).unwrap_or_default();
    Ok(Salvaged { rows: count, open, missing, moved_to })
}

/// Moves the file and its log to a name of their own; the log belongs to no other file.
fn move_aside(path: &Path) -> Result<Option<PathBuf>, Cause> {
    let aside = beside(path, &format!(".damaged-{}", clock::now_ms()));
    let wal = beside(path, "-wal");
    if fs::exists(&wal)? {
        fs::rename(&wal, beside(&aside, "-wal"))?;
    }
    let index = beside(path, "-shm");
    if fs::exists(&index)? {
        fs::remove_file(&index)?;
    }
    if !fs::exists(path)? {
        return Ok(None);
    }
    fs::rename(path, &aside)?;
    Ok(Some(aside))
}

/// What can be read in one way or another.
struct Readable {
    /// Every row, each as it was last written.
    rows: BTreeMap<i64, create::Whole>,
    uploads: Vec<Stored>,
    /// The highest number there was.
    last_id: i64,
    /// How many rows there were, where the latest counts can be read.
    total: Option<i64>,
}

fn readable(path: &Path, progress: Progress) -> Result<Readable, Cause> {
    let mut rows: BTreeMap<i64, create::Whole> = BTreeMap::new();
    let (mut uploads, mut total) = (Vec::new(), None);
    let mut last_id = progress.last_id;
    let wal = fs::read(beside(path, "-wal")).unwrap_or_default();
    // Three attempts: as it is; without its log; and with all of its log, which SQLite alone would read only up to the
    // first damaged byte.
    for wal in [Some(wal.clone()), None, wal_copy::with_new_checksums(wal)] {
        let copy =
            tempfile::tempdir_in(path.parent().filter(|at| !at.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
        let file = copy.path().join("ledger.db");
        if !fs::exists(path)? {
            continue;
        }
        fs::copy(path, &file)?;
        if let Some(wal) = wal {
            fs::write(beside(&file, "-wal"), wal)?;
        }
        let Ok(db) = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE) else { continue };
        last_id = last_id.max(highest(&db));
        let counts = Totals::read(&db).ok().filter(|counts| counts.changes >= progress.changes);
        total = total.or(counts.map(|counts| counts.total));
        let found = uploads::readable(&db);
        if found.len() > uploads.len() {
            uploads = found;
        }
        for id in 1..=last_id {
            let Some(found) = read(&db, id) else { continue };
            match rows.get(&id) {
                Some((known, _, _)) if known.change >= found.0.change => {}
                _ => {
                    rows.insert(id, found);
                }
            }
        }
    }
    Ok(Readable { rows, uploads, last_id, total })
}

/// The highest number of a row, by the counts and by the table, as far as they can be read.
fn highest(db: &Connection) -> i64 {
    let counted = Totals::read(db).map(|totals| totals.last_id).unwrap_or_default();
    let listed = db.query_row("SELECT max(id) FROM requests NOT INDEXED", [], |row| row.get::<_, Option<i64>>(0));
    let listed = listed.ok().flatten().unwrap_or_default();
    // A number from a damaged page could be wrong, so it counts only if there is a row with it.
    if read(db, listed).is_some() { counted.max(listed) } else { counted }
}

/// One row, if it is as it was written. Those of version 1 have no checksums to tell.
fn read(db: &Connection, id: i64) -> Option<create::Whole> {
    match Record::find(db, id) {
        Ok(record) => {
            let mut record = record?;
            let (input, answer) = db
                .query_row("SELECT input, answer FROM requests WHERE id = ?1", [id], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))
                })
                .ok()?;
            record.clone().with_texts(input.clone(), answer.clone()).ok()?;
            record.claim = None;
            Some((record, input, answer))
        }
        Err(Broken::Damaged) => None,
        Err(Broken::Sqlite(_)) => create::version_1(db, &format!("WHERE id = {id}")).ok()?.pop(),
    }
}

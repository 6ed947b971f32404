//! The mark beside the ledger: a small file with the number of the ledger's latest change, so that lost rows are noticed.
//!
//! A database that was replaced by an older copy is a valid database, and so is one whose log is missing. Only
//! something outside the database can show that rows are missing. After every change that was synced to disk, its
//! number is written here. The note itself is not synced, so the ledger may be ahead of the mark. When the ledger is
//! behind the mark, its file or its write-ahead log was lost, cut or put back.
//!
//! The room for all notes is made before the first request is written, so a disk that is full stops that request and not its
//! note. A note that cannot be written for another reason is a warning: the change that it is about is made.
//!
//! A ledger in use holds a shared lock on the mark; `jobs salvage` needs it alone.

use crate::ledger::checksum::Checksum;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Notes go to their slots in turn, and the highest one counts: a process that writes its note late does not replace a newer one,
/// and a note that is cut by a crash leaves the others.
const SLOTS: i64 = 64;

/// Bytes of a slot: changes, the latest row's number, checksum.
const SLOT: usize = 24;

/// Bytes of all slots.
const WHOLE: u64 = SLOTS.unsigned_abs() * SLOT as u64;

/// How far a ledger had come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) changes: i64,
    pub(super) last_id: i64,
}

/// The open file.
#[derive(Debug)]
pub(super) struct Mark {
    file: File,
    path: PathBuf,
    /// Whether every slot is in the file, so that a note needs no more room on the disk.
    has_room: bool,
}

impl Mark {
    /// Opens it, or makes it, and locks it for this ledger's use; `None` while somebody salvages.
    pub(super) fn open(ledger: &Path) -> io::Result<Option<Self>> {
        let file = open(ledger)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self::new(file, ledger))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn new(file: File, ledger: &Path) -> Self {
        Self { file, path: path_of(ledger), has_room: false }
    }

    /// The same for this process alone; `None` while anybody uses the ledger.
    pub(super) fn alone(ledger: &Path) -> io::Result<Option<Self>> {
        let file = open(ledger)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self::new(file, ledger))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Makes room for every note, before the change that one of them is about: a disk that is full stops it while it can be
    /// stopped. What is appended is behind all notes of other processes, so none of them is lost.
    pub(super) fn make_room(&mut self) -> io::Result<()> {
        if self.has_room {
            return Ok(());
        }
        let missing = WHOLE.saturating_sub(self.file.metadata()?.len());
        if missing > 0 {
            match File::options().append(true).open(&self.path) {
                Ok(mut file) => {
                    io::copy(&mut io::repeat(0).take(missing), &mut file)?;
                }
                // It was removed while it was open, and the notes go with it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        self.has_room = true;
        Ok(())
    }

    /// One whose notes cannot be written.
    #[cfg(test)]
    pub(super) fn unwritable(ledger: &Path) -> io::Result<Self> {
        Ok(Self::new(File::open(path_of(ledger))?, ledger))
    }

    /// The furthest note.
    pub(super) fn read(&mut self) -> io::Result<Progress> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&mut self.file).take(WHOLE).read_to_end(&mut bytes)?;
        let slots = bytes.chunks_exact(SLOT).filter_map(decode);
        Ok(slots.max_by_key(|progress| progress.changes).unwrap_or_default())
    }

    /// Notes how far the ledger has come.
    pub(super) fn write(&mut self, progress: Progress) -> io::Result<()> {
        let slot = progress.changes.rem_euclid(SLOTS).unsigned_abs() * SLOT as u64;
        self.file.seek(SeekFrom::Start(slot))?;
        self.file.write_all(&encode(progress))
    }
}

fn open(ledger: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path_of(ledger))
}

/// `ledger.db.mark`.
pub(super) fn path_of(ledger: &Path) -> PathBuf {
    super::beside(ledger, ".mark")
}

fn encode(progress: Progress) -> Vec<u8> {
    let sum = Checksum::new().number(progress.changes).number(progress.last_id).finish();
    [progress.changes, progress.last_id, sum].into_iter().flat_map(i64::to_le_bytes).collect()
}

fn decode(slot: &[u8]) -> Option<Progress> {
    let mut numbers = slot.chunks_exact(8).map(|bytes| bytes.try_into().map(i64::from_le_bytes));
    let progress = Progress { changes: numbers.next()?.ok()?, last_id: numbers.next()?.ok()? };
    (encode(progress) == slot).then_some(progress)
}

#[cfg(test)]
mod tests {
    use super::{Mark, Progress};

    #[test]
    fn the_furthest_note_counts_and_a_damaged_one_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = directory.path().join("ledger.db");
        let mut mark = Mark::open(&ledger).unwrap().unwrap();
        assert_eq!(mark.read().unwrap(), Progress::default());
        for changes in (1..=100).chain([99, 70]) {
            mark.write(Progress { changes, last_id: changes / 2 }).unwrap();
        }
        assert_eq!(mark.read().unwrap(), Progress { changes: 100, last_id: 50 });
        let path = super::path_of(&ledger);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100 % 64 * super::SLOT] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(mark.read().unwrap(), Progress { changes: 99, last_id: 49 });
    }

    #[test]
    fn the_room_for_all_notes_is_made_before_the_first_and_takes_no_note_away() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = directory.path().join("ledger.db");
        let length = || std::fs::metadata(super::path_of(&ledger)).unwrap().len();
        let (mut one, mut other) = (Mark::open(&ledger).unwrap().unwrap(), Mark::open(&ledger).unwrap().unwrap());
        // As a program writes it that makes no room.
        one.write(Progress { changes: 3, last_id: 2 }).unwrap();
        assert!(length() < super::WHOLE);
        other.make_room().unwrap();
        assert_eq!((length(), other.read().unwrap()), (super::WHOLE, Progress { changes: 3, last_id: 2 }));
        one.make_room().unwrap();
        for changes in 4..200 {
            other.write(Progress { changes, last_id: 2 }).unwrap();
        }
        assert_eq!((length(), one.read().unwrap().changes), (super::WHOLE, 199));
    }

    #[test]
    fn salvage_waits_for_nobody_and_nobody_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = directory.path().join("ledger.db");
        let used = [Mark::open(&ledger).unwrap().unwrap(), Mark::open(&ledger).unwrap().unwrap()];
        assert!(Mark::alone(&ledger).unwrap().is_none());
        drop(used);
        let _alone = Mark::alone(&ledger).unwrap().unwrap();
        assert!(Mark::open(&ledger).unwrap().is_none());
    }
}

//! Copies rows from the write-ahead log to the ledger's file while the service works, on a thread of its own, so that
//! neither the work nor the exit waits for it.
//!
//! A row is durable when the log is synced, which is one wait for the disk. With the copy, a lost log loses little. If
//! a process ends before the copy, the next process makes it, or the commit that finds [`WAL_PAGES`] pages in the log.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// From this many pages on, a commit copies the log itself. The number is a compromise: a large log has to be read at every start,
/// and a small one would make commits wait for this copying often.
pub(super) const WAL_PAGES: u32 = 256;

/// How long after a change the log is copied. A process that ends sooner, such as `ideogram jobs`, leaves the copying to others,
/// because it has no wait during which it could be done for nothing.
const DELAY: Duration = Duration::from_millis(50);

/// Copies the log into the file in the background.
#[derive(Debug)]
pub(super) struct Checkpointer {
    /// `None` for a ledger in memory.
    path: Option<PathBuf>,
    changes: Option<Sender<()>>,
}

impl Checkpointer {
    pub(super) fn new(path: Option<&Path>) -> Self {
        Self { path: path.map(Path::to_owned), changes: None }
    }

    /// Something was written.
    pub(super) fn changed(&mut self) {
        let Some(path) = self.path.clone() else { return };
        let changes = self.changes.get_or_insert_with(|| {
            let (sender, changes) = channel();
            // If the thread cannot be started, the rows stay in the log, which is safe.
            let _ = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
                while changes.recv().is_ok() {
                    std::thread::sleep(DELAY);
                    while changes.try_recv().is_ok() {}
                    // If the file is busy or missing, nothing is done; the next change tries again.
                    let _ = checkpoint(&path);
                }
            });
            sender
        });
        let _ = changes.send(());
    }
}

/// Copies what the log has into the file, as far as no reader needs the older pages.
fn checkpoint(path: &Path) -> rusqlite::Result<()> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

//! Rows go from the write-ahead log to the ledger's file itself while the service works, on a thread of its own: nobody
//! waits for it, and the exit is not delayed by it.
//!
//! A row is safe as soon as the log is: one wait for the disk. What this adds is that the file alone has the row too, so
//! that a lost log loses little. A process that ends at once leaves that to the next one, or to the commit that finds the
//! log at [`WAL_PAGES`].

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
            // Without a thread the log stays as it is, which is safe.
            let _ = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
                while changes.recv().is_ok() {
                    std::thread::sleep(DELAY);
                    while changes.try_recv().is_ok() {}
                    // A file that is busy or gone is left alone; the next change tries again.
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

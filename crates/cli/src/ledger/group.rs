//! One ledger for many tasks: a thread commits all waiting changes in one transaction, with one wait for the disk.
//!
//! A task is notified when the transaction is on the disk, not before. If none of the changes needs to be durable,
//! there is no wait for the disk. A change that fails is undone completely, without the others; if the commit fails,
//! all changes of the group have failed.

use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::store::{Durability, Ledger};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// The most changes in one transaction: so many that the wait for the disk is shared well, so few that nobody waits long.
const MOST: usize = 256;

/// Tells the one who waits what came of the commit.
type Tell = Box<dyn FnOnce(Result<(), LedgerError>) + Send>;

/// Makes a change where there is a transaction for it, and gives who waits.
type Change = Box<dyn FnOnce(Option<&mut Ledger>) -> Tell + Send>;

/// A change, and what it waits for.
struct Work(Change, Durability);

/// A handle of the thread; clones share it.
///
/// ```
/// use ideogram_cli::ledger::{Ledger, LedgerGroup, NewRow};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = LedgerGroup::new(Ledger::temporary()?)?;
/// let begin = |prompt: &'static str| ledger.write(move |ledger| ledger.begin(&NewRow::new("fal-ai/ideogram/v2/turbo", prompt)));
/// let (one, two) = tokio::join!(begin(r#"{"prompt":"one"}"#), begin(r#"{"prompt":"two"}"#));
/// assert_eq!((one?, two?), (1, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LedgerGroup {
    work: Sender<Work>,
}

impl LedgerGroup {
    /// Starts the thread, which ends with the last handle.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub fn new(ledger: Ledger) -> io::Result<Self> {
        let (work, waiting) = channel();
        std::thread::Builder::new().name("ledger group".to_owned()).spawn(move || commit_all(ledger, &waiting))?;
        Ok(Self { work })
    }

    /// Makes a change, or several that belong together, and waits until they are safe on disk.
    ///
    /// # Errors
    /// Those of the change; and when its transaction could not be committed: then it was not made.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.make(Durability::Disk, change).await
    }

    /// Makes a change that survives this process, and that a power cut may undo.
    ///
    /// # Errors
    /// Those of [`write`](Self::write); and where the change is one that the disk is to be waited for.
    pub async fn note<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.make(Durability::Process, change).await
    }

    async fn make<T: Send + 'static>(
        &self,
        durability: Durability,
        change: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (tell, told) = oneshot::channel();
        let work: Change = Box::new(move |ledger| {
            let outcome = ledger.map(|ledger| ledger.whole(change));
            Box::new(move |committed| {
                // If this fails, the task no longer waits; the change is made nevertheless.
                let _ = tell.send(match outcome {
                    Some(Ok(value)) => committed.map(|()| value),
                    Some(Err(error)) => Err(error),
                    None => committed.and_then(|()| Err(ended())),
                });
            })
        });
        self.work.send(Work(work, durability)).map_err(|_| ended())?;
        told.await.unwrap_or_else(|_| Err(ended()))
    }
}

fn ended() -> LedgerError {
    LedgerError::new("", Cause::Io(io::Error::other("its thread has ended")))
}

fn commit_all(mut ledger: Ledger, waiting: &Receiver<Work>) {
    while let Ok(first) = waiting.recv() {
        let works: Vec<Work> = std::iter::once(first).chain(waiting.try_iter().take(MOST - 1)).collect();
        let to_disk = works.iter().any(|Work(_, durability)| *durability == Durability::Disk);
        let begun = ledger.begin_group(if to_disk { Durability::Disk } else { Durability::Process });
        let has_begun = begun.is_ok();
        let change = |Work(change, _): Work| change(has_begun.then_some(&mut ledger));
        let told: Vec<Tell> = works.into_iter().map(change).collect();
        let committed = begun.and_then(|()| ledger.commit_group()).map_err(Arc::new);
        for tell in told {
            tell(committed.clone().map_err(|error| LedgerError::new(ledger.path(), Cause::Group(error))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LedgerGroup;
    use crate::ledger::mark::Mark;
    use crate::ledger::{Closing, Ledger, NewRow};
    use rusqlite::Connection;
    use std::path::PathBuf;
    use std::time::Duration;
    use tokio::task::JoinSet;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        (directory, path)
    }

    fn begin(group: &LedgerGroup) -> impl Future<Output = i64> + Send + 'static {
        let group = group.clone();
        async move { group.write(|ledger| ledger.begin(&NewRow::new("a/b/c", "{}"))).await.unwrap() }
    }

    #[tokio::test]
    async fn nobody_is_told_before_the_row_is_on_disk_and_all_that_wait_share_one_commit() {
        let (_directory, path) = place();
        let group = LedgerGroup::new(Ledger::open(&path).unwrap()).unwrap();
        // Another process writes, so the first of them waits, and the others come meanwhile.
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            tasks.spawn(begin(&group));
        }
        let early = tokio::time::timeout(Duration::from_millis(50), tasks.join_next()).await;
        assert!(early.is_err(), "told before it was written: {early:?}");
        let log = || std::fs::read(path.with_extension("db-wal")).unwrap();
        let before = log().len();
        other.execute_batch("COMMIT").unwrap();
        while let Some(id) = tasks.join_next().await {
            let id = id.unwrap();
            let reader = Ledger::open(&path).unwrap();
            assert!(reader.row(id).unwrap().is_some());
            assert!(Mark::open(&path).unwrap().unwrap().read().unwrap().last_id >= id, "the mark follows the disk");
        }
        assert_eq!(Ledger::open(&path).unwrap().open_rows().unwrap().len(), 32);
        let pages = (log().len() - before) / 4096;
        assert!(pages < 3 * 32, "as many as a commit a row would write: {pages}");
    }

    #[tokio::test]
    async fn what_survives_the_process_only_is_not_waited_for_on_the_disk_and_nothing_else_passes_for_it() {
        let (_directory, path) = place();
        let group = LedgerGroup::new(Ledger::open(&path).unwrap()).unwrap();
        let id = begin(&group).await;
        let mark = || Mark::open(&path).unwrap().unwrap().read().unwrap();
        let before = mark();
        group.note(move |ledger| ledger.note(id, "slow")).await.unwrap();
        assert_eq!(mark(), before, "the mark is for what is on the disk");
        let refused = group.note(move |ledger| ledger.accepted(id, "r-1")).await.unwrap_err();
        assert!(refused.to_string().contains("waits for the disk"), "{refused}");
        let row = Ledger::open(&path).unwrap().row(id).unwrap().unwrap();
        assert_eq!((row.note.as_deref(), row.request_id), (Some("slow"), None));
        let (noted, accepted) = tokio::join!(
            group.note(move |ledger| ledger.note(id, "b")),
            group.write(move |ledger| ledger.accepted(id, "r-1"))
        );
        assert!(noted.is_ok() && accepted.is_ok() && mark() != before);
    }

    #[tokio::test]
    async fn a_change_that_fails_is_undone_alone() {
        let (_directory, path) = place();
        let group = LedgerGroup::new(Ledger::open(&path).unwrap()).unwrap();
        let id = begin(&group).await;
        let impossible = group.write(move |ledger| {
            ledger.begin(&NewRow::new("a/b/c", "{}"))?;
            ledger.close(id, &Closing::Saved { files: Vec::new() })
        });
        let accepted = group.write(move |ledger| ledger.accepted(id, "r-1"));
        let (impossible, accepted, another) = tokio::join!(impossible, accepted, begin(&group));
        assert!(impossible.unwrap_err().to_string().contains("cannot happen"));
        accepted.unwrap();
        assert_eq!(another, 2, "what came before the failure in the same piece of work is undone");
        let reader = Ledger::open(&path).unwrap();
        assert_eq!(reader.row(id).unwrap().unwrap().request_id.as_deref(), Some("r-1"));
        assert!(reader.check().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_change_whose_mark_cannot_be_written_is_made_and_no_failure() {
        let (_directory, path) = place();
        let mut ledger = Ledger::open(&path).unwrap();
        ledger.begin(&NewRow::new("a/b/c", "{}")).unwrap();
        let mut ledger = ledger.unmarked();
        let id = ledger.begin(&NewRow::new("a/b/c", "{}")).unwrap();
        ledger.accepted(id, "r-1").unwrap();
        let group = LedgerGroup::new(ledger).unwrap();
        assert_eq!((id, begin(&group).await), (2, 3));
        let rows = Ledger::open(&path).unwrap().open_rows().unwrap();
        assert_eq!((rows.len(), rows[1].request_id.as_deref()), (3, Some("r-1")));
    }

    #[tokio::test]
    async fn when_the_commit_fails_every_change_has_failed() {
        let (_directory, path) = place();
        let mut ledger = Ledger::open(&path).unwrap();
        // No room for another page: the system is full in the middle of the transaction.
        ledger.begin(&NewRow::new("a/b/c", "{}")).unwrap();
        ledger.db.query_row("PRAGMA max_page_count = 1", [], |_| Ok(())).unwrap();
        let group = LedgerGroup::new(ledger).unwrap();
        let large = || {
            let input = "x".repeat(100_000);
            group.write(move |ledger| ledger.begin(&NewRow::new("a/b/c", &input)))
        };
        let (one, two) = tokio::join!(large(), large());
        for failed in [one, two] {
            let failed = failed.unwrap_err().to_string();
            assert_eq!(failed.matches("cannot be used").count(), 1, "said once: {failed}");
        }
        drop(group);
        assert_eq!(Ledger::open(&path).unwrap().recent_rows(10).unwrap().len(), 1);
    }
}

//! Finds rows by their batch: whether a key was bought already, and for which request.

use crate::ledger::error::{Cause, LedgerError};
use crate::ledger::state::State;
use crate::ledger::store::Ledger;
use rusqlite::{OptionalExtension as _, params};

/// The requests of one batch to one service with one key.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Its name.
    pub name: &'a str,
    /// The service's base URL.
    pub base: &'a str,
    /// The fingerprint of the key.
    pub account: &'a str,
}

/// The latest request under a key of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bought {
    /// The ledger's number for it.
    pub id: i64,
    /// The key, whole.
    pub key: String,
    /// Where it stands.
    pub state: State,
}

impl Ledger {
    /// Whether the batch has any request.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). Then do not take the batch for a new one.
    pub fn has_batch(&self, batch: Batch<'_>) -> Result<bool, LedgerError> {
        self.db
            .prepare_cached("SELECT 1 FROM requests WHERE batch = ?1 AND base = ?2 AND account = ?3 LIMIT 1")
            .and_then(|mut select| select.exists(params![batch.name, batch.base, batch.account]))
            .map_err(|error| self.failed(error))
    }

    /// The latest request of the batch under this key. One that ends with `#` stands for every key that begins with it.
    ///
    /// # Errors
    /// When the file cannot be read, or it or the row [is damaged](LedgerError::is_damage). Then it is not known whether the
    /// request is bought: do not buy it.
    pub fn bought(&self, batch: Batch<'_>, key: &str) -> Result<Option<Bought>, LedgerError> {
        // The first text after all such keys.
        let end = if key.ends_with('#') { format!("{key}{}", char::MAX) } else { format!("{key}\0") };
        let read = || {
            self.db
                .prepare_cached(
                    "SELECT id, batch_key, state FROM requests WHERE batch = ?1 AND batch_key >= ?2 AND \
                     batch_key < ?5 AND base = ?3 AND account = ?4 ORDER BY id DESC LIMIT 1",
                )?
                .query_row(params![batch.name, key, batch.base, batch.account, end], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
                })
                .optional()
        };
        let found = read().map_err(|error: rusqlite::Error| self.failed(error))?;
        found
            .map(|(id, key, state)| match State::parse(&state) {
                Some(state) => Ok(Bought { id, key, state }),
                None => Err(self.failed(Cause::Damaged(format!("request {id} is not as it was written")))),
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use crate::ledger::{Closing, Ledger, NewRow, State};

    const BATCH: Batch<'_> = Batch { name: "prompts", base: "b", account: "a" };

    fn row(key: &str) -> NewRow<'_> {
        let batch = Some((BATCH.name, key));
        NewRow { base: BATCH.base, account: Some(BATCH.account), batch, ..NewRow::new("x/y", "{}") }
    }

    #[test]
    fn a_whole_key_is_no_beginning_of_another() {
        let mut ledger = Ledger::temporary().unwrap();
        let ids = ["#p.1", "#p.12", "k#p", "k#pq"].map(|key| ledger.begin(&row(key)).unwrap());
        let found = ["#p.1", "#p.12", "k#p", "k#"].map(|key| ledger.bought(BATCH, key).unwrap().map(|found| found.id));
        assert_eq!(found, [Some(ids[0]), Some(ids[1]), Some(ids[2]), Some(ids[3])]);
        assert_eq!(ledger.bought(BATCH, "#p").unwrap(), None);
    }

    #[test]
    fn a_key_of_a_batch_is_bought_once_whoever_asks() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let (mut one, mut other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        assert!(!one.has_batch(BATCH).unwrap());
        let id = one.begin(&row("k#1")).unwrap();
        let refused = other.begin(&row("k#1")).unwrap_err();
        assert!(refused.is_bought(), "{refused}");
        assert_eq!(other.bought(BATCH, "k#").unwrap().map(|found| (found.id, found.state)), Some((id, State::Sending)));
        assert_eq!(other.bought(Batch { account: "c", ..BATCH }, "k#").unwrap(), None);
        assert_eq!(other.bought(BATCH, "j#").unwrap(), None);
        one.close(id, &Closing::NotSent { why: String::new() }).unwrap();
        assert_eq!(other.begin(&row("k#1")).unwrap(), id + 1, "nothing was paid for it");
        assert!(one.begin(&NewRow { account: Some("c"), ..row("k#1") }).is_ok() && one.has_batch(BATCH).unwrap());
    }
}

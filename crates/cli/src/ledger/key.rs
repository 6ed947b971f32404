//! Decides whether a key of a batch, or a call of an MCP client, was bought already.

use crate::ledger::error::Cause;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Refuses to buy what a batch has bought, or is buying. The caller asks within the transaction that writes the new row: asked
/// before it, two processes could both find the key free, and both would buy.
///
/// The states are those in which there is a picture or may still be one. After a verdict without a picture the key is free.
pub(super) fn is_free(
    db: &Connection,
    (batch, key): (&str, &str),
    base: &str,
    account: Option<&str>,
) -> Result<(), Cause> {
    let taken: Option<i64> = db
        .prepare_cached(
            "SELECT id FROM requests WHERE batch = ?1 AND batch_key = ?2 AND base = ?3 AND account IS ?4 AND state IN \
             ('sending', 'accepted', 'lost', 'answered', 'saved') LIMIT 1",
        )?
        .query_row(params![batch, key, base, account], |row| row.get(0))
        .optional()?;
    taken.map_or(Ok(()), |id| Err(Cause::Bought(id)))
}

/// The rows of MCP clients' calls, in the words of their index.
pub(super) const CALLS: &str = "substr(caller, 1, 4) = 'mcp:'";

/// Refuses to buy what its caller has bought after that row: another process may have begun it a moment ago.
pub(super) fn is_latest(db: &Connection, caller: &str, after: i64) -> Result<(), Cause> {
    let later: Option<i64> = db
        .prepare_cached(&format!(
            "SELECT id FROM requests WHERE {CALLS} AND caller = ?1 AND id > ?2 ORDER BY id DESC LIMIT 1"
        ))?
        .query_row(params![caller, after], |row| row.get(0))
        .optional()?;
    later.map_or(Ok(()), |id| Err(Cause::Bought(id)))
}

#[cfg(test)]
mod tests {
    use super::CALLS;
    use crate::ledger::{Ledger, NewRow};

    #[test]
    fn a_call_is_bought_once_until_the_caller_knows_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let (mut one, mut other) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let row = |caller, after| NewRow { caller, after, ..NewRow::new("x/y", "{}") };
        let id = one.begin(&row("mcp:a", Some(0))).unwrap();
        assert!(other.begin(&row("mcp:a", Some(0))).unwrap_err().is_bought());
        assert_eq!(other.begin(&row("mcp:b", Some(0))).unwrap(), id + 1);
        assert_eq!(other.begin(&row("mcp:a", Some(id))).unwrap(), id + 2, "that one is known");
        assert_eq!(one.begin(&row("mcp:a", None)).unwrap(), id + 3, "asked for again");
        assert_eq!(one.latest_of("mcp:a", 0).unwrap().map(|row| row.id), Some(id + 3));
    }

    #[test]
    fn the_rows_of_a_caller_are_found_by_an_index_in_older_files_too() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let ledger = Ledger::open(&path).unwrap();
        ledger.db.execute_batch("DROP INDEX by_call").unwrap();
        drop(ledger);
        let ledger = Ledger::open(&path).unwrap();
        let plan = format!("EXPLAIN QUERY PLAN SELECT id FROM requests WHERE {CALLS} AND caller = 'mcp:a' AND id > 3");
        let plan: String = ledger.db.query_row(&plan, [], |row| row.get(3)).unwrap();
        assert!(plan.contains("INDEX by_call (caller=? AND rowid>?)"), "{plan}");
    }
}

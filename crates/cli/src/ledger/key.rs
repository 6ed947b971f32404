//! Whether a key of a batch is bought already.

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

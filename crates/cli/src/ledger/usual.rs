//! How long requests usually take: the median, since a single request that waited for a cold start would distort a mean.

use crate::ledger::error::LedgerError;
use crate::ledger::store::Ledger;
use rusqlite::params;
use std::time::Duration;

/// How many of the latest requests are looked at.
const LOOKED_AT: u32 = 200;

impl Ledger {
    /// How long a queued request of this endpoint at this service takes from its row to its answer: the median of those
    /// that were saved, among the latest 200 requests of the ledger. `None` where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn usual_time(&self, endpoint: &str, base: &str) -> Result<Option<Duration>, LedgerError> {
        self.median(endpoint, base).map_err(|error| self.failed(error))
    }

    fn median(&self, endpoint: &str, base: &str) -> rusqlite::Result<Option<Duration>> {
        let mut query = self.db.prepare_cached(
            "SELECT ended_ms - created_ms
             FROM (SELECT endpoint, base, state, queued, created_ms, ended_ms FROM requests ORDER BY id DESC LIMIT ?1)
             WHERE endpoint = ?2 AND base = ?3 AND state = 'saved' AND queued AND ended_ms >= created_ms
             ORDER BY 1",
        )?;
        let times = query.query_map(params![LOOKED_AT, endpoint, base], |row| row.get::<_, i64>(0))?;
        let times = times.collect::<rusqlite::Result<Vec<_>>>()?;
        let median = times.get(times.len() / 2).and_then(|time| u64::try_from(*time).ok());
        Ok(median.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use crate::ledger::{Closing, Ledger, NewRow};

    #[test]
    fn the_median_is_of_saved_requests_of_this_endpoint_and_service() {
        let mut ledger = Ledger::temporary().unwrap();
        assert_eq!(ledger.usual_time("a/b", "x").unwrap(), None);
        let times = [(500, "a/b", "x"), (40, "a/b", "x"), (900, "a/b", "x"), (7, "a/c", "x"), (8, "a/b", "y")];
        for (number, (time, endpoint, base)) in times.into_iter().enumerate() {
            let id =
                ledger.begin(&NewRow { base, ..NewRow::new(endpoint, &format!("{{\"seed\":{number}}}")) }).unwrap();
            ledger.accepted(id, &format!("r-{number}")).unwrap();
            ledger.close(id, &Closing::Saved { files: Vec::new() }).unwrap();
            ledger.db.execute("UPDATE requests SET ended_ms = created_ms + ?1 WHERE id = ?2", (time, id)).unwrap();
        }
        let failed = ledger.begin(&NewRow { base: "x", ..NewRow::new("a/b", "{}") }).unwrap();
        ledger.close(failed, &Closing::NotSent { why: String::new() }).unwrap();
        let usual = |endpoint, base| ledger.usual_time(endpoint, base).unwrap().map(|time| time.as_millis());
        assert_eq!([usual("a/b", "x"), usual("a/c", "x"), usual("a/b", "y")], [Some(500), Some(7), Some(8)]);
    }
}

//! Selects rows by their columns, and computes sums over them.

use crate::ledger::check;
use crate::ledger::error::LedgerError;
use crate::ledger::row::Row;
use crate::ledger::state::State;
use crate::ledger::store::Ledger;
use rusqlite::params;
use serde_json::Value;

/// Which rows are wanted; what is left open wants all of them.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    /// In one of these states; none is every state.
    pub states: &'a [State],
    /// Of this endpoint, by its id.
    pub endpoint: Option<&'a str>,
    /// Written at this time or later, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Written before this time, in milliseconds since 1970.
    pub before_ms: Option<i64>,
    /// Of this batch.
    pub batch: Option<&'a str>,
    /// With one of these numbers; none is every number.
    pub ids: &'a [i64],
}

/// What the requests of one day to one endpoint cost by the description's price.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The day in UTC, `2026-01-31`.
    pub day: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// How many have a result, and are billed.
    pub paid: u64,
    /// What those cost, in millionths of a US dollar.
    pub paid_micros: u64,
    /// How many may be billed, or will be once they have run.
    pub unknown: u64,
    /// What those cost, in millionths of a US dollar.
    pub unknown_micros: u64,
    /// How many of both have no price in the ledger.
    pub unpriced: u64,
}

impl Ledger {
    /// The latest rows that a filter lets through, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage).
    pub fn rows(&self, filter: &Filter<'_>, most: u32) -> Result<Vec<Row>, LedgerError> {
        let mut rows = Vec::new();
        self.each_row(filter, most, |row| rows.push(row))?;
        rows.reverse();
        Ok(rows)
    }

    /// Gives the latest rows that a filter lets through one after the other, the latest first: no more than one is in memory.
    /// Those that are not as they were written are left out; [`check`](Self::check) tells of them.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage). `take` may have got some of the rows by then: do
    /// not take them for all.
    pub fn each_row(&self, filter: &Filter<'_>, most: u32, take: impl FnMut(Row)) -> Result<(), LedgerError> {
        let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        let read = check::each(
            &self.db,
            "WHERE (json_array_length(?1) = 0 OR state IN (SELECT value FROM json_each(?1))) AND (?2 IS NULL OR \
             endpoint = ?2) AND (?3 IS NULL OR created_ms >= ?3) AND (?4 IS NULL OR created_ms < ?4) AND (?5 IS NULL OR \
             batch = ?5) AND (json_array_length(?6) = 0 OR id IN (SELECT value FROM json_each(?6))) \
             ORDER BY id DESC LIMIT ?7",
            params![
                Value::from(states).to_string(),
                filter.endpoint,
                filter.from_ms,
                filter.before_ms,
                filter.batch,
                Value::from(filter.ids).to_string(),
                most
            ],
            take,
        );
        read.map(drop).map_err(|cause| self.failed(cause))
    }

    /// What was paid since a time in milliseconds since 1970, by day and endpoint.
    ///
    /// # Errors
    /// When the file cannot be read, or [is damaged](LedgerError::is_damage).
    pub fn costs(&self, since_ms: i64) -> Result<Vec<Cost>, LedgerError> {
        const PAID: &str = "state IN ('saved', 'answered')";
        const UNKNOWN: &str = "state IN ('sending', 'accepted', 'lost', 'closed')";
        let read = || -> rusqlite::Result<Vec<Cost>> {
            self.db
                .prepare(&format!(
                    "SELECT date(created_ms / 1000, 'unixepoch') AS day, endpoint, \
                     sum({PAID}), sum(iif({PAID}, ifnull(cost_micros, 0), 0)), \
                     sum({UNKNOWN}), sum(iif({UNKNOWN}, ifnull(cost_micros, 0), 0)), \
                     sum(cost_micros IS NULL AND ({PAID} OR {UNKNOWN})) \
                     FROM requests WHERE created_ms >= ?1 GROUP BY day, endpoint HAVING sum({PAID} OR {UNKNOWN}) > 0 \
                     ORDER BY day, endpoint"
                ))?
                .query_map([since_ms], |row| {
                    let count = |at: usize| row.get::<_, i64>(at).map(|count| u64::try_from(count).unwrap_or_default());
                    Ok(Cost {
                        day: row.get::<_, Option<String>>(0)?.unwrap_or_default(),
                        endpoint: row.get(1)?,
                        paid: count(2)?,
                        paid_micros: count(3)?,
                        unknown: count(4)?,
                        unknown_micros: count(5)?,
                        unpriced: count(6)?,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use crate::clock;
    use crate::ledger::{Closing, Ledger, NewRow, State};

    #[test]
    fn rows_are_chosen_by_state_endpoint_and_age() {
        let mut ledger = Ledger::temporary().unwrap();
        for endpoint in ["a/b", "a/c", "a/b"] {
            ledger.begin(&NewRow::new(endpoint, "{}")).unwrap();
        }
        ledger.begin(&NewRow { batch: Some(("prompts", "k")), ..NewRow::new("a/c", "{}") }).unwrap();
        ledger.close(3, &Closing::ByHand).unwrap();
        let now = clock::now_ms();
        let ids = |filter: Filter<'_>, most| -> Vec<i64> {
            ledger.rows(&filter, most).unwrap().iter().map(|row| row.id).collect()
        };
        assert_eq!(ids(Filter::default(), 2), [3, 4]);
        assert_eq!(ids(Filter { states: &[State::Sending], ..Filter::default() }, 9), [1, 2, 4]);
        assert_eq!(ids(Filter { endpoint: Some("a/b"), ..Filter::default() }, 9), [1, 3]);
        assert_eq!(ids(Filter { before_ms: Some(now - 60_000), ..Filter::default() }, 9), [0; 0]);
        assert_eq!(ids(Filter { from_ms: Some(now - 60_000), ..Filter::default() }, 9), [1, 2, 3, 4]);
        assert_eq!(ids(Filter { ids: &[3, 1, 7], ..Filter::default() }, 9), [1, 3]);
        assert_eq!(ids(Filter { batch: Some("prompts"), ..Filter::default() }, 9), [4]);
        let mut order = Vec::new();
        ledger.each_row(&Filter::default(), 3, |row| order.push(row.id)).unwrap();
        assert_eq!(order, [4, 3, 2]);
    }

    #[test]
    fn what_is_unknown_is_summed_apart_from_what_was_paid() {
        let mut ledger = Ledger::temporary().unwrap();
        for cost_micros in [Some(50_000), Some(50_000), Some(20_000), None, Some(90_000)] {
            ledger.begin(&NewRow { cost_micros, ..NewRow::new("a/b", "{}") }).unwrap();
        }
        for id in [1, 2] {
            ledger.accepted(id, "r").unwrap();
            ledger.close(id, &Closing::Saved { files: Vec::new() }).unwrap();
        }
        ledger.lost(3, "cut").unwrap();
        ledger.close(5, &Closing::Refused { why: "no".to_owned() }).unwrap();
        let costs = ledger.costs(0).unwrap();
        let [cost] = costs.as_slice() else { panic!("{costs:?}") };
        assert_eq!((cost.paid, cost.paid_micros), (2, 100_000));
        assert_eq!((cost.unknown, cost.unknown_micros, cost.unpriced), (2, 20_000, 1));
        assert_eq!(ledger.costs(clock::now_ms() + 60_000).unwrap(), []);
    }
}

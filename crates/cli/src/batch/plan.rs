//! The list of requests to work on, kept on the disk, so that a file of a million rows takes no more memory than one of
//! ten.
//!
//! The rows are read and checked once, before anything is paid. After that the workers use this list, so later changes
//! of the file have no effect.

use crate::exit::Failure;
use rusqlite::{Connection, params};
use std::collections::VecDeque;

/// One request to be made or finished.
#[derive(Clone, Debug)]
pub(super) struct Task {
    /// Its place among all requests of the file, from 1.
    pub(super) number: i64,
    /// The line of the file that its row begins in.
    pub(super) line: i64,
    /// Its key in the batch.
    pub(super) key: String,
    pub(super) endpoint: String,
    /// The fields as the row has them, JSON.
    pub(super) fields: String,
    pub(super) output: Option<String>,
    /// The ledger's row of it, where it is begun already.
    pub(super) job: Option<i64>,
}

/// The list.
pub(super) struct Plan {
    db: Connection,
    /// Whether it is at the tasks that are begun.
    begun: bool,
    /// The number of the last task that was read.
    after: i64,
    waiting: VecDeque<Task>,
}

/// How many tasks are read at once.
const PIECE: i64 = 256;

fn broken(error: &rusqlite::Error) -> Failure {
    Failure::file(format!("the list of what is to be done cannot be kept in the folder for temporary files: {error}"))
}

impl Plan {
    /// An empty list, in a file without a name that is gone with the process.
    pub(super) fn new() -> Result<Self, Failure> {
        let make = || {
            let db = Connection::open("")?;
            db.execute_batch(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
                 CREATE TABLE tasks (number INTEGER PRIMARY KEY, line INTEGER, key TEXT, endpoint TEXT, fields TEXT,
                                     output TEXT, job INTEGER) STRICT;
                 CREATE TABLE seen (name TEXT PRIMARY KEY, times INTEGER, line INTEGER) STRICT, WITHOUT ROWID;
                 BEGIN;",
            )?;
            Ok(db)
        };
        Ok(Self { db: make().map_err(|error| broken(&error))?, begun: true, after: 0, waiting: VecDeque::new() })
    }

    /// Counts a name: how often it was counted before, and the line of the first time.
    pub(super) fn count(&mut self, name: &str, line: u64) -> Result<(u64, u64), Failure> {
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let count = || {
            self.db
                .prepare_cached(
                    "INSERT INTO seen VALUES (?1, 0, ?2) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times, line",
                )?
                .query_row(params![name, line], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
        };
        let (times, first) = count().map_err(|error| broken(&error))?;
        Ok((u64::try_from(times).unwrap_or_default(), u64::try_from(first).unwrap_or_default()))
    }

    pub(super) fn add(&mut self, task: &Task) -> Result<(), Failure> {
        let add = || {
            self.db.prepare_cached("INSERT INTO tasks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
                task.number,
                task.line,
                task.key,
                task.endpoint,
                task.fields,
                task.output,
                task.job
            ])
        };
        add().map(drop).map_err(|error| broken(&error))
    }

    /// The next task in the order of the file; what is begun already comes first, as it is paid for.
    pub(super) fn next(&mut self) -> Result<Option<Task>, Failure> {
        self.has_more()?;
        Ok(self.waiting.pop_front())
    }

    /// Whether there is a next one.
    pub(super) fn has_more(&mut self) -> Result<bool, Failure> {
        while self.waiting.is_empty() {
            self.waiting = self.read().map_err(|error| broken(&error))?;
            match self.waiting.back() {
                Some(last) => self.after = last.number,
                None if self.begun => (self.begun, self.after) = (false, 0),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Puts a task back, as the next one.
    pub(super) fn put_back(&mut self, task: Task) {
        self.waiting.push_front(task);
    }

    fn read(&self) -> rusqlite::Result<VecDeque<Task>> {
        self.db
            .prepare_cached(
                "SELECT number, line, key, endpoint, fields, output, job FROM tasks \
                 WHERE (job IS NOT NULL) = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            )?
            .query_map(params![self.begun, self.after, PIECE], |row| {
                Ok(Task {
                    number: row.get(0)?,
                    line: row.get(1)?,
                    key: row.get(2)?,
                    endpoint: row.get(3)?,
                    fields: row.get(4)?,
                    output: row.get(5)?,
                    job: row.get(6)?,
                })
            })?
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Task};

    #[test]
    fn what_is_begun_comes_first_and_everything_comes_once() {
        let mut plan = Plan::new().unwrap();
        for number in 1..=700 {
            let job = (number % 100 == 0).then_some(number);
            let (key, endpoint, fields) = (number.to_string(), "a/b".to_owned(), "{}".to_owned());
            plan.add(&Task { number, line: number, key, endpoint, fields, output: None, job }).unwrap();
        }
        let first = plan.next().unwrap().unwrap();
        plan.put_back(first);
        let numbers: Vec<i64> = std::iter::from_fn(|| plan.next().unwrap()).map(|task| task.number).collect();
        assert_eq!(numbers[..8], [100, 200, 300, 400, 500, 600, 700, 1]);
        assert_eq!((numbers.len(), numbers[699]), (700, 699));
        assert_eq!((plan.count("x", 3).unwrap(), plan.count("x", 9).unwrap()), ((0, 3), (1, 3)));
    }
}

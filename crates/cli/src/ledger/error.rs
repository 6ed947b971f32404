//! What can go wrong with the ledger itself.

use crate::ledger::record::Broken;
use crate::ledger::state::{Event, State};
use rusqlite::ErrorCode;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The ledger cannot be read or written, or what was to be noted cannot happen to that row. The message says which file and
/// why.
///
/// Every change is one transaction: a method that returns this has changed nothing. Two causes have a method, because a
/// program does something else about them: [`is_bought`](Self::is_bought) and [`is_damage`](Self::is_damage). All others are
/// about the file (it cannot be opened, it is locked, the disk is full), or about the row (there is none of that number, or
/// [`State::after`](crate::ledger::State::after) has no such edge).
#[derive(Debug)]
pub struct LedgerError {
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
pub(super) enum Cause {
    Sqlite(rusqlite::Error),
    Io(std::io::Error),
    /// The file's version, a newer program's.
    Version(i64),
    /// Something that was written is not there any more.
    Damaged(String),
    /// The file is something else.
    NotALedger,
    /// Another process salvages it, or, when this one wants to, uses it.
    InUse(&'static str),
    /// There is no such row.
    NoRow(i64),
    /// What is only for finished requests was asked of an open one.
    Open(i64),
    /// The batch has it already, in this row.
    Bought(i64),
    /// The commit of a group, of which it was one change.
    Group(Arc<LedgerError>),
    /// Such a thing does not happen to a row in that state.
    Impossible(i64, State, Event),
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        // The SQL is always the same, so if it does not fit the tables, the tables have changed.
        let senseless = matches!(error, rusqlite::Error::SqlInputError { .. });
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(ErrorCode::NotADatabase) => Self::NotALedger,
            Some(ErrorCode::Unknown) => Self::Damaged("its tables are not as they were made".to_owned()),
            _ if senseless => Self::Damaged("its tables are not as they were made".to_owned()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<std::io::Error> for Cause {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Broken> for Cause {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Damaged => Self::Damaged("a row is not as it was written".to_owned()),
            Broken::Sqlite(error) => error.into(),
        }
    }
}

impl LedgerError {
    pub(super) fn new(path: impl Into<PathBuf>, cause: impl Into<Cause>) -> Self {
        Self { path: path.into(), cause: cause.into() }
    }

    /// Whether its batch or its caller has bought it already, so that it is not begun again.
    pub fn is_bought(&self) -> bool {
        matches!(self.cause, Cause::Bought(_))
    }

    /// Whether what was written is not there any more: `ideogram jobs salvage` saves the rest.
    pub fn is_damage(&self) -> bool {
        match &self.cause {
            Cause::Group(error) => error.is_damage(),
            cause => matches!(cause, Cause::Damaged(_)),
        }
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.cause {
            Cause::Sqlite(error) => write!(f, "the ledger `{path}` cannot be used: {error}"),
            Cause::Io(error) => write!(f, "the ledger `{path}` cannot be used: {error}"),
            Cause::Version(found) => {
                write!(f, "the ledger `{path}` has version {found}, which a newer `ideogram` made")
            }
            Cause::Damaged(what) => write!(
                f,
                "the ledger `{path}` is damaged: {what}; `ideogram jobs salvage` makes a working one of what can be read"
            ),
            Cause::Group(error) => error.fmt(f),
            Cause::NotALedger => write!(f, "`{path}` is not a ledger"),
            Cause::InUse(who) => write!(f, "the ledger `{path}` is in use: {who}"),
            Cause::NoRow(id) => write!(f, "the ledger `{path}` has no request {id}"),
            Cause::Open(id) => write!(f, "request {id} is open, and stays as it is; see `ideogram jobs show {id}`"),
            Cause::Bought(id) => write!(f, "that is bought already, in request {id}"),
            Cause::Impossible(id, state, event) => write!(
                f,
                "request {id} in the ledger `{path}` is `{}`, so this cannot happen to it: {}",
                state.as_str(),
                event.as_str()
            ),
        }
    }
}

impl std::error::Error for LedgerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Sqlite(error) => Some(error),
            Cause::Io(error) => Some(error),
            Cause::Group(error) => error.source(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, LedgerError};
    use std::error::Error as _;
    use std::sync::Arc;

    fn of_sqlite(code: i32) -> Cause {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None).into()
    }

    #[test]
    fn what_sqlite_says_is_damage_where_what_was_written_is_not_there_any_more() {
        for (code, is_damage) in [
            (rusqlite::ffi::SQLITE_CORRUPT, true),
            (rusqlite::ffi::SQLITE_ERROR, true),
            (rusqlite::ffi::SQLITE_NOTADB, false),
            (rusqlite::ffi::SQLITE_BUSY, false),
            (rusqlite::ffi::SQLITE_FULL, false),
            (rusqlite::ffi::SQLITE_IOERR, false),
        ] {
            assert_eq!(LedgerError::new("a.db", of_sqlite(code)).is_damage(), is_damage, "{code}");
        }
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let senseless = db.prepare("SELECT x FROM requests").unwrap_err();
        assert!(LedgerError::new("a.db", senseless).is_damage(), "its tables are not there");
    }

    #[test]
    fn the_cause_is_the_source_and_that_of_a_group_is_its_own() {
        let source = |cause: Cause| LedgerError::new("a.db", cause).source().map(ToString::to_string);
        let full = || std::io::Error::other("the disk is full");
        assert!(source(of_sqlite(rusqlite::ffi::SQLITE_FULL)).is_some());
        assert_eq!(source(full().into()).as_deref(), Some("the disk is full"));
        let group = Arc::new(LedgerError::new("a.db", full()));
        assert_eq!(source(Cause::Group(group)).as_deref(), Some("the disk is full"));
        assert_eq!(source(Cause::NoRow(7)), None);
        let damaged = Arc::new(LedgerError::new("a.db", Cause::Damaged("x".into())));
        assert!(LedgerError::new("a.db", Cause::Group(damaged)).is_damage());
    }
}

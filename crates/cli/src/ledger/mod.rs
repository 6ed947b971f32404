//! The ledger: a database of paid requests. Each request has a row before it is sent, which is open until its files are
//! saved.
//!
//! It is one `SQLite` file in WAL mode. What a method of [`Ledger`] has written when it returns survives a crash of the
//! process; a change that opens a row (`synchronous=FULL`) also survives a power cut. The order of a run is
//!
//! 1. [`begin`](Ledger::begin): the row is there, `sending`, with the exact input and the service's address;
//! 2. [`accepted`](Ledger::accepted) with the service's request id, before anybody waits for the result;
//! 3. [`answered`](Ledger::answered), if the answer was received and cannot be fetched again;
//! 4. [`close`](Ledger::close), when the files are on disk, or when it is certain that there will be none.
//!
//! An open row means that money may have been spent on a picture that is not saved yet. A process
//! [claims](Ledger::claim) a row before it works on it, so that two processes do not save the same result twice.
//!
//! ```
//! use ideogram_cli::ledger::{Closing, Ledger, NewRow, State};
//!
//! let mut ledger = Ledger::temporary()?;
//! let row = NewRow { base: "http://127.0.0.1:1/queue", ..NewRow::new("fal-ai/ideogram/v2/turbo", r#"{"prompt":"a"}"#) };
//! let id = ledger.begin(&row)?;
//! ledger.accepted(id, "764cabcf-b745-4b3e-ae38-1200304cf45b")?;
//! assert_eq!(ledger.open_rows()?.first().map(|row| row.state), Some(State::Accepted));
//! ledger.close(id, &Closing::Saved { files: vec!["/home/me/a.png".to_owned()] })?;
//! assert!(ledger.open_rows()?.is_empty());
//! # Ok::<(), ideogram_cli::ledger::LedgerError>(())
//! ```

mod batch;
mod check;
mod checkpoint;
mod checksum;
mod claim;
mod create;
mod error;
mod filter;
mod group;
mod key;
mod mark;
mod record;
mod remove;
mod row;
mod salvage;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod uploads;
mod usual;
mod wal_copy;

pub use batch::{Batch, Bought};
pub use error::LedgerError;
pub use filter::{Cost, Filter};
pub use group::LedgerGroup;
pub use row::{Closing, NewRow, Row};
pub use salvage::{Salvaged, salvage};
pub use state::{Event, State};
pub use store::Ledger;
pub use uploads::Upload;

use std::path::{Path, PathBuf};

/// `ledger.db` and `.mark` give `ledger.db.mark`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

//! The ledger: every paid request has a row from before it is sent until its files are safe on disk.
//!
//! One `SQLite` file, in WAL mode. Whatever a method of [`Ledger`] has written when it returns survives a crash of the
//! process, and what opens a row (`synchronous=FULL`) survives a power cut. The order of a run is
//!
//! 1. [`begin`](Ledger::begin): the row is there, `sending`, with the exact input and the service's address;
//! 2. [`accepted`](Ledger::accepted) with the service's request id, before anybody waits for the result;
//! 3. [`answered`](Ledger::answered), where the answer is in hand and could not be asked for again;
//! 4. [`close`](Ledger::close), once the files are on disk, or once it is sure that there will be none.
//!
//! A row that is still open tells of money that may have been spent for nothing yet in hand. Whoever works on a row has
//! [claimed](Ledger::claim) it, so that no two processes save the same result twice.
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

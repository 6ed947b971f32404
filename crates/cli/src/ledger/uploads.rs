//! Remembers uploaded files, so that the same bytes are not uploaded twice while their URL is valid.
//!
//! A lost entry only means another upload. So nothing waits until an entry is on the disk, and a damaged one counts as
//! missing.

use crate::clock;
use crate::ledger::checksum::Checksum;
use crate::ledger::error::LedgerError;
use crate::ledger::store::Ledger;
use rusqlite::{Connection, OptionalExtension as _, params};

/// A file that was uploaded, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: &'a str,
    /// The service's base URL.
    pub base: &'a str,
    /// The fingerprint of the key.
    pub account: &'a str,
}

impl Upload<'_> {
    fn checksum(&self, url: &str, expires_ms: i64) -> i64 {
        let sum = Checksum::new().bytes(self.sha256.as_bytes()).bytes(self.base.as_bytes());
        sum.bytes(self.account.as_bytes()).bytes(url.as_bytes()).number(expires_ms).finish()
    }
}

impl Ledger {
    /// The URL of a file that was uploaded and has not expired.
    ///
    /// # Errors
    /// When the file of the ledger cannot be read, or [is damaged](LedgerError::is_damage). Another upload does no harm then.
    pub fn uploaded(&self, upload: &Upload<'_>) -> Result<Option<String>, LedgerError> {
        let found: Option<(String, i64, i64)> = self
            .db
            .prepare_cached(
                "SELECT url, expires_ms, sum FROM uploads WHERE content_sha256 = CAST(?1 AS BLOB) AND base = ?2 AND \
                 account = ?3 AND expires_ms > ?4",
            )
            .and_then(|mut select| {
                let parameters = params![upload.sha256, upload.base, upload.account, clock::now_ms()];
                select.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(|error| self.failed(error))?;
        Ok(found.filter(|(url, expires_ms, sum)| upload.checksum(url, *expires_ms) == *sum).map(|(url, _, _)| url))
    }

    /// Notes where a file is, and until when, in milliseconds since 1970; those that have expired are forgotten.
    ///
    /// # Errors
    /// When the file of the ledger cannot be written, or [is damaged](LedgerError::is_damage). The upload is not remembered
    /// then, and its URL is as good: do not stop a request for that.
    pub fn note_upload(&mut self, upload: &Upload<'_>, url: &str, expires_ms: i64) -> Result<(), LedgerError> {
        let sum = upload.checksum(url, expires_ms);
        let write = || {
            self.db.execute("DELETE FROM uploads WHERE expires_ms <= ?1", [clock::now_ms()])?;
            self.db.execute(
                "INSERT OR REPLACE INTO uploads (content_sha256, base, account, url, expires_ms, sum) \
                 VALUES (CAST(?1 AS BLOB), ?2, ?3, ?4, ?5, ?6)",
                params![upload.sha256, upload.base, upload.account, url, expires_ms, sum],
            )
        };
        write().map(drop).map_err(|error| self.failed(error))
    }
}

/// An upload as it is stored.
pub(super) struct Stored {
    sha256: Vec<u8>,
    base: String,
    account: String,
    url: String,
    expires_ms: i64,
    sum: i64,
}

/// Every upload that can be read; what is damaged is left out when it is asked for.
pub(super) fn readable(db: &Connection) -> Vec<Stored> {
    let read = || -> rusqlite::Result<Vec<Stored>> {
        db.prepare("SELECT content_sha256, base, account, url, expires_ms, sum FROM uploads")?
            .query_map([], |row| {
                Ok(Stored {
                    sha256: row.get(0)?,
                    base: row.get(1)?,
                    account: row.get(2)?,
                    url: row.get(3)?,
                    expires_ms: row.get(4)?,
                    sum: row.get(5)?,
                })
            })?
            .collect()
    };
    // Version 1 has no such table, and a file can be uploaded again.
    read().unwrap_or_default()
}

/// Writes uploads as they were.
pub(super) fn insert(db: &Connection, uploads: &[Stored]) -> rusqlite::Result<()> {
    for upload in uploads {
        db.prepare_cached(
            "INSERT OR REPLACE INTO uploads (content_sha256, base, account, url, expires_ms, sum) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            upload.sha256,
            upload.base,
            upload.account,
            upload.url,
            upload.expires_ms,
            upload.sum,
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Upload;
    use crate::clock;
    use crate::ledger::Ledger;

    #[test]
    fn a_file_is_known_by_its_content_to_the_same_account_until_it_expires() {
        let mut ledger = Ledger::temporary().unwrap();
        let upload = Upload { sha256: "aa", base: "https://a/queue", account: "one" };
        let later = clock::now_ms() + 60_000;
        assert_eq!(ledger.uploaded(&upload).unwrap(), None);
        ledger.note_upload(&upload, "https://cdn/1", later).unwrap();
        assert_eq!(ledger.uploaded(&upload).unwrap().as_deref(), Some("https://cdn/1"));
        for other in [
            Upload { sha256: "ab", ..upload },
            Upload { base: "https://b/queue", ..upload },
            Upload { account: "two", ..upload },
        ] {
            assert_eq!(ledger.uploaded(&other).unwrap(), None, "{other:?}");
        }
        ledger.db.execute("UPDATE uploads SET url = 'https://elsewhere/1'", []).unwrap();
        assert_eq!(ledger.uploaded(&upload).unwrap(), None, "damaged");
        ledger.note_upload(&upload, "https://cdn/2", clock::now_ms()).unwrap();
        assert_eq!(ledger.uploaded(&upload).unwrap(), None, "expired");
        ledger.note_upload(&Upload { sha256: "ab", ..upload }, "https://cdn/3", later).unwrap();
        let left: i64 = ledger.db.query_row("SELECT count(*) FROM uploads", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 1, "what has expired is forgotten");
    }
}

//! `openapi/upstream.lock`: where each upstream document comes from, and its hash, which shows whether it was changed
//! since.

use super::document;
use super::endpoints::{self, EndpointEntry};
use super::files::Files;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::Path;

/// The file, below the workspace.
pub const PATH: &str = "openapi/upstream.lock";

const HEADER: &str = "\
# Where the documents in `upstream/` come from. `cargo xtask fetch` writes this file.
#
# origin = \"transcribed\": written by hand from the endpoints' documentation pages, in the shape in which the source
# serves them; \"fetched\": downloaded byte for byte; \"accepted\": edited by hand, then taken by `cargo xtask lock`.
";

/// The lock's content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// One entry a document.
    #[serde(default, rename = "document")]
    pub documents: Vec<Locked>,
}

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its name in `openapi/upstream/`.
    pub file: String,
    /// The URL that serves it.
    pub source: String,
    /// The day on which it was taken, `YYYY-MM-DD`.
    pub date: String,
    /// How it came here.
    pub origin: Origin,
    /// The sha256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// How a document came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Written by hand from the documentation.
    Transcribed,
    /// Downloaded byte for byte.
    Fetched,
    /// Edited by hand and taken as it is.
    Accepted,
}

impl Lock {
    /// Reads the lock.
    ///
    /// # Errors
    /// The file cannot be read or is not of the lock's form.
    pub fn read(files: &Files) -> Result<Self> {
        toml::from_str(files.text(PATH)?).map_err(|error| Error::new(error.to_string().trim_end()).in_file(PATH))
    }

    /// The file's text.
    ///
    /// # Errors
    /// Never in practice: every field is a text.
    pub fn to_text(&self) -> Result<String> {
        let body = toml::to_string(self).map_err(|error| Error::new(error.to_string()).in_file(PATH))?;
        Ok(format!("{HEADER}\n{body}"))
    }

    /// The entry of a document.
    pub fn entry(&self, file: &str) -> Option<&Locked> {
        self.documents.iter().find(|document| document.file == file)
    }

    /// Whether the bytes of an endpoint's document are those that the lock has.
    ///
    /// # Errors
    /// They are not, or the lock does not know the document.
    pub fn check(&self, endpoint: &EndpointEntry, bytes: &[u8]) -> Result<()> {
        let Some(locked) = self.entry(&endpoint.file) else {
            let message = format!(
                "has no entry for `{}`: `cargo xtask fetch` downloads it, `cargo xtask lock` takes the file as it is",
                endpoint.file
            );
            return Err(Error::new(message).in_file(PATH));
        };
        let actual = sha256(bytes);
        if actual == locked.sha256 {
            return Ok(());
        }
        let message = format!(
            "its sha256 is {actual}, `{PATH}` has {}: corrections belong into `openapi/overlay/`; restore the file, or \
             take it as it is with `cargo xtask lock`",
            locked.sha256
        );
        Err(Error::new(message).in_file(endpoint.path()))
    }
}

/// The lock that takes the documents as they are: with the hash and date of each one that was edited or is new. Says
/// which those are.
///
/// # Errors
/// The list of endpoints, a document or the lock cannot be read.
pub fn accepted(files: &Files, date: &str) -> Result<(Lock, Vec<String>)> {
    let endpoints = endpoints::read(files)?;
    let old = if files.has(PATH) { Lock::read(files)? } else { Lock::default() };
    let mut new = Lock::default();
    let mut changed = Vec::new();
    for endpoint in &endpoints {
        let bytes = files.bytes(&endpoint.path())?;
        document::parse(bytes).map_err(|error| error.in_file(endpoint.path()))?;
        let sha256 = sha256(bytes);
        match old.entry(&endpoint.file) {
            Some(locked) if locked.sha256 == sha256 => new.documents.push(locked.clone()),
            known => {
                changed.push(endpoint.file.clone());
                let source = known.map_or_else(|| source(&endpoint.id), |locked| locked.source.clone());
                let (date, file) = (date.to_owned(), endpoint.file.clone());
                new.documents.push(Locked { file, source, date, origin: Origin::Accepted, sha256 });
            }
        }
    }
    Ok((new, changed))
}

/// Takes the documents below a workspace's root as they are, and returns the names of those that were edited or are new.
///
/// # Errors
/// As [`accepted`], or the lock cannot be written.
pub fn accept(root: &Path, date: &str) -> Result<Vec<String>> {
    let files = Files::read(root);
    let (lock, changed) = accepted(&files, date)?;
    if Lock::read(&files).ok().as_ref() != Some(&lock) {
        std::fs::write(root.join(PATH), lock.to_text()?)
            .map_err(|error| Error::new(format!("cannot be written: {error}")).in_file(PATH))?;
    }
    Ok(changed)
}

/// The day by this machine's clock, in UTC, as `YYYY-MM-DD`.
pub fn today() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    date(since.as_secs() / 86_400)
}

/// The day that many days after 1970-01-01.
fn date(days: u64) -> String {
    // Counted from 0000-03-01, so that the leap day ends a year; 146,097 days are 400 years.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", year + u64::from(month <= 2))
}

/// Where fal serves an endpoint's document.
pub fn source(id: &str) -> String {
    format!("https://fal.ai/api/openapi/queue/openapi.json?endpoint_id={id}")
}

/// The sha256 of the bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_779, "2026-11-22"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days), text);
        }
    }
}

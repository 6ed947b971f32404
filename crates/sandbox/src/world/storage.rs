//! Tokens and uploads under way.

use crate::lock::lock;
use crate::world::shelf::Shelf;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

/// How many tokens, and how many uploads under way, are remembered.
const MAX_ENTRIES: usize = 10_000;
/// How long a token is good for.
pub(crate) const TOKEN_TTL: Duration = Duration::from_secs(3600);

/// An upload that was announced and is not complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct Upload {
    /// The id of the file that it will be.
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) keep: Option<Duration>,
    /// The parts by number.
    pub(crate) parts: BTreeMap<u32, (String, Bytes)>,
}

/// The bookkeeping behind the storage's calls.
#[derive(Debug)]
pub(crate) struct Storage {
    tokens: Mutex<Shelf<SystemTime>>,
    uploads: Mutex<Shelf<Upload>>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { tokens: Mutex::new(Shelf::new(MAX_ENTRIES)), uploads: Mutex::new(Shelf::new(MAX_ENTRIES)) }
    }
}

/// A new id for anything that is nobody's to guess.
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl Storage {
    /// A new token and when it expires.
    pub(crate) fn issue_token(&self, ttl: Duration) -> (String, SystemTime) {
        let token = format!("sandbox-{}", new_id());
        let expires_at = SystemTime::now() + ttl.min(TOKEN_TTL);
        lock(&self.tokens).insert(token.clone(), expires_at, 1);
        (token, expires_at)
    }

    /// Whether the token was issued here and is still good.
    pub(crate) fn knows_token(&self, token: &str) -> bool {
        lock(&self.tokens).get(token).is_some_and(|expires_at| SystemTime::now() < *expires_at)
    }

    /// Announces an upload; returns its id.
    pub(crate) fn announce(&self, upload: Upload) -> String {
        let id = new_id();
        lock(&self.uploads).insert(id.clone(), upload, 1);
        id
    }

    /// Ends an upload and hands it over.
    pub(crate) fn take(&self, id: &str) -> Option<Upload> {
        lock(&self.uploads).remove(id)
    }

    /// What was announced under that id.
    pub(crate) fn file_of(&self, id: &str) -> Option<String> {
        lock(&self.uploads).get(id).map(|upload| upload.file.clone())
    }

    /// Keeps a part, within a bound on all parts of one upload; returns whether there was such an upload and room in it.
    pub(crate) fn keep_part(&self, id: &str, number: u32, etag: &str, bytes: Bytes, max_bytes: usize) -> bool {
        let mut uploads = lock(&self.uploads);
        let Some(mut upload) = uploads.remove(id) else { return false };
        let others: usize = upload.parts.iter().filter(|(n, _)| **n != number).map(|(_, (_, part))| part.len()).sum();
        let fits = others + bytes.len() <= max_bytes;
        if fits {
            upload.parts.insert(number, (etag.to_owned(), bytes));
        }
        uploads.insert(id.to_owned(), upload, 1);
        fits
    }
}

impl Upload {
    /// The whole file, when the parts named are exactly those that came, whatever their order.
    pub(crate) fn join(&self, named: &[(u32, String)]) -> Option<Bytes> {
        let named: BTreeMap<u32, &str> = named.iter().map(|(number, etag)| (*number, etag.trim_matches('"'))).collect();
        let complete = named.len() == self.parts.len()
            && self
                .parts
                .iter()
                .zip(&named)
                .all(|((a, (etag, _)), (b, named))| a == b && etag.trim_matches('"') == *named);
        if !complete || self.parts.is_empty() {
            return None;
        }
        let length = self.parts.values().map(|(_, part)| part.len()).sum();
        let mut whole = Vec::with_capacity(length);
        for (_, part) in self.parts.values() {
            whole.extend_from_slice(part);
        }
        Some(whole.into())
    }
}

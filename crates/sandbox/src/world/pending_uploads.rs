//! Uploads that were announced and are not complete.

use crate::chance;
use crate::lock::lock;
use crate::world::bounded_map::BoundedMap;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// How many are remembered.
const MAX_UPLOADS: usize = 10_000;

/// An upload that was announced and is not complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct PendingUpload {
    /// The id of the file that it will be.
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) lifetime: Option<Duration>,
    /// The parts by number.
    pub(crate) parts: BTreeMap<u32, (String, Bytes)>,
}

/// The uploads under way.
#[derive(Debug)]
pub(crate) struct PendingUploads(Mutex<BoundedMap<PendingUpload>>);

impl PendingUploads {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(BoundedMap::new(usize::MAX)))
    }

    /// Announces an upload; returns its id.
    pub(crate) fn announce(&self, upload: PendingUpload) -> String {
        let id = chance::id();
        let mut uploads = lock(&self.0);
        while uploads.len() >= MAX_UPLOADS && uploads.drop_oldest() {}
        uploads.insert(id.clone(), upload, 0);
        id
    }

    /// Bytes of all parts.
    pub(crate) fn bytes(&self) -> usize {
        lock(&self.0).weight()
    }

    /// Notes that an upload is being continued.
    pub(crate) fn touch(&self, id: &str) {
        lock(&self.0).touch(id);
    }

    /// Drops the upload that was not continued for the longest time, but never the one that is being continued.
    pub(crate) fn drop_oldest(&self) -> bool {
        let mut uploads = lock(&self.0);
        uploads.len() > 1 && uploads.weight() > 0 && uploads.drop_oldest()
    }

    /// Ends an upload and hands it over.
    pub(crate) fn take(&self, id: &str) -> Option<PendingUpload> {
        lock(&self.0).remove(id)
    }

    /// What was announced under that id.
    pub(crate) fn file_of(&self, id: &str) -> Option<String> {
        lock(&self.0).get(id).map(|upload| upload.file.clone())
    }

    /// Keeps a part; returns whether there is such an upload.
    pub(crate) fn keep_part(&self, id: &str, number: u32, etag: &str, bytes: Bytes) -> bool {
        let mut uploads = lock(&self.0);
        let Some(mut upload) = uploads.remove(id) else { return false };
        upload.parts.insert(number, (etag.to_owned(), bytes));
        let weight = upload.parts.values().map(|(_, part)| part.len()).sum();
        uploads.insert(id.to_owned(), upload, weight);
        true
    }
}

impl PendingUpload {
    /// The complete file, if the named parts are exactly those that were received, in any order.
    pub(crate) fn join(self, named: &[(u32, String)]) -> Option<Bytes> {
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
        // Each part is freed as soon as it is copied.
        for (_, part) in self.parts.into_values() {
            whole.extend_from_slice(&part);
        }
        Some(whole.into())
    }
}

//! How far an upload is.

use crate::picture::progress::{OnProgress, Progress};
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The progress of an upload, and the caller's function to report it to.
#[derive(Clone)]
pub(super) struct Meter {
    sent: Arc<AtomicU64>,
    total: Option<u64>,
    callback: Option<OnProgress>,
}

impl Meter {
    pub(super) fn new(total: Option<u64>, callback: Option<OnProgress>) -> Self {
        Self { sent: Arc::default(), total, callback }
    }

    /// One attempt at one piece.
    pub(super) fn attempt(&self) -> Attempt {
        Attempt { meter: self.clone(), sent: Arc::default() }
    }

    fn tell(&self) {
        if let Some(callback) = &self.callback {
            callback(Progress { bytes: self.sent.load(Ordering::Relaxed), total: self.total });
        }
    }
}

/// The bytes that one attempt has sent. If it fails, they are subtracted again.
#[derive(Clone)]
pub(super) struct Attempt {
    meter: Meter,
    sent: Arc<AtomicU64>,
}

impl Attempt {
    pub(super) fn failed(&self) {
        let sent = self.sent.swap(0, Ordering::Relaxed);
        self.meter.sent.fetch_sub(sent, Ordering::Relaxed);
    }

    pub(super) fn measure(
        self,
        pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        pieces.inspect(move |piece| {
            if let Ok(piece) = piece {
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                self.sent.fetch_add(length, Ordering::Relaxed);
                self.meter.sent.fetch_add(length, Ordering::Relaxed);
                self.meter.tell();
            }
        })
    }
}

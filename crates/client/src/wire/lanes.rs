//! Connections for status streams: how many streams of one client are open at once, and over which connections.
//!
//! Many jobs must not mean many connections. On HTTP/1.1 every stream needs a connection of its own, so there are at
//! most [`STREAMS`] and the other jobs are polled, a few at a time. On HTTP/2 a connection carries many streams, so
//! there is a second lane when the first is full, and so on up to [`LANES`], each with a connection of its own. Servers
//! commonly allow a hundred streams on a connection. The first lane shares its connection with the short requests, and 64
//! streams leave room for the 12 submits and 20 polls that a [gate](super::gate) lets through: without that room a submit would
//! wait until some job ends.

use crate::generated::queue;
use crate::transport::http_clients::HttpClients;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The most status streams in one lane.
pub(crate) const STREAMS: usize = 64;
/// The most connections for streams, on HTTP/2.
pub(crate) const LANES: usize = 15;
/// The most polls a second of all jobs together. With more jobs each is polled more rarely, so that a client with ten
/// thousand jobs does not send ten thousand requests in every interval.
const POLL_RATE: u32 = 8_000;

/// The permits of streams.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Vec<Lane>,
    polled: AtomicUsize,
}

#[derive(Debug)]
struct Lane {
    streams: Arc<Semaphore>,
    operations: OnceLock<queue::Client>,
}

/// A permit for one stream, and the operations whose connection it may use.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    pub(crate) operations: queue::Client,
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    pub(crate) fn new() -> Self {
        let lane = || Lane { streams: Arc::new(Semaphore::new(STREAMS)), operations: OnceLock::new() };
        Self { lanes: std::iter::repeat_with(lane).take(LANES).collect(), polled: AtomicUsize::new(0) }
    }

    /// A permit for one stream, or `None` when all are taken: the job is then polled. It never waits, since a job must not
    /// stand still until another one ends. The first lane uses the connections of all other calls.
    pub(crate) fn stream_permit(&self, shared: &queue::Client, http: &HttpClients) -> Option<StreamPermit> {
        for (index, lane) in self.usable(shared).enumerate() {
            let Ok(permit) = lane.streams.clone().try_acquire_owned() else { continue };
            let operations = match (index, lane.operations.get()) {
                (0, _) => shared.clone(),
                (_, Some(operations)) => operations.clone(),
                (_, None) => {
                    let client = http.multiplexed(&shared.baseurl).ok()?;
                    lane.operations.get_or_init(|| queue::Client { client, ..shared.clone() }).clone()
                }
            };
            return Some(StreamPermit { operations, _permit: permit });
        }
        None
    }

    /// Whether there is one.
    pub(crate) fn has_room(&self, shared: &queue::Client) -> bool {
        self.usable(shared).any(|lane| lane.streams.available_permits() > 0)
    }

    fn usable(&self, shared: &queue::Client) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().take(if shared.inner.speaks_http2() { LANES } else { 1 })
    }

    /// How many streams are open now.
    pub(crate) fn open_streams(&self) -> usize {
        self.lanes.iter().map(|lane| STREAMS - lane.streams.available_permits()).sum()
    }

    /// Counts a job that is polled, until the guard is dropped.
    pub(crate) fn polling(self: &Arc<Self>) -> PolledJob {
        self.polled.fetch_add(1, Ordering::Relaxed);
        PolledJob(self.clone())
    }

    /// The shortest wait between two polls of one job that keeps all polls together below the limit.
    pub(crate) fn shortest_interval(&self) -> Duration {
        let jobs = u32::try_from(self.polled.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        Duration::from_secs(1).saturating_mul(jobs) / POLL_RATE
    }
}

/// A job that is polled.
#[derive(Debug)]
pub(crate) struct PolledJob(Arc<Lanes>);

impl Drop for PolledJob {
    fn drop(&mut self) {
        self.0.polled.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn with_many_jobs_each_is_polled_more_rarely() {
        let lanes = Arc::new(Lanes::new());
        assert_eq!(lanes.shortest_interval(), Duration::ZERO);
        let jobs: Vec<_> = (0..800).map(|_| lanes.polling()).collect();
        assert_eq!(lanes.shortest_interval(), Duration::from_millis(100));
        drop(jobs);
        assert_eq!(lanes.shortest_interval(), Duration::ZERO);
    }
}

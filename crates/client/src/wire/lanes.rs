//! How many requests and streams of one client are on their way at once, and over which connections.
//!
//! Many jobs must not mean many connections. On HTTP/1.1 every stream needs a connection of its own, so there are at
//! most [`STREAMS`] and the other jobs are polled, a few at a time. On HTTP/2 a connection carries many streams, so
//! there is a second lane when the first is full, and so on up to [`LANES`], each with a connection of its own: servers
//! allow a hundred streams or so on one.

use crate::generated::queue;
use crate::wire::http::Http;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Status streams in one lane.
pub(crate) const STREAMS: usize = 64;
/// Connections for streams, on HTTP/2.
pub(crate) const LANES: usize = 15;
/// Submits, results and cancels at once.
pub(crate) const REQUESTS: usize = 12;
/// Polls at once.
pub(crate) const POLLS: usize = 20;
/// Idle connections that are kept. The pool may open one and then use another that has come free: what it has too many
/// of is closed.
pub(crate) const IDLE: usize = 64;
/// Polls a second, all jobs together: with more jobs each is polled more rarely.
const POLL_RATE: u32 = 8_000;
/// How long the first request has the connection to itself.
const FIRST: Duration = Duration::from_millis(500);

/// A turn for short requests. The first goes alone: until its answer is there, nobody knows whether the connection can
/// carry more than one at a time, and each of a burst would open its own.
#[derive(Debug)]
pub(crate) struct Gate {
    turns: Semaphore,
    width: usize,
    open: AtomicBool,
}

impl Gate {
    pub(crate) fn new(width: usize) -> Self {
        Self { turns: Semaphore::new(1), width, open: AtomicBool::new(false) }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if !self.open.load(Ordering::Relaxed) {
            // A first request that is slow must not hold up the others for long.
            if let Ok(turn) = timeout(FIRST, self.turns.acquire()).await {
                return turn.ok();
            }
            self.open();
        }
        // The semaphore is never closed, so this cannot fail.
        self.turns.acquire().await.ok()
    }

    /// The first request has come back.
    pub(crate) fn open(&self) {
        if !self.open.load(Ordering::Relaxed) && !self.open.swap(true, Ordering::Relaxed) {
            self.turns.add_permits(self.width - 1);
        }
    }
}

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
pub(crate) struct Ticket {
    pub(crate) operations: queue::Client,
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    pub(crate) fn new() -> Self {
        let lane = || Lane { streams: Arc::new(Semaphore::new(STREAMS)), operations: OnceLock::new() };
        Self { lanes: std::iter::repeat_with(lane).take(LANES).collect(), polled: AtomicUsize::new(0) }
    }

    /// A permit for one stream, where one is free. The first lane goes over the connections of all other calls.
    pub(crate) fn ticket(&self, shared: &queue::Client, http: &Http) -> Option<Ticket> {
        let usable = if shared.inner.speaks_http2() { LANES } else { 1 };
        for (index, lane) in self.lanes.iter().enumerate().take(usable) {
            let Ok(permit) = lane.streams.clone().try_acquire_owned() else { continue };
            let operations = match (index, lane.operations.get()) {
                (0, _) => shared.clone(),
                (_, Some(operations)) => operations.clone(),
                (_, None) => {
                    let client = http.multiplexed(&shared.baseurl).ok()?;
                    lane.operations.get_or_init(|| queue::Client { client, ..shared.clone() }).clone()
                }
            };
            return Some(Ticket { operations, _permit: permit });
        }
        None
    }

    /// Streams that are open now.
    pub(crate) fn open(&self) -> usize {
        self.lanes.iter().map(|lane| STREAMS - lane.streams.available_permits()).sum()
    }

    /// Counts a job that is polled, until the guard is dropped.
    pub(crate) fn polling(self: &Arc<Self>) -> Polled {
        self.polled.fetch_add(1, Ordering::Relaxed);
        Polled(self.clone())
    }

    /// The shortest wait between two polls of one job that keeps the sum of all in bounds.
    pub(crate) fn shortest_interval(&self) -> Duration {
        let jobs = u32::try_from(self.polled.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        Duration::from_secs(1).saturating_mul(jobs) / POLL_RATE
    }
}

/// A job that is polled.
#[derive(Debug)]
pub(crate) struct Polled(Arc<Lanes>);

impl Drop for Polled {
    fn drop(&mut self) {
        self.0.polled.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, Lanes};
    use std::sync::Arc;
    use std::time::Duration;

    #[tokio::test]
    async fn the_first_request_goes_alone_until_it_is_back() {
        let gate = Gate::new(3);
        let first = gate.turn().await;
        assert!(gate.turns.try_acquire().is_err());
        gate.open();
        gate.open();
        drop(first);
        assert_eq!(gate.turns.available_permits(), 3);
    }

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

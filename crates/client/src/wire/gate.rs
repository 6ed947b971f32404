//! Limits how many short requests of one client are sent at the same time.
//!
//! A thousand jobs that are submitted together would otherwise open a thousand connections on HTTP/1.1, or exceed the number of
//! streams that a server allows on HTTP/2. Submits and polls have a gate each, so that polling many jobs does not delay a
//! submit. Runs have none: they take as long as the picture, and would hold their turn all that time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How many submits, results and cancels are sent at the same time.
pub(crate) const REQUESTS: usize = 12;
/// How many polls are sent at the same time.
pub(crate) const POLLS: usize = 20;
/// How long the first request is sent alone.
const FIRST: Duration = Duration::from_millis(500);

/// Turns for short requests. The first request goes alone: until it is answered the client does not know whether the server
/// speaks HTTP/2, and each of a burst of requests would open a connection of its own.
#[derive(Debug)]
pub(crate) struct Gate {
    turns: Semaphore,
    width: usize,
    is_wide: AtomicBool,
}

impl Gate {
    pub(crate) fn new(width: usize) -> Self {
        Self { turns: Semaphore::new(1), width, is_wide: AtomicBool::new(false) }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if !self.is_wide.load(Ordering::Relaxed) {
            // If the first request is slow, the others wait for it only this long.
            if let Ok(turn) = timeout(FIRST, self.turns.acquire()).await {
                return turn.ok();
            }
            self.widen();
        }
        // The semaphore is never closed, so this cannot fail.
        self.turns.acquire().await.ok()
    }

    /// Opens the gate to its full width, after the answer to the first request.
    pub(crate) fn widen(&self) {
        if !self.is_wide.load(Ordering::Relaxed) && !self.is_wide.swap(true, Ordering::Relaxed) {
            self.turns.add_permits(self.width - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Gate, POLLS, REQUESTS};
    use futures_util::FutureExt;
    use tokio::time::{Duration, Instant, timeout};

    #[tokio::test]
    async fn the_first_request_goes_alone_until_it_is_back() {
        let gate = Gate::new(3);
        let first = gate.turn().await;
        assert!(gate.turns.try_acquire().is_err());
        gate.widen();
        gate.widen();
        drop(first);
        assert_eq!(gate.turns.available_permits(), 3);
    }
    #[tokio::test(start_paused = true)]
    async fn a_first_request_that_is_slow_is_waited_for_half_a_second_and_then_as_many_go_as_the_gate_is_wide() {
        for width in [1, 3, REQUESTS, POLLS] {
            let (gate, begun) = (Gate::new(width), Instant::now());
            let mut turns = vec![gate.turn().await];
            assert_eq!(begun.elapsed(), Duration::ZERO, "the first goes at once");
            if width > 1 {
                assert!(timeout(FIRST.mul_f64(0.9), gate.turn()).await.is_err(), "the second waits for its answer");
                let waited = Instant::now();
                turns.push(gate.turn().await);
                assert_eq!(waited.elapsed(), FIRST);
            }
            while turns.len() < width {
                turns.push(gate.turn().now_or_never().expect("there is room"));
            }
            assert!(timeout(FIRST * 9, gate.turn()).await.is_err(), "{width} at once, and no more");
            drop(turns.pop());
            assert!(gate.turn().now_or_never().flatten().is_some(), "and one for each that is back");
        }
    }
}

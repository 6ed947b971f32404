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
    use super::Gate;

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
}

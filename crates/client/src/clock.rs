//! The one place that reads the clock, so that it can be seen what depends on the time.

use std::time::{Duration, SystemTime};
pub(crate) use tokio::time::Instant;

/// Now, for measuring and for timers. It is the runtime's time, which a test may hold still and move on.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// How long ago that was.
pub(crate) fn since(begun: Instant) -> Duration {
    now().duration_since(begun)
}

/// The time of day, for what is compared with a server's.
pub(crate) fn system_time() -> SystemTime {
    SystemTime::now()
}

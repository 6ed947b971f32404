//! The one place that reads the clock, so that it can be seen what depends on the time.

use std::time::{Duration, SystemTime};
pub(crate) use tokio::time::Instant;

/// Now, for measuring and for timers. It is the runtime's time, which a test may hold still and move on.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time after that wait. One beyond a year counts as a year, so no setting and no server can overflow the clock.
pub(crate) fn after(wait: Duration) -> Instant {
    now() + wait.min(Duration::from_secs(365 * 24 * 3600))
}

/// How long ago that was.
pub(crate) fn since(begun: Instant) -> Duration {
    now().duration_since(begun)
}

/// The time of day, for what is compared with a server's.
pub(crate) fn system_time() -> SystemTime {
    SystemTime::now()
}

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

/// Milliseconds since 1970, negative before it.
pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |before| -before),
    }
}

/// The time that many milliseconds later, or earlier; the same time where that is beyond what can be said.
pub(crate) fn shifted(time: SystemTime, milliseconds: i64) -> SystemTime {
    let by = Duration::from_millis(milliseconds.unsigned_abs());
    if milliseconds < 0 { time.checked_sub(by) } else { time.checked_add(by) }.unwrap_or(time)
}

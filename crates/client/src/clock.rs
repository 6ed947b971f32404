//! The one module that reads the clock, so that code that depends on the time is easy to find.

use std::time::{Duration, SystemTime};
pub(crate) use tokio::time::Instant;

/// Now, for measuring and for timers. It is the async runtime's clock, which a test can pause and advance.
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

/// The time of day, to compare with a server's.
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

/// The time this many milliseconds later, or earlier if negative. A time that `SystemTime` cannot hold is not shifted.
pub(crate) fn shifted(time: SystemTime, milliseconds: i64) -> SystemTime {
    let by = Duration::from_millis(milliseconds.unsigned_abs());
    if milliseconds < 0 { time.checked_sub(by) } else { time.checked_add(by) }.unwrap_or(time)
}

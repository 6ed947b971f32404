//! The one module that reads this machine's clock, with limits that keep a wrong clock harmless.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Room to search around a time.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// The latest time that is taken for one: a day before the year 9999 ends, and RFC 3339 with it.
const LATEST_MS: i64 = 253_402_300_799_999 - DAY_MS;

/// Now, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(LATEST_MS)
}

/// That many milliseconds since 1970, moved into the years 1970 to 9999 where it lies outside, a day from their ends.
pub(crate) fn time(milliseconds: i64) -> SystemTime {
    let bounded = milliseconds.clamp(DAY_MS, LATEST_MS);
    UNIX_EPOCH + Duration::from_millis(u64::try_from(bounded).unwrap_or_default())
}

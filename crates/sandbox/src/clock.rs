//! Reads the clock, and reads and writes times in the API's formats. No other file reads the clock.

use std::time::{Duration, Instant, SystemTime};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// The time of day.
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// A moment to measure from.
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// How long ago that was.
pub(crate) fn since(begun: Instant) -> Duration {
    instant().duration_since(begun)
}

/// `2024-12-20T15:37:17.12Z`.
pub(crate) fn rfc3339(at: SystemTime) -> String {
    OffsetDateTime::from(at).format(&Rfc3339).unwrap_or_default()
}

/// `2024-12-20T15:37:17.120314`, as log lines have it: microseconds and no zone.
pub(crate) fn log(at: SystemTime) -> String {
    let (at, micros) = (OffsetDateTime::from(at), OffsetDateTime::from(at).microsecond());
    let (hour, minute, second) = at.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}.{micros:06}", at.date())
}

/// An ISO 8601 time, or date; one without a zone is UTC.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Iso8601::DEFAULT)
        .ok()
        .or_else(|| PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).ok().map(PrimitiveDateTime::assume_utc))
        .or_else(|| Date::parse(text, &Iso8601::DEFAULT).ok().map(|date| date.midnight().assume_utc()))
        .map(SystemTime::from)
}

/// The beginning of the minute, hour, day, week (from Monday) or month that a time lies in, in UTC.
pub(crate) fn floor(at: SystemTime, timeframe: &str) -> SystemTime {
    let at = OffsetDateTime::from(at);
    let midnight = at.date().midnight().assume_utc();
    let begin = match timeframe {
        "minute" => at - Duration::new(u64::from(at.second()), at.nanosecond()),
        "hour" => midnight + Duration::from_secs(u64::from(at.hour()) * 3600),
        "week" => midnight - Duration::from_secs(u64::from(at.weekday().number_days_from_monday()) * 24 * 3600),
        "month" => midnight - Duration::from_secs(u64::from(at.day() - 1) * 24 * 3600),
        _ => midnight,
    };
    begin.into()
}

/// Seconds since 1970.
pub(crate) fn unix(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// Seconds from one to the other, zero when they are the wrong way round.
pub(crate) fn seconds(from: SystemTime, to: SystemTime) -> f64 {
    to.duration_since(from).unwrap_or(Duration::ZERO).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_api_writes_them() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_734_709_037_120_314);
        assert_eq!(log(at), "2024-12-20T15:37:17.120314");
        assert_eq!(rfc3339(at), "2024-12-20T15:37:17.120314Z");
    }

    #[test]
    fn a_time_lies_in_its_minute_hour_day_week_and_month() {
        let at = parse("2024-12-20T15:37:17.5Z").unwrap();
        for (timeframe, begin) in [
            ("minute", "2024-12-20T15:37:00Z"),
            ("hour", "2024-12-20T15:00:00Z"),
            ("day", "2024-12-20T00:00:00Z"),
            ("week", "2024-12-16T00:00:00Z"),
            ("month", "2024-12-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(floor(at, timeframe)), begin, "{timeframe}");
        }
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_734_709_037);
        for text in ["2024-12-20T15:37:17Z", "2024-12-20T16:37:17+01:00", "2024-12-20T15:37:17"] {
            assert_eq!(parse(text), Some(at), "{text}");
        }
        assert_eq!(parse("2024-12-20").map(unix), Some(1_734_652_800));
        assert_eq!(parse("yesterday"), None);
    }
}

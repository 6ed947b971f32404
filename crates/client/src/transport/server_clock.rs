//! The service's clock, as the `Date` of its answers shows it. This machine's own may be wrong.

use crate::clock::{self, milliseconds, shifted};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// How far the service's clock is ahead of this machine's, in milliseconds, once an answer has told.
#[derive(Debug)]
pub(crate) struct ServerClock(AtomicI64);

const UNKNOWN: i64 = i64::MIN;
/// The end of 9999, since 1970: the last time that has four digits for its year.
const LAST: Duration = Duration::from_secs(253_402_300_799);

impl Default for ServerClock {
    fn default() -> Self {
        Self(AtomicI64::new(UNKNOWN))
    }
}

impl ServerClock {
    /// Notes the `Date` of an answer that came now.
    pub(crate) fn note(&self, date: SystemTime, now: SystemTime) {
        // The header says whole seconds, so it is half a second late on average.
        let offset = milliseconds(date).saturating_add(500).saturating_sub(milliseconds(now)).max(UNKNOWN + 1);
        let known = self.0.load(Ordering::Relaxed);
        // What is finer than the header's seconds is chance.
        if known == UNKNOWN || known.abs_diff(offset) > 1000 {
            self.0.store(offset, Ordering::Relaxed);
        }
    }

    pub(crate) fn offset_ms(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|&offset| offset != UNKNOWN)
    }

    /// What it says now, between 1970 and 9999; this machine's clock where nothing is known.
    pub(crate) fn now(&self) -> SystemTime {
        let last = SystemTime::UNIX_EPOCH + LAST;
        shifted(clock::system_time(), self.offset_ms().unwrap_or_default()).clamp(SystemTime::UNIX_EPOCH, last)
    }
}

#[cfg(test)]
mod tests {
    use super::ServerClock;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_date_of_an_answer_says_how_wrong_the_clock_is() {
        let clock = ServerClock::default();
        let at = |seconds: u64, millis: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(seconds * 1000 + millis);
        assert_eq!(clock.offset_ms(), None);
        clock.note(at(5000, 0), at(1400, 500));
        assert_eq!(clock.offset_ms(), Some(3_600_000));
        clock.note(at(5001, 0), at(1402, 400));
        assert_eq!(clock.offset_ms(), Some(3_600_000), "within the header's precision nothing changes");
        // The machine's clock was set right.
        clock.note(at(5002, 0), at(5002, 100));
        assert_eq!(clock.offset_ms(), Some(400));
        clock.note(at(5002, 0), at(9002, 500));
        assert_eq!(clock.offset_ms(), Some(-4_000_000));
    }

    #[test]
    fn no_date_overflows_it() {
        let (first, last) =
            (SystemTime::UNIX_EPOCH, httpdate::parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT").unwrap());
        for (date, now) in [(last, first), (first, last)] {
            let clock = ServerClock::default();
            clock.note(date, now);
            assert!(clock.offset_ms().is_some() && (first..=last).contains(&clock.now()));
        }
    }
}

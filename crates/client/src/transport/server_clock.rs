//! The service's clock, as the `Date` of its answers shows it. This machine's own may be wrong.

use crate::clock::{self, milliseconds, shifted};
use crate::text::cut;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How far the service's clock is ahead of this machine's.
#[derive(Debug)]
pub(crate) struct ServerClock {
    /// In milliseconds, after the first answer.
    offset: AtomicI64,
    /// The last `Date`. All answers of one second have the same one, so it is parsed once.
    last: Mutex<String>,
}

const UNKNOWN: i64 = i64::MIN;
/// The longest date is shorter; what a server sends beyond that is not kept.
const DATE_BYTES: usize = 40;
/// The end of 9999, since 1970: the last time that has four digits for its year.
const LAST: Duration = Duration::from_secs(253_402_300_799);

impl Default for ServerClock {
    fn default() -> Self {
        Self { offset: AtomicI64::new(UNKNOWN), last: Mutex::default() }
    }
}

impl ServerClock {
    /// Notes the header `Date` of an answer that came now.
    pub(crate) fn note_header(&self, text: &str) {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == text {
                return;
            }
            last.clear();
            last.push_str(cut(text, DATE_BYTES));
        }
        if let Ok(date) = httpdate::parse_http_date(text) {
            self.note(date, clock::system_time());
        }
    }

    /// Notes the `Date` of an answer that came now.
    fn note(&self, date: SystemTime, now: SystemTime) {
        // The header has whole seconds, so it is half a second behind on average.
        let offset = milliseconds(date).saturating_add(500).saturating_sub(milliseconds(now)).max(UNKNOWN + 1);
        let known = self.offset.load(Ordering::Relaxed);
        // Differences below a second, the header's unit, mean nothing.
        if known == UNKNOWN || known.abs_diff(offset) > 1000 {
            self.offset.store(offset, Ordering::Relaxed);
        }
    }

    pub(crate) fn offset_ms(&self) -> Option<i64> {
        Some(self.offset.load(Ordering::Relaxed)).filter(|&offset| offset != UNKNOWN)
    }

    /// The service's time now, between 1970 and 9999; this machine's if nothing is known.
    pub(crate) fn now(&self) -> SystemTime {
        let last = SystemTime::UNIX_EPOCH + LAST;
        shifted(clock::system_time(), self.offset_ms().unwrap_or_default()).clamp(SystemTime::UNIX_EPOCH, last)
    }
}

#[cfg(test)]
mod tests {
    use super::ServerClock;
    use std::sync::atomic::Ordering;
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
    fn the_answers_of_one_second_are_read_once_and_what_is_no_date_says_nothing() {
        let clock = ServerClock::default();
        clock.note_header("yesterday");
        assert_eq!(clock.offset_ms(), None);
        clock.note_header("Sun, 06 Nov 1994 08:49:37 GMT");
        let told = clock.offset_ms();
        assert!(told.is_some_and(|offset| offset < 0));
        // The machine's clock was corrected, but an answer with the same `Date` does not show that.
        clock.offset.store(7, Ordering::Relaxed);
        clock.note_header("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(clock.offset_ms(), Some(7));
        clock.note_header("Sun, 06 Nov 1994 08:49:38 GMT");
        assert!(clock.offset_ms().is_some_and(|offset| offset.abs_diff(told.unwrap()) < 60_000));
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

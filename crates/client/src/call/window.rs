//! A span of time in which something was sent.

use crate::clock::{self, shifted};
use std::time::{Duration, SystemTime};

/// A span of time by this machine's clock: when a request was sent, at the earliest and at the latest.
///
/// The clock may be wrong. The client learns by how much from the `Date` of the API's answers
/// ([`Client::clock_offset_ms`](crate::Client::clock_offset_ms)), and corrects for it when it searches for the request.
///
/// ```
/// use ideogram_client::Window;
/// use std::time::Duration;
///
/// let window = Window::last(Duration::from_secs(60));
/// assert!(window.begin() < window.end());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    begin: SystemTime,
    end: SystemTime,
    clock_offset_ms: Option<i64>,
}

impl Window {
    /// The time from `begin` to `end`.
    pub fn new(begin: SystemTime, end: SystemTime) -> Self {
        Self { begin, end: end.max(begin), clock_offset_ms: None }
    }

    /// The last `span` of time, up to now.
    pub fn last(span: Duration) -> Self {
        let now = clock::system_time();
        Self::new(now.checked_sub(span).unwrap_or(SystemTime::UNIX_EPOCH), now)
    }

    /// The earliest time.
    pub fn begin(&self) -> SystemTime {
        self.begin
    }

    /// The latest time.
    pub fn end(&self) -> SystemTime {
        self.end
    }

    /// Sets how far the service's clock was ahead of the clock that measured this window, in milliseconds; negative if
    /// it was behind. By default a search uses the offset that the client knows at that time. Set it for a window that
    /// another process measured, because the machine's clock may have been corrected since.
    ///
    /// ```
    /// # use ideogram_client::Window;
    /// let window = Window::last(std::time::Duration::from_secs(60)).with_clock_offset_ms(-3_600_000);
    /// assert_eq!(window.clock_offset_ms(), Some(-3_600_000));
    /// ```
    #[must_use]
    pub fn with_clock_offset_ms(self, clock_offset_ms: i64) -> Self {
        Self { clock_offset_ms: Some(clock_offset_ms), ..self }
    }

    /// How far the service's clock was ahead of the clock that measured this window, in milliseconds, if it was set.
    pub fn clock_offset_ms(&self) -> Option<i64> {
        self.clock_offset_ms
    }

    /// The same window as a clock would measure it that is this many milliseconds ahead.
    pub(crate) fn shifted(self, milliseconds: i64) -> Self {
        let Self { begin, end, .. } = self;
        Self::new(shifted(begin, milliseconds), shifted(end, milliseconds))
    }

    /// The window, longer by this much on both sides, because clocks differ.
    pub(crate) fn widened(self, by: Duration) -> Self {
        Self {
            begin: self.begin.checked_sub(by).unwrap_or(SystemTime::UNIX_EPOCH),
            end: self.end.checked_add(by).unwrap_or(self.end),
            ..self
        }
    }

    pub(crate) fn contains(&self, time: SystemTime) -> bool {
        (self.begin..=self.end).contains(&time)
    }
}

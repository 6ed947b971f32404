//! A span of time in which something was sent.

use crate::clock;
use std::time::{Duration, SystemTime};

/// A span of time by this machine's clock: when a request was sent, at the earliest and at the latest.
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
}

impl Window {
    /// Between two times.
    pub fn new(begin: SystemTime, end: SystemTime) -> Self {
        Self { begin, end: end.max(begin) }
    }

    /// The time up to now.
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

    /// The window with that much on both sides: clocks differ.
    pub(crate) fn widened(self, by: Duration) -> Self {
        Self {
            begin: self.begin.checked_sub(by).unwrap_or(SystemTime::UNIX_EPOCH),
            end: self.end.checked_add(by).unwrap_or(self.end),
        }
    }

    pub(crate) fn contains(&self, time: SystemTime) -> bool {
        (self.begin..=self.end).contains(&time)
    }
}

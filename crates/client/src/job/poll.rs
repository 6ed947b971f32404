//! How long to wait between two polls of a job: pure functions of time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often a job is asked after that is polled.
///
/// ```
/// use ideogram_client::PollPolicy;
/// use std::time::Duration;
///
/// let policy = PollPolicy::backoff(Duration::from_millis(100), Duration::from_secs(1));
/// assert_eq!(policy.interval(0, Duration::ZERO, None), Duration::from_millis(100));
/// assert_eq!(policy.interval(90, Duration::from_secs(60), None), Duration::from_secs(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PollPolicy {
    /// Always after the same time.
    Fixed(Duration),
    /// Half as long again each time, up to a bound.
    Backoff {
        /// The first wait.
        first: Duration,
        /// The longest wait.
        longest: Duration,
    },
    /// As [`Backoff`](Self::Backoff), but close in around the time that earlier jobs of this client took.
    Adaptive {
        /// The shortest wait.
        shortest: Duration,
        /// The longest wait.
        longest: Duration,
    },
}

impl Default for PollPolicy {
    /// Adaptive, from 100 ms to 2 s.
    fn default() -> Self {
        Self::Adaptive { shortest: Duration::from_millis(100), longest: Duration::from_secs(2) }
    }
}

impl PollPolicy {
    /// Always after the same time.
    pub fn fixed(interval: Duration) -> Self {
        Self::Fixed(interval)
    }

    /// Half as long again each time, up to a bound.
    pub fn backoff(first: Duration, longest: Duration) -> Self {
        Self::Backoff { first, longest }
    }

    /// How long to wait before the next poll: after `polls` polls, `elapsed` since the submit, where such jobs are
    /// expected to take `expected`. It is never less than a millisecond.
    pub fn interval(&self, polls: u32, elapsed: Duration, expected: Option<Duration>) -> Duration {
        let growing = |first: Duration, longest: Duration| {
            first.mul_f64(1.5_f64.powi(i32::try_from(polls.min(40)).unwrap_or(40))).min(longest)
        };
        let chosen = match *self {
            Self::Fixed(interval) => interval,
            Self::Backoff { first, longest } => growing(first, longest),
            Self::Adaptive { shortest, longest } => match expected {
                Some(expected) if elapsed < expected / 2 => {
                    (expected / 2).saturating_sub(elapsed).clamp(shortest, longest)
                }
                Some(expected) if elapsed < expected.saturating_mul(3) / 2 => (expected / 20).clamp(shortest, longest),
                // A twentieth of what has passed: late by 5 % at most, whatever the job takes.
                _ => (elapsed / 20).clamp(shortest, longest),
            },
        };
        chosen.max(Duration::from_millis(1))
    }
}

/// When a job that is followed by its stream is asked after as well: a stream is not trusted alone.
///
/// First well past the time that such jobs took, then every ten seconds.
pub(crate) fn stream_check(checks: u32, expected: Option<Duration>, set: Option<Duration>) -> Duration {
    match (checks, set) {
        (_, Some(set)) => set,
        (0, None) => expected.map_or(Duration::from_secs(20), |expected| expected * 2 + Duration::from_secs(3)),
        (_, None) => Duration::from_secs(10),
    }
}

/// What the jobs of this client took, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct JobDurations(Mutex<HashMap<&'static str, Duration>>);

impl JobDurations {
    /// Takes a finished job into account: a moving average, each job an eighth.
    pub(crate) fn record(&self, endpoint: &'static str, took: Duration) {
        let mut durations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let average = durations.entry(endpoint).or_insert(took);
        *average = *average / 8 * 7 + took / 8;
    }

    pub(crate) fn expected(&self, endpoint: &str) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(endpoint).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{JobDurations, PollPolicy};
    use std::time::Duration;

    #[test]
    fn the_adaptive_policy_waits_out_the_half_that_earlier_jobs_took_and_then_closes_in() {
        let policy = PollPolicy::default();
        let expected = Some(Duration::from_secs(4));
        assert_eq!(policy.interval(0, Duration::ZERO, expected), Duration::from_secs(2));
        assert_eq!(policy.interval(1, Duration::from_secs(2), expected), Duration::from_millis(200));
        assert_eq!(policy.interval(9, Duration::from_secs(20), expected), Duration::from_secs(1));
        assert_eq!(policy.interval(9, Duration::from_secs(900), None), Duration::from_secs(2));
    }

    #[test]
    fn no_policy_waits_for_nothing() {
        for policy in [PollPolicy::fixed(Duration::ZERO), PollPolicy::backoff(Duration::ZERO, Duration::ZERO)] {
            assert!(policy.interval(u32::MAX, Duration::MAX, Some(Duration::MAX / 4)) >= Duration::from_millis(1));
        }
    }

    #[test]
    fn the_expected_time_follows_what_jobs_take() {
        let durations = JobDurations::default();
        assert_eq!(durations.expected("a"), None);
        durations.record("a", Duration::from_secs(8));
        durations.record("a", Duration::from_secs(16));
        assert_eq!(durations.expected("a"), Some(Duration::from_secs(9)));
    }
}

//! How long to wait between two polls of a job: pure functions of time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The longest interval, whatever a policy is set to.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// The shortest interval: a policy of zero must not poll in a loop without a pause.
const SHORTEST: Duration = Duration::from_millis(1);

/// How often the status of a job is asked for, where it is polled: between once a millisecond and once a day.
///
/// A job is polled when it has no status stream: on HTTP/1.1 the jobs beyond the first 64, or when the stream cannot be opened.
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
pub struct PollPolicy {
    growth: Growth,
    shortest: Duration,
    longest: Duration,
}

/// How the interval moves between its bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Growth {
    /// Each interval is 1.5 times the one before.
    Backoff,
    /// Short around the time that earlier jobs took, longer before and after.
    Adaptive,
}

impl Default for PollPolicy {
    /// Adaptive, from 100 ms to 2 s.
    fn default() -> Self {
        Self::adaptive(Duration::from_millis(100), Duration::from_secs(2))
    }
}

impl PollPolicy {
    fn new(growth: Growth, shortest: Duration, longest: Duration) -> Self {
        let shortest = shortest.clamp(SHORTEST, LONGEST);
        Self { growth, shortest, longest: longest.clamp(shortest, LONGEST) }
    }

    /// Always the same interval.
    pub fn fixed(interval: Duration) -> Self {
        Self::backoff(interval, interval)
    }

    /// Each interval is 1.5 times the one before, up to `longest`. A `longest` below `first` counts as `first`.
    pub fn backoff(first: Duration, longest: Duration) -> Self {
        Self::new(Growth::Backoff, first, longest)
    }

    /// Fits the interval to the time that earlier jobs of this client took at the same endpoint: the first poll comes at half
    /// of that time, the next ones at every twentieth of it, later ones at longer intervals. Without earlier jobs the interval
    /// is a twentieth of the time since the submit. It stays between `shortest` and `longest`; a `longest` below `shortest`
    /// counts as `shortest`.
    pub fn adaptive(shortest: Duration, longest: Duration) -> Self {
        Self::new(Growth::Adaptive, shortest, longest)
    }

    /// How long to wait before the next poll, after `polls` polls and `elapsed` since the submit. `expected` is how long such
    /// jobs have taken on average, if that is known.
    pub fn interval(&self, polls: u32, elapsed: Duration, expected: Option<Duration>) -> Duration {
        let chosen = match (self.growth, expected) {
            // 45 steps lead from a millisecond to a day, so more of them change nothing.
            (Growth::Backoff, _) => (0..polls.min(50))
                .fold(self.shortest, |interval, _| interval.saturating_add(interval / 2).min(self.longest)),
            (Growth::Adaptive, Some(expected)) if elapsed < expected / 2 => (expected / 2).saturating_sub(elapsed),
            (Growth::Adaptive, Some(expected)) if elapsed < expected.saturating_add(expected / 2) => expected / 20,
            // A twentieth of the time that has passed: the result is noticed at most 5 % late, however long the job takes,
            // with a number of polls that grows only with the logarithm of that time.
            (Growth::Adaptive, _) => elapsed / 20,
        };
        chosen.clamp(self.shortest, self.longest)
    }
}

/// How long to wait before a job is polled although it has a status stream. A proxy may hold back a stream, or the server may lose
/// an event, and the connection looks healthy in both cases; without a poll the job would seem to run for ever.
///
/// The first poll comes well after the time that such jobs took, so that a healthy stream costs no further request; then one
/// comes every ten seconds.
pub(crate) fn stream_check(checks: u32, expected: Option<Duration>, set: Option<Duration>) -> Duration {
    match (checks, set) {
        (_, Some(set)) => set.max(SHORTEST),
        (0, None) => expected.map_or(Duration::from_secs(20), |expected| {
            expected.saturating_mul(2).saturating_add(Duration::from_secs(3))
        }),
        (_, None) => Duration::from_secs(10),
    }
}

/// How long the jobs of this client took, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct JobDurations(Mutex<HashMap<&'static str, Duration>>);

impl JobDurations {
    /// Takes a finished job into account: a moving average in which each job counts one eighth, so that it follows a service
    /// that gets slower within some ten jobs, and one odd job changes little.
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
    fn no_policy_waits_for_nothing_or_for_ever_or_panics() {
        let extremes = [Duration::ZERO, Duration::from_secs(1), Duration::MAX];
        for (shortest, longest) in extremes.iter().flat_map(|a| extremes.map(|b| (*a, b))) {
            for policy in [
                PollPolicy::fixed(shortest),
                PollPolicy::backoff(shortest, longest),
                PollPolicy::adaptive(shortest, longest),
            ] {
                for (polls, elapsed) in [(0, Duration::ZERO), (u32::MAX, Duration::MAX)] {
                    for expected in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
                        let interval = policy.interval(polls, elapsed, expected);
                        assert!((super::SHORTEST..=super::LONGEST).contains(&interval), "{policy:?}: {interval:?}");
                    }
                }
            }
            assert!(super::stream_check(0, Some(longest), Some(shortest)) >= super::SHORTEST);
            assert!(super::stream_check(0, Some(longest), None) >= super::SHORTEST);
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

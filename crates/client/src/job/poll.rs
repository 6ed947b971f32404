//! How long to wait between two polls of a job: pure functions of time.

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
///
/// let (policy, shortest_job) = (PollPolicy::default(), Some(Duration::from_secs(1)));
/// assert_eq!(policy.interval(0, Duration::ZERO, shortest_job), Duration::from_millis(900));
/// assert_eq!(policy.interval(9, Duration::from_secs(5), shortest_job), Duration::from_millis(200));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PollPolicy {
    growth: Growth,
    shortest: Duration,
    longest: Duration,
}

/// How the interval grows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Growth {
    /// Each interval is 1.5 times the one before.
    Backoff,
    /// Few polls before the time that the shortest of the earlier jobs took, then ever longer intervals.
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

    /// Adapts the interval to the time that other jobs of this client took at the same endpoint.
    ///
    /// - Once a job of the endpoint has ended, polls begin at nine tenths of the shortest of those times in the last five to
    ///   ten minutes. Each interval after that is a twenty-fifth of the time since the submit.
    /// - Before that, the interval is a twentieth of the time since the submit, times the number of jobs that are followed
    ///   together. The first job that is found to have ended ends this for all of them.
    ///
    /// An interval stays between `shortest` and `longest`; a `longest` below `shortest` counts as `shortest`.
    pub fn adaptive(shortest: Duration, longest: Duration) -> Self {
        Self::new(Growth::Adaptive, shortest, longest)
    }

    /// How long to wait before the next poll of one job, after `polls` polls and `elapsed` since the submit. `expected` is how
    /// long such a job takes at least, if that is known.
    pub fn interval(&self, polls: u32, elapsed: Duration, expected: Option<Duration>) -> Duration {
        let chosen = match (self.growth, expected) {
            // 45 steps lead from a millisecond to a day, so more of them change nothing.
            (Growth::Backoff, _) => (0..polls.min(50))
                .fold(self.shortest, |interval, _| interval.saturating_add(interval / 2).min(self.longest)),
            (Growth::Adaptive, Some(expected)) if elapsed < begin(expected) => begin(expected).saturating_sub(elapsed),
            // A fraction of the time that has passed. So the result is noticed at most 4 or 5 % late, however long the
            // job takes, and the number of polls grows only with the logarithm of that time.
            (Growth::Adaptive, Some(_)) => elapsed / 25,
            (Growth::Adaptive, None) => elapsed / 20,
        };
        chosen.clamp(self.shortest, self.longest)
    }

    /// Like [`interval`](Self::interval), for one of `jobs` jobs that are followed together, none of which has ended.
    /// When a poll finds one that has ended, the others learn of it.
    pub(crate) fn shared_interval(&self, polls: u32, elapsed: Duration, jobs: u32) -> Duration {
        let alone = self.interval(polls, elapsed, None);
        match self.growth {
            Growth::Backoff => alone,
            Growth::Adaptive => alone.saturating_mul(jobs).clamp(self.shortest, self.longest),
        }
    }

    /// How long to wait before the first poll, if it is known how long such a job takes at least. `jitter` is from 0 to
    /// 1, so that jobs that were sent together, or that learn the time together, are polled one after the other.
    pub(crate) fn first_interval(&self, elapsed: Duration, expected: Duration, jitter: f64) -> Duration {
        let begin = begin(expected).max(elapsed);
        let next = self.interval(1, begin, Some(expected)).mul_f64(jitter);
        begin.saturating_sub(elapsed).saturating_add(next).clamp(SHORTEST, self.longest)
    }

    /// Shortens an interval at random, so that jobs that were polled together are not polled together the next time.
    /// `jitter` is from 0 to 1.
    pub(crate) fn spread(interval: Duration, jitter: f64) -> Duration {
        interval.mul_f64(0.95 + 0.05 * jitter)
    }

    /// Whether the policy uses the time that other jobs took.
    pub(crate) fn is_adaptive(&self) -> bool {
        self.growth == Growth::Adaptive
    }
}

/// When polls begin: somewhat earlier than the shortest job ended, so that the client notices when jobs become shorter.
fn begin(expected: Duration) -> Duration {
    expected / 10 * 9
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

#[cfg(test)]
mod tests {
    use super::PollPolicy;
    use std::time::Duration;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// When a job is polled that ends at `end`.
    fn polls(end: Duration, expected: Option<Duration>, jobs: u32) -> Vec<Duration> {
        let (policy, mut at, mut times) = (PollPolicy::default(), Duration::ZERO, Vec::new());
        while at < end {
            at += match expected {
                Some(_) => policy.interval(0, at, expected),
                None => policy.shared_interval(0, at, jobs),
            };
            times.push(at);
        }
        times
    }

    #[test]
    fn the_adaptive_policy_waits_for_the_shortest_job_and_then_closes_in() {
        let policy = PollPolicy::default();
        let expected = Some(ms(1_500));
        assert_eq!(policy.interval(0, Duration::ZERO, expected), ms(1_350));
        assert_eq!(policy.interval(1, ms(1_350), expected), ms(100));
        assert_eq!(policy.interval(9, ms(20_000), expected), ms(800));
        assert_eq!(policy.interval(9, ms(900_000), None), ms(2_000));
        assert_eq!(
            policy.interval(0, Duration::ZERO, Some(ms(60_000))),
            ms(2_000),
            "not for minutes: it may be shorter"
        );
    }

    #[test]
    fn jobs_that_were_polled_together_are_spread_and_only_the_adaptive_policy_goes_by_what_jobs_take() {
        let spread = |jitter| PollPolicy::spread(ms(1_000), jitter);
        assert_eq!([spread(0.0), spread(0.5), spread(1.0)], [ms(950), ms(975), ms(1_000)]);
        assert!(PollPolicy::default().is_adaptive());
        assert!(!PollPolicy::fixed(ms(100)).is_adaptive() && !PollPolicy::backoff(ms(1), ms(100)).is_adaptive());
        // A twentieth of the time that has passed, or a twenty-fifth where it is known how long such jobs take.
        let after = |elapsed, expected| PollPolicy::default().interval(1, ms(elapsed), expected);
        assert_eq!((after(10_000, None), after(10_000, Some(ms(9_000)))), (ms(500), ms(400)));
    }

    #[test]
    fn a_job_is_noticed_soon_with_few_polls_however_long_it_takes() {
        for (shortest, end, most) in [(300, 400, 3), (1_000, 3_000, 22), (5_000, 6_000, 11), (10_000, 30_000, 36)] {
            let times = polls(ms(end), Some(ms(shortest)), 1);
            let late = times.last().unwrap().saturating_sub(ms(end));
            assert!(late <= ms(end / 25).max(ms(100)), "{end}: {late:?}");
            assert!(times.len() <= most, "{end}: {} polls", times.len());
        }
    }

    #[test]
    fn as_long_as_no_job_has_ended_many_of_them_are_polled_as_often_as_one() {
        let of_one = polls(ms(10_000), None, 1).len();
        for jobs in [2, 5, 20] {
            let of_all = polls(ms(10_000), None, jobs).len() * usize::try_from(jobs).unwrap();
            assert!(of_all <= of_one * 2, "{jobs} jobs: {of_all} polls, {of_one} of one alone");
        }
        assert_eq!(polls(ms(1_900), None, 1_000), [ms(2_000)], "and never more rarely than the longest interval");
        let fixed = PollPolicy::fixed(ms(7));
        assert_eq!(fixed.shared_interval(0, Duration::ZERO, 1_000), ms(7), "what is set counts");
    }

    #[test]
    fn first_polls_are_spread_and_find_out_when_jobs_have_become_shorter() {
        let policy = PollPolicy::default();
        let first = |elapsed, expected, jitter| policy.first_interval(ms(elapsed), expected, jitter);
        assert_eq!((first(0, ms(1_000), 0.0), first(0, ms(1_000), 1.0)), (ms(900), ms(1_000)));
        assert_eq!((first(800, ms(1_000), 0.5), first(5_000, ms(1_000), 0.5)), (ms(150), ms(100)));
        assert_eq!(first(0, ms(60_000), 0.5), ms(2_000), "not for minutes: it may have become shorter");
        let found = (0..20).fold(ms(1_900), |shortest, _| first(0, shortest, 0.5).max(ms(1_000)));
        assert_eq!(found, ms(1_000));
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
                    for expected in [Duration::ZERO, Duration::MAX] {
                        let interval = policy.first_interval(elapsed, expected, 1.0);
                        assert!((super::SHORTEST..=super::LONGEST).contains(&interval), "{policy:?}: {interval:?}");
                    }
                    for jobs in [0, 1, u32::MAX] {
                        let interval = policy.shared_interval(polls, elapsed, jobs);
                        assert!((super::SHORTEST..=super::LONGEST).contains(&interval), "{policy:?}: {interval:?}");
                    }
                }
            }
            assert!(super::stream_check(0, Some(longest), Some(shortest)) >= super::SHORTEST);
            assert!(super::stream_check(0, Some(longest), None) >= super::SHORTEST);
        }
    }
}

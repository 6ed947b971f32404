//! When a failed request is sent again, and after how long: pure functions of what is known.

use crate::call::operation::Operation;
use crate::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The longest wait that a policy computes, whatever it is set to: a wait of more than a day helps nobody, and the bound keeps
/// `Duration` arithmetic from overflowing.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A callback for each repeated call: the error, and how long the client waits before the next attempt.
pub(crate) type OnRetry = Arc<dyn Fn(&Error, Duration) + Send + Sync>;

/// How failed requests are sent again.
///
/// Calls that cost nothing (status, result, cancel) are repeated on every temporary failure. Paid calls (run, submit) are
/// repeated only when the request certainly was not accepted: no connection could be made, the server said 429, the
/// ingress had no server to pass it to, or the server said over HTTP/2 that it did not process it. Any other failure of a
/// paid call ends in an error; [`may_have_been_accepted`](Error::may_have_been_accepted) says whether it may be billed although
/// no result was delivered.
///
/// ```
/// use ideogram_client::RetryPolicy;
/// use std::time::Duration;
///
/// let policy = RetryPolicy::default().with_max_attempts(3).with_base_delay(Duration::from_millis(50));
/// assert_eq!(policy.delay(1, None, 0.5), Some(Duration::from_millis(50)));
/// assert_eq!(policy.delay(2, None, 0.5), Some(Duration::from_millis(100)));
/// assert_eq!(policy.delay(3, None, 0.5), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
    duplicates: bool,
}

impl Default for RetryPolicy {
    /// Six attempts, 200 ms doubled up to 10 s with jitter, `Retry-After` obeyed up to 60 s, a paid call at most once.
    fn default() -> Self {
        Self {
            max_attempts: 6,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_secs(60),
            duplicates: false,
        }
    }
}

impl RetryPolicy {
    /// Sends every request once, and repeats none.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Repeats paid calls too on every temporary failure: for programs that would rather pay twice than get no picture.
    pub fn at_least_once() -> Self {
        Self { duplicates: true, ..Self::default() }
    }

    /// How often a request is sent in total, the first time included; 0 counts as 1. Default 6.
    #[must_use]
    pub fn with_max_attempts(mut self, max_attempts: u32) -> Self {
        self.max_attempts = max_attempts.max(1);
        self
    }

    /// The wait after the first failure; it doubles after each further one. Default 200 ms.
    #[must_use]
    pub fn with_base_delay(mut self, base_delay: Duration) -> Self {
        self.base_delay = base_delay;
        self
    }

    /// The longest wait between two attempts, where the server asks for none; jitter may add up to half. Default 10 s.
    #[must_use]
    pub fn with_max_delay(mut self, max_delay: Duration) -> Self {
        self.max_delay = max_delay;
        self
    }

    /// The longest `Retry-After` that is obeyed: when the server asks for more, the call ends with its error. Default 60 s.
    #[must_use]
    pub fn with_max_retry_after(mut self, max_retry_after: Duration) -> Self {
        self.max_retry_after = max_retry_after;
        self
    }

    /// How long to wait after `failures` failed attempts, or `None` to give up.
    ///
    /// `jitter` is a random number from 0 to 1 and scales the wait by 0.5 to 1.5. `retry_after` is the wait that the server
    /// asked for: jitter only lengthens it, and the result is never shorter than it would be without `retry_after`.
    pub fn delay(&self, failures: u32, retry_after: Option<Duration>, jitter: f64) -> Option<Duration> {
        if failures >= self.max_attempts {
            return None;
        }
        match retry_after {
            Some(asked) if asked > self.max_retry_after => None,
            // A server under load tells many clients the same time: jitter spreads them, so that they do not all come back
            // in the same moment. It only lengthens the wait, since the server will refuse what comes earlier.
            Some(asked) => {
                let later = self.base_delay.min(asked).min(LONGEST).mul_f64(jitter.clamp(0.0, 1.0));
                // `Retry-After: 0` together with another 429 would make a loop without a pause.
                Some(asked.saturating_add(later).max(self.backoff(failures, jitter)))
            }
            None => Some(self.backoff(failures, jitter)),
        }
    }

    /// How long to wait after `failures` failures in a row, without a limit on attempts: polling a job uses it too.
    pub(crate) fn backoff(&self, failures: u32, jitter: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let chosen = self.base_delay.saturating_mul(1 << doublings).min(self.max_delay).min(LONGEST);
        chosen.mul_f64(0.5 + jitter.clamp(0.0, 1.0))
    }

    /// How long the client does not trust an answer that contradicts what it knows about a job: ten seconds by default.
    /// The service's parts learn of a job one after another, so for a moment they may disagree. It is fifty times the
    /// base delay, so that tests with short delays need not wait for it.
    pub(crate) fn grace(&self) -> Duration {
        self.base_delay.saturating_mul(50)
    }

    /// Whether this failure allows another attempt at all.
    pub(crate) fn allows(&self, operation: Operation, error: &Error) -> bool {
        // With these headers the server says that the same request will fail again.
        let told_not_to =
            error.repr().head.as_ref().is_some_and(|head| head.user_timeout || head.needs_retry == Some(false));
        let once = operation.is_paid() && !self.duplicates;
        !told_not_to
            // A certificate does not become valid by trying again.
            && error.tls_fault().is_none()
            && if once { error.certainly_not_accepted() } else { error.is_transient() }
    }
}

/// Limits the retries of one client over all of its calls. When most calls fail, the service is overloaded, and repeating each of
/// them several times would keep it so.
///
/// Ten retries are free; after that, ten successful calls allow one more.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const RETRY: u32 = 10;
    const FULL: u32 = 100;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    pub(crate) fn deposit(&self) {
        // A full budget, the usual case, is only read, so that no cache line moves between cores.
        if self.0.load(Ordering::Relaxed) < Self::FULL {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn withdraw(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(Self::RETRY)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, RetryPolicy};
    use std::time::Duration;

    #[test]
    fn waits_double_up_to_their_bound_and_end_with_the_attempts() {
        let policy = RetryPolicy::default();
        let waits: Vec<_> = (1..=6).map(|failures| policy.delay(failures, None, 0.5)).collect();
        let millis = |n| Some(Duration::from_millis(n));
        assert_eq!(waits, [millis(200), millis(400), millis(800), millis(1600), millis(3200), None]);
        assert_eq!(policy.with_max_attempts(99).delay(50, None, 1.0), Some(Duration::from_secs(15)));
    }

    #[test]
    fn a_wait_the_server_asked_for_is_obeyed_or_the_call_is_given_up() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay(1, Some(Duration::from_secs(7)), 0.0), Some(Duration::from_secs(7)));
        assert_eq!(policy.delay(1, Some(Duration::from_secs(61)), 0.0), None);
        assert_eq!(policy.delay(3, Some(Duration::ZERO), 0.5), policy.delay(3, None, 0.5));
        let longest = Some(Duration::from_secs(60));
        assert_eq!(policy.delay(1, longest, 0.0), longest, "the longest that is obeyed");
        assert_eq!(policy.with_max_retry_after(Duration::from_secs(59)).delay(1, longest, 0.0), None);
    }

    #[test]
    fn a_policy_that_repeats_nothing_gives_up_after_the_first_attempt() {
        assert_eq!(RetryPolicy::never().delay(1, None, 0.5), None);
        assert_eq!(RetryPolicy::never().delay(1, Some(Duration::from_secs(1)), 0.5), None);
    }

    #[test]
    fn contradictions_are_doubted_for_fifty_base_delays() {
        assert_eq!(RetryPolicy::default().grace(), Duration::from_secs(10));
    }

    #[test]
    fn ten_successes_pay_for_one_retry() {
        let budget = Budget::new();
        // A full budget does not grow.
        (0..50).for_each(|_| budget.deposit());
        assert_eq!((0..20).filter(|_| budget.withdraw()).count(), 10);
        (0..9).for_each(|_| budget.deposit());
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw() && !budget.withdraw());
    }
}

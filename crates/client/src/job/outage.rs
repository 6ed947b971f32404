//! How long the client keeps asking about a job while no answer says what became of it: pure functions of time.
//!
//! A failure of the network or a proxy does not stop the job, which is paid for. So such failures are waited out until
//! the deadline, and only an answer about the job itself ends the wait.

use crate::error::Judgement;
use crate::wire::retry::RetryPolicy;
use std::time::Duration;

/// What is known when an answer does not say what became of the job.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outage {
    /// How many such answers came in a row.
    pub(crate) failures: u32,
    /// How long there have been only such answers.
    pub(crate) lasting: Duration,
    /// For how long the result has been a failure while the queue says that the job succeeded.
    pub(crate) contradicting: Duration,
    /// How long ago this program submitted the job; `None` for one that it has attached to.
    pub(crate) age: Option<Duration>,
    /// How long the server asked to wait.
    pub(crate) asked: Option<Duration>,
}

impl Outage {
    /// How long to wait before asking again; `None` when the answer is believed.
    ///
    /// `deadline` is how long a whole call may take, and the longest outage that is waited out. `jitter` is from 0 to 1.
    pub(crate) fn wait(
        &self,
        judgement: Judgement,
        policy: &RetryPolicy,
        deadline: Duration,
        jitter: f64,
    ) -> Option<Duration> {
        let doubted = match judgement {
            Judgement::Denied | Judgement::Cancelled | Judgement::Failed | Judgement::Answered => false,
            // A job that was submitted a moment ago may not have reached every part of the queue. For one of unknown age,
            // "not found" is the truth: its result has expired, or the id is wrong.
            Judgement::NotFound => self.age.is_some_and(|age| age < policy.grace()),
            // The queue says that it succeeded, and the result that it failed: one of them will change soon.
            Judgement::Contradicted => self.contradicting < policy.grace(),
            Judgement::RateLimited | Judgement::NotYetKnown => self.lasting < deadline,
        };
        // Not `policy.delay`: that limits the attempts of one call, and here each call was answered.
        let backoff = policy.backoff(self.failures.max(1), jitter).max(Duration::from_millis(1));
        doubted.then(|| backoff.max(self.asked.unwrap_or_default().min(deadline)))
    }
}

#[cfg(test)]
mod tests {
    use super::Outage;
    use crate::error::Judgement;
    use crate::limits;
    use crate::wire::retry::RetryPolicy;
    use std::time::Duration;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// When a job is asked after, from the first trouble on, if each answer takes no time and is of this kind.
    fn asked(judgement: Judgement, begun: Outage, jitter: f64) -> Vec<Duration> {
        let (mut at, mut times) = (Duration::ZERO, vec![Duration::ZERO]);
        let policy = RetryPolicy::default();
        for failures in 1..100_000 {
            let age = begun.age.map(|age| age + at);
            let outage = Outage { failures, lasting: at, contradicting: at, age, ..begun };
            let Some(wait) = outage.wait(judgement, &policy, limits::DEADLINE, jitter) else { break };
            at += wait;
            times.push(at);
        }
        times
    }

    #[test]
    fn an_outage_of_two_minutes_ends_in_a_picture_by_default() {
        for jitter in [0.0, 0.5, 1.0] {
            let times = asked(Judgement::NotYetKnown, Outage::default(), jitter);
            let after = times.iter().find(|time| **time >= seconds(120)).unwrap();
            assert!(*after <= seconds(136), "asked again {after:?} after the beginning of an outage of two minutes");
            assert!(
                times.iter().filter(|time| **time < seconds(120)).count() < 40,
                "few requests make no outage worse"
            );
            assert!(*times.last().unwrap() >= limits::DEADLINE, "and it is given up at the deadline only");
        }
    }

    #[test]
    fn a_failure_that_contradicts_the_queue_counts_after_ten_seconds() {
        for jitter in [0.0, 0.5, 1.0] {
            let times = asked(Judgement::Contradicted, Outage::default(), jitter);
            let last = *times.last().unwrap();
            assert!(last >= seconds(10) && last < seconds(25) && times.len() >= 5, "{times:?}");
        }
    }

    #[test]
    fn a_job_that_is_not_found_is_looked_at_again_in_its_first_seconds_only() {
        let new = Outage { age: Some(Duration::ZERO), ..Outage::default() };
        assert!(asked(Judgement::NotFound, new, 0.5).len() >= 5);
        let old = Outage { age: Some(seconds(11)), ..Outage::default() };
        assert_eq!(asked(Judgement::NotFound, old, 0.5).len(), 1);
        assert_eq!(asked(Judgement::NotFound, Outage::default(), 0.5).len(), 1, "attached to, so of any age");
    }

    #[test]
    fn the_time_for_a_doubt_ends_to_the_moment() {
        let (policy, nearly) = (RetryPolicy::default(), Duration::from_nanos(1));
        let doubted = |judgement, after| {
            let outage = Outage { lasting: after, contradicting: after, age: Some(after), ..Outage::default() };
            outage.wait(judgement, &policy, seconds(900), 0.5).is_some()
        };
        for (judgement, end) in [
            (Judgement::NotFound, seconds(10)),
            (Judgement::Contradicted, seconds(10)),
            (Judgement::RateLimited, seconds(900)),
            (Judgement::NotYetKnown, seconds(900)),
        ] {
            assert!(doubted(judgement, end.saturating_sub(nearly)) && !doubted(judgement, end), "{judgement:?}");
        }
    }

    #[test]
    fn what_is_known_counts_at_once() {
        for judgement in [Judgement::Denied, Judgement::Cancelled, Judgement::Failed, Judgement::Answered] {
            let new = Outage { age: Some(Duration::ZERO), ..Outage::default() };
            assert_eq!(asked(judgement, new, 0.5).len(), 1, "{judgement:?}");
        }
    }

    #[test]
    fn a_rate_limit_is_waited_out_for_as_long_as_the_server_asks() {
        let policy = RetryPolicy::never();
        let wait = |asked| {
            Outage { failures: 1, asked, ..Outage::default() }.wait(Judgement::RateLimited, &policy, seconds(900), 0.5)
        };
        assert_eq!(wait(Some(seconds(300))), Some(seconds(300)), "longer than a single call would wait");
        assert_eq!(wait(Some(Duration::MAX)), Some(seconds(900)));
        assert_eq!(wait(None), Some(Duration::from_millis(200)));
    }

    #[test]
    fn no_setting_makes_it_ask_without_a_pause_or_panics() {
        let policy = RetryPolicy::default().with_base_delay(Duration::ZERO).with_max_delay(Duration::ZERO);
        let outage = Outage { failures: u32::MAX, lasting: seconds(1), ..Outage::default() };
        let wait = outage.wait(Judgement::NotYetKnown, &policy, Duration::MAX, 1.0);
        assert_eq!(wait, Some(Duration::from_millis(1)));
        let policy = RetryPolicy::default().with_base_delay(Duration::MAX).with_max_delay(Duration::MAX);
        assert!(outage.wait(Judgement::NotYetKnown, &policy, Duration::MAX, 1.0).is_some());
    }
}

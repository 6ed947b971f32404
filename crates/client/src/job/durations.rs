//! What a job can learn from other jobs of its endpoint: how long they take, and when the first of them ends.

use crate::clock::Instant;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The shortest duration is remembered for at least this long, and at most twice as long. That must cover many jobs
/// that were sent together, because the longest of them end last. It must not be much longer, because the service may
/// become slower.
const REMEMBERED: Duration = Duration::from_secs(300);

/// The jobs of this client, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct JobDurations(Mutex<HashMap<&'static str, Arc<Siblings>>>);

impl JobDurations {
    /// Counts a job that is followed among those of its endpoint, until it is dropped.
    pub(crate) fn follow(&self, endpoint: &'static str) -> Sibling {
        let siblings = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(endpoint).or_default().clone();
        siblings.followed.fetch_add(1, Ordering::Relaxed);
        Sibling(siblings)
    }
}

/// The jobs of one endpoint.
#[derive(Debug, Default)]
struct Siblings {
    took: Mutex<Option<Took>>,
    followed: AtomicU32,
    first_end: Notify,
}

/// How long jobs took.
#[derive(Debug)]
struct Took {
    average: Duration,
    shortest: Duration,
    /// The begin of the current period, in which the shortest one is looked for, and the shortest one of the period
    /// before.
    since: Instant,
    before: Duration,
}

impl Took {
    fn new(took: Duration, now: Instant) -> Self {
        Self { average: took, shortest: took, since: now, before: Duration::MAX }
    }

    fn add(&mut self, took: Duration, now: Instant) {
        // Each job counts one eighth, so that the average follows a service that gets slower within some ten jobs, and one odd
        // job changes little.
        self.average = self.average / 8 * 7 + took / 8;
        if now.duration_since(self.since) >= REMEMBERED {
            (self.before, self.shortest, self.since) = (self.shortest, took, now);
        } else {
            self.shortest = self.shortest.min(took);
        }
    }
}

/// A job that is followed, with access to what the others of its endpoint have shown.
#[derive(Debug)]
pub(crate) struct Sibling(Arc<Siblings>);

impl Sibling {
    /// Records the duration of a job that succeeded. A failed job says nothing about how long jobs take, since an input
    /// may be refused at once.
    pub(crate) fn record(&self, took: Duration, now: Instant) {
        let mut guard = self.0.took.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &mut *guard {
            known.add(took, now);
        } else {
            *guard = Some(Took::new(took, now));
            drop(guard);
            self.0.first_end.notify_waiters();
        }
    }

    /// How long a job takes on average.
    pub(crate) fn average(&self) -> Option<Duration> {
        self.known(|took| took.average)
    }

    /// The duration of the shortest job that ended lately.
    pub(crate) fn shortest(&self) -> Option<Duration> {
        self.known(|took| took.shortest.min(took.before))
    }

    fn known(&self, what: impl Fn(&Took) -> Duration) -> Option<Duration> {
        self.0.took.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(what)
    }

    /// How many jobs are followed, this one included.
    pub(crate) fn followed(&self) -> u32 {
        self.0.followed.load(Ordering::Relaxed)
    }

    /// A future that is ready when the next job of the endpoint ends.
    pub(crate) fn first_end(&self) -> Notified<'_> {
        self.0.first_end.notified()
    }
}

impl Drop for Sibling {
    fn drop(&mut self) {
        self.0.followed.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{JobDurations, REMEMBERED};
    use crate::clock::{self, Instant};
    use futures_util::FutureExt;
    use std::time::Duration;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn record(durations: &JobDurations, took: u64, now: Instant) -> (Duration, Duration) {
        let job = durations.follow("a");
        job.record(seconds(took), now);
        (job.average().unwrap(), job.shortest().unwrap())
    }

    #[test]
    fn what_is_expected_follows_what_jobs_take() {
        let (durations, now) = (JobDurations::default(), clock::now());
        assert_eq!(durations.follow("a").shortest(), None);
        assert_eq!(record(&durations, 8, now), (seconds(8), seconds(8)));
        assert_eq!(record(&durations, 16, now), (seconds(9), seconds(8)));
        assert_eq!(durations.follow("b").average(), None, "another endpoint");
        let shortest = |took, at| record(&durations, took, now + at).1;
        assert_eq!(shortest(2, seconds(1)), seconds(2), "a faster service is noticed at once");
        assert_eq!(shortest(5, REMEMBERED.saturating_sub(seconds(1))), seconds(2));
        assert_eq!(shortest(5, REMEMBERED), seconds(2));
        assert_eq!(shortest(6, REMEMBERED * 2), seconds(5), "and a slower one in a while");
    }

    #[test]
    fn jobs_are_counted_and_told_that_the_first_of_them_has_ended() {
        let (durations, now) = (JobDurations::default(), clock::now());
        let (one, other) = (durations.follow("a"), durations.follow("b"));
        let two = durations.follow("a");
        assert_eq!((one.followed(), other.followed()), (2, 1));
        let (told, not_told) = (one.first_end(), other.first_end());
        two.record(seconds(1), now);
        assert!(told.now_or_never().is_some() && not_told.now_or_never().is_none());
        drop(two);
        assert_eq!(one.followed(), 1);
        let told = one.first_end();
        one.record(seconds(1), now);
        assert!(told.now_or_never().is_none(), "nobody is woken by each of ten thousand jobs");
    }
}

//! Limits how many requests run at once: fewer after the service has refused some with 429, then slowly more again.

use std::time::Duration;
use tokio::time::Instant;

/// So long nothing is raised after the service found a request too many.
const CALM: Duration = Duration::from_secs(30);
/// From then on an eighth more is allowed so often.
const STEP: Duration = Duration::from_secs(5);
/// Of requests that were sent together each may be told that it is too many: that counts once.
const TOGETHER: Duration = Duration::from_secs(2);

/// The bound, as time goes by.
#[derive(Debug)]
pub(super) struct Throttle {
    most: u32,
    allowed: u32,
    lowered: Option<Instant>,
    /// When it is raised next.
    raised: Instant,
    /// Nothing is begun before.
    held: Instant,
}

impl Throttle {
    /// At most so many, which is where it begins.
    pub(super) fn new(most: u32, now: Instant) -> Self {
        Self { most, allowed: most, lowered: None, raised: now, held: now }
    }

    /// The service found a request too many, and wants none before `until`. Half as many from now on, which is given where it
    /// is news.
    pub(super) fn too_many(&mut self, until: Instant, now: Instant) -> Option<u32> {
        self.held = self.held.max(until);
        self.raised = now + CALM;
        if self.lowered.is_some_and(|lowered| now < lowered + TOGETHER) {
            return None;
        }
        self.lowered = Some(now);
        self.allowed = (self.allowed / 2).max(1);
        Some(self.allowed)
    }

    /// Whether one more may be begun beside so many.
    pub(super) fn allows(&mut self, active: u32, now: Instant) -> bool {
        while self.allowed < self.most && self.raised <= now {
            self.allowed = (self.allowed + (self.most / 8).max(1)).min(self.most);
            self.raised += STEP;
        }
        self.held <= now && active < self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::Throttle;
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn half_as_many_once_and_slowly_more_again_after_what_the_service_asked_for() {
        let begun = Instant::now();
        let at = |seconds: u64| begun + Duration::from_secs(seconds);
        let mut throttle = Throttle::new(32, begun);
        let most = |throttle: &mut Throttle, seconds| (0..40).find(|active| !throttle.allows(*active, at(seconds)));
        assert_eq!(most(&mut throttle, 0), Some(32));
        assert_eq!(throttle.too_many(at(12), at(2)), Some(16));
        assert_eq!(throttle.too_many(at(4), at(3)), None, "sent with the first");
        assert_eq!(most(&mut throttle, 11), Some(0), "the service asked for that");
        assert_eq!((most(&mut throttle, 12), most(&mut throttle, 32)), (Some(16), Some(16)));
        assert_eq!((most(&mut throttle, 33), most(&mut throttle, 38)), (Some(20), Some(24)));
        assert_eq!((most(&mut throttle, 60), throttle.too_many(at(60), at(61))), (Some(32), Some(16)));
        let mut later = Throttle::new(32, begun);
        let lowered = [0, 2, 3, 4].map(|seconds| later.too_many(at(seconds), at(seconds)));
        assert_eq!(lowered, [Some(16), Some(8), None, Some(4)], "together is what comes within two seconds");
        for again in 0..6 {
            throttle.too_many(at(70 + again * 3), at(70 + again * 3));
        }
        assert_eq!(most(&mut throttle, 90), Some(1), "one goes on");
        assert_eq!(most(&mut throttle, 1_000), Some(32));
    }
}

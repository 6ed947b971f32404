//! A submit whose reply was lost: looking the request up, and going on with its job.

use super::{Job, Jobs};
use crate::call::window::Window;
use crate::error::Result;
use crate::platform::find;
use crate::wire::input::{CallOutput, Payload};
use std::sync::Arc;
use std::time::Duration;

/// The result of a search for a request whose reply was lost.
#[derive(Debug)]
#[non_exhaustive]
pub enum Found<O> {
    /// Exactly one request had this input, and it is not another job of this client.
    Once(Job<O>),
    /// Several requests could be the lost one, or the history does not keep their inputs: the ids of those that were
    /// seen.
    Undecided(Vec<String>),
    /// No request had this input. That proves nothing at first, since the platform lists requests with a delay that it
    /// does not state.
    Nowhere,
}

/// What a submit does when its reply is lost, so that the request may have been accepted.
///
/// ```
/// use ideogram_client::LostReply;
/// use std::time::Duration;
///
/// assert_eq!(LostReply::default(), LostReply::report());
/// assert_eq!(LostReply::look_up(Duration::from_secs(60)).patience(), Some(Duration::from_secs(60)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LostReply {
    patience: Option<Duration>,
}

/// Searches the history once.
pub(crate) async fn find_submitted<O: CallOutput>(
    jobs: &Arc<Jobs>,
    payload: &Payload,
    window: Window,
) -> Result<Found<O>> {
    let found = find::find(&jobs.wire, payload, window, |id| jobs.submitted.has(id)).await?;
    match found.request_ids.as_slice() {
        [] if found.complete => Ok(Found::Nowhere),
        [one] if found.complete => {
            let job = Job::attach(jobs.clone(), payload.endpoint, one.clone())?;
            // Two simultaneous searches must not return the same job.
            if jobs.submitted.claim(one) { Ok(Found::Once(job)) } else { Ok(Found::Nowhere) }
        }
        _ => Ok(Found::Undecided(found.request_ids)),
    }
}

impl LostReply {
    /// The submit ends in an error whose [`may_have_been_accepted`](crate::Error::may_have_been_accepted) is true. The
    /// default.
    pub const fn report() -> Self {
        Self { patience: None }
    }

    /// The submit searches the platform's history for the request for this long, and goes on with the job if it finds
    /// exactly one. Otherwise it ends in the error. Give the input a random seed, so that no other request has the same
    /// input.
    pub const fn look_up(patience: Duration) -> Self {
        Self { patience: Some(patience) }
    }

    /// How long a lost request is looked up, if it is.
    pub const fn patience(self) -> Option<Duration> {
        self.patience
    }

    /// Searches for a lost request repeatedly, until it is found or the time is over. A search that fails counts as not
    /// found, because the call has an error to report already.
    pub(super) async fn reconcile<O: CallOutput>(
        self,
        jobs: &Arc<Jobs>,
        payload: &Payload,
        window: Window,
    ) -> Option<Job<O>> {
        let patience = self.patience?;
        let search = async {
            for looks in 0.. {
                if let Ok(Found::Once(job)) = find_submitted(jobs, payload, window).await {
                    return Some(job);
                }
                tokio::time::sleep(pause(patience, looks)).await;
            }
            None
        };
        tokio::time::timeout(patience, search).await.ok().flatten()
    }
}

/// How long to wait before the next look, after `looks` pauses: a fiftieth of the patience, from a millisecond to a second, and
/// twice as long each time, up to ten seconds.
fn pause(patience: Duration, looks: u32) -> Duration {
    let first = (patience / 50).clamp(Duration::from_millis(1), Duration::from_secs(1));
    first.saturating_mul(2_u32.saturating_pow(looks)).min(Duration::from_secs(10))
}

#[cfg(test)]
mod tests {
    use super::pause;
    use std::time::Duration;

    #[test]
    fn a_lost_request_is_looked_for_soon_and_then_ever_more_rarely() {
        let pauses = |patience, count| -> Vec<u128> {
            (0..count).map(|looks| pause(Duration::from_millis(patience), looks).as_millis()).collect()
        };
        assert_eq!(pauses(5_000, 5), [100, 200, 400, 800, 1_600]);
        assert_eq!(pauses(50_000, 6), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        assert_eq!(pauses(3_600_000, 2), [1_000, 2_000], "however long it may take");
        assert_eq!(pauses(0, 3), [1, 2, 4], "never without a pause");
        assert_eq!(pause(Duration::MAX, u32::MAX), Duration::from_secs(10));
    }
}

//! Requests whose answer was lost: looked for in the service's history, never sent again.

use crate::calls::session::Session;
use crate::ledger::Ledger;
use ideogram_client::{Client, Error, Found, Job, JsonInput, Window};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long a run looks once the answer is lost. How soon a request shows in the history is not documented; `ideogram
/// jobs resume` looks again later.
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks once. A request that the ledger knows is another one of ours, however equal.
pub(crate) async fn find(
    client: &Client,
    ledger: &Ledger,
    input: &JsonInput,
    window: Window,
) -> Result<Found<Value>, Error> {
    match client.find_submitted(input, window).await? {
        // If the ledger cannot be read, every id counts as known: an undecided result is better than another request's
        // job.
        Found::Once(job) if ledger.has_request_id(job.request_id()).unwrap_or(true) => Ok(Found::Nowhere),
        found => Ok(found),
    }
}

/// Looks again and again, for as long as the run has time, until the request is found for certain.
pub(super) async fn wait_for(session: &mut Session, input: &JsonInput, window: Window) -> Option<Job<Value>> {
    session
        .output
        .progress("the answer was lost, so its request is looked for in the service's history; Ctrl-C ends that");
    let until = session.deadline.min(Instant::now() + PATIENCE);
    for looks in 0.. {
        match session.interrupts.unless(find(&session.client, &session.ledger, input, window)).await? {
            Ok(Found::Once(job)) => return Some(job),
            Ok(_) => {}
            // Without the history nothing can be decided, so the row stays open.
            Err(_) => return None,
        }
        let wait = pause(looks, until.saturating_duration_since(Instant::now()))?;
        session.interrupts.unless(tokio::time::sleep(wait)).await?;
    }
    None
}

/// How long to wait before the next look, after `looks` pauses: a quarter of a second, then twice as long each time; `None`
/// where so much is not left.
fn pause(looks: u32, left: Duration) -> Option<Duration> {
    let wait = Duration::from_millis(250).saturating_mul(2_u32.saturating_pow(looks));
    (wait <= left).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::{PATIENCE, pause};
    use std::time::Duration;

    #[test]
    fn a_lost_request_is_looked_for_ever_more_rarely_for_as_long_as_there_is_time() {
        let pauses = |mut left: Duration| -> Vec<u128> {
            let pause = |looks| {
                let wait = pause(looks, left)?;
                left = left.saturating_sub(wait);
                Some(wait.as_millis())
            };
            (0..).map_while(pause).collect()
        };
        assert_eq!(pauses(PATIENCE), [250, 500, 1_000, 2_000, 4_000, 8_000]);
        assert_eq!(pauses(Duration::from_millis(750)), [250, 500]);
        assert_eq!(pauses(Duration::from_millis(749)), [250]);
        assert_eq!(pauses(Duration::ZERO), [0; 0], "one look, and that is all");
        assert_eq!(pause(u32::MAX, Duration::MAX), Some(Duration::from_millis(250) * u32::MAX), "nothing overflows");
    }
}

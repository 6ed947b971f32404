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
    let mut wait = Duration::from_millis(250);
    loop {
        match session.interrupts.unless(find(&session.client, &session.ledger, input, window)).await? {
            Ok(Found::Once(job)) => return Some(job),
            Ok(_) => {}
            // Without the history nothing can be decided, so the row stays open.
            Err(_) => return None,
        }
        if Instant::now() + wait > until {
            return None;
        }
        session.interrupts.unless(tokio::time::sleep(wait)).await?;
        wait *= 2;
    }
}

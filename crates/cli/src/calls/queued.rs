//! A call through the queue: sent once, noted before anybody waits, and found again after a crash.

use crate::calls::follow::follow;
use crate::calls::order::Order;
use crate::calls::save_answer::{SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, warn_unless};
use crate::calls::{failure, lost_reply};
use crate::exit::Failure;
use crate::ledger::Closing;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::{Job, JsonInput, RequestState};
use serde_json::Value;
use std::future::IntoFuture as _;

/// Sends the request, follows it, saves its files.
pub(super) async fn call(
    session: &mut Session,
    order: &Order,
    input: &JsonInput,
    sent: &str,
) -> Result<SavedAnswer, Failure> {
    let base = session.client.queue_url().to_owned();
    let destination = order.destination.remembered();
    let new = order.row(sent, &base, destination.as_deref());
    let id = session.ledger.begin(&new).map_err(|error| unusable_ledger(&error))?;
    let (job, interrupted) = submit(session, order, input, id).await?;
    let noted = session.ledger.accepted(id, job.request_id());
    warn_unless(noted, &format!("the request is `{}`", job.request_id()));
    let answer = follow(session, &job, id, interrupted).await?;
    let request = SaveRequest {
        id,
        info: order.info,
        input: &order.input,
        seed: order.seed,
        destination: &order.destination,
        earlier: None,
    };
    save_answer(session, request, answer).await
}

/// Sends the request. Ctrl-C does not cut it off, as it may have been accepted: the first one waits for the answer, to
/// cancel with it.
async fn submit(
    session: &mut Session,
    order: &Order,
    input: &JsonInput,
    id: i64,
) -> Result<(Job<Value>, bool), Failure> {
    let client = session.client.clone();
    let mut sending = client.submit(input).into_future();
    let mut interrupted = false;
    let outcome = loop {
        if let Some(outcome) = session.interrupts.unless(&mut sending).await {
            break outcome;
        }
        if std::mem::replace(&mut interrupted, true) {
            let mut failure =
                session.interrupts.failure("left before the service answered; the request may have been accepted");
            failure.facts.endpoint = Some(order.info.id);
            failure.facts.may_have_been_accepted = true;
            let noted = session.ledger.lost(id, failure.message());
            warn_unless(noted, "the answer was lost");
            return Err(session.with_lookup_advice(failure, id));
        }
        session.output.note("waiting for the request's id, to cancel it; Ctrl-C again leaves at once");
    };
    match outcome {
        Ok(job) => Ok((job, interrupted)),
        Err(error) => {
            let failure = not_accepted(session, order, &error, id);
            let found = match error.sent_within().filter(|_| error.may_have_been_accepted()) {
                Some(window) => lost_reply::wait_for(session, input, window).await,
                None => None,
            };
            found.map(|job| (job, interrupted)).ok_or(failure)
        }
    }
}

/// Closes the row of a request that was refused; one that may have been accepted stays open.
pub(super) fn not_accepted(session: &mut Session, order: &Order, error: &ideogram_client::Error, id: i64) -> Failure {
    let failure = failure::of_call(error, order.info);
    if error.may_have_been_accepted() {
        let noted = session.ledger.lost(id, failure.message());
        warn_unless(noted, "the answer was lost");
        return session.with_lookup_advice(failure, id);
    }
    let why = failure.message().to_owned();
    let closing = match error.state() {
        Some(RequestState::NotSent) => Closing::NotSent { why },
        Some(RequestState::Failed | RequestState::Cancelled) => Closing::Failed { why },
        _ => Closing::Refused { why },
    };
    warn_unless(session.ledger.close(id, &closing), "the request was not accepted");
    failure
}

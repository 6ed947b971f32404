//! Sends a request to the queue, and decides what a failure means for it.

use crate::calls::order::Order;
use crate::calls::session::{Session, is_request_id, note_id, note_lost, warn_unless};
use crate::calls::{failure, lost_reply};
use crate::clean;
use crate::exit::Failure;
use crate::ledger::Closing;
use ideogram_client::{Job, JsonInput, RequestState, Submit};
use serde_json::Value;
use std::future::IntoFuture as _;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How soon a call ends that is given up between two attempts.
pub(super) const AT_ONCE: Duration = Duration::from_millis(100);

/// Sends the request. The first Ctrl-C gives it up: between two attempts nothing more is sent, and one that is on its way is
/// waited for some seconds, to cancel its job: `true` says that this is to be done. A second one leaves at once. Where the run
/// sends nothing more, it is given up between two attempts as well, and what is on its way goes on.
pub(super) async fn submit(
    session: &mut Session,
    order: &Order,
    input: &JsonInput,
    id: i64,
) -> Result<(Job<Value>, bool), Failure> {
    let client = session.client.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let call = client.submit(input);
    let call = order.webhook.iter().fold(call, Submit::with_webhook);
    let call = call.with_deadline(session.time_left()).cancel_when(async { drop(stopped.await) });
    let halt = session.halt.clone();
    let call = call.give_up_unsent_when(async move { halt.said().await });
    let mut sending = call.into_future();
    let mut stop = Some(stop);
    let outcome = loop {
        if let Some(outcome) = session.interrupts.unless(&mut sending).await {
            break outcome;
        }
        // Dropping this end notifies the receiver.
        if stop.take().is_none() {
            let mut failure =
                session.interrupts.failure("left before the service answered; the request may have been accepted");
            failure.facts.endpoint = Some(order.info.id);
            failure.facts.may_have_been_accepted = true;
            note_lost(session, id, failure.message()).await;
            return Err(session.with_lookup_advice(failure, id));
        }
        if let Ok(outcome) = timeout(AT_ONCE, &mut sending).await {
            break outcome;
        }
        session.output.note("waiting for the request's id, to cancel it; Ctrl-C again leaves at once");
    };
    let interrupted = stop.is_none();
    let error = match outcome {
        Ok(job) => return Ok((job, interrupted)),
        Err(error) => error,
    };
    let mut failure = not_accepted(session, order, &error, id).await;
    if interrupted {
        return Err(if error.is_cancelled() { session.interrupts.ended(failure) } else { failure });
    }
    // Nobody else has given it up.
    failure.facts.held = error.is_cancelled() && error.state() == Some(RequestState::NotSent);
    // The search is a new step, which is not begun after the deadline.
    let unknown = error.state() == Some(RequestState::Unknown) && !session.time_left().is_zero();
    let found = match error.sent_within().filter(|_| unknown) {
        Some(window) => lost_reply::wait_for(session, input, window).await,
        None => None,
    };
    if found.is_none() && unknown {
        // Every answer of the history shows the service's clock, whatever it contains.
        note_clock(session, id).await;
    }
    found.map(|job| (job, false)).ok_or(failure)
}

/// Notes how wrong this machine's clock is, for a later search in the history.
pub(super) async fn note_clock(session: &mut Session, id: i64) {
    if let Some(offset) = session.client.clock_offset_ms() {
        let noted = session.note(move |ledger| ledger.clock_offset(id, offset)).await;
        warn_unless(noted, "the clocks differ");
    }
}

/// Closes the row of a request that was refused or cancelled; one that may have been accepted and goes on stays open.
pub(super) async fn not_accepted(
    session: &mut Session,
    order: &Order,
    error: &ideogram_client::Error,
    id: i64,
) -> Failure {
    let failure = failure::of_call(error, order.info);
    // The service had taken it: it was cancelled by this id, or could not be cancelled.
    if let (Some(state @ (RequestState::Accepted | RequestState::Cancelled)), Some(request_id)) =
        (error.state(), error.request_id().filter(|id| is_request_id(id)))
    {
        note_id(session, id, request_id).await;
        if state == RequestState::Accepted {
            return session.with_resume_advice(failure, id);
        }
    }
    if error.may_have_been_accepted() {
        note_lost(session, id, failure.message()).await;
        note_clock(session, id).await;
        return session.with_lookup_advice(failure, id);
    }
    let why = clean::hidden(failure.message()).into_owned();
    let closing = match error.state() {
        Some(RequestState::NotSent) => Closing::NotSent { why },
        Some(RequestState::Cancelled) => Closing::Cancelled,
        Some(RequestState::Failed) => Closing::Failed { why },
        _ => Closing::Refused { why },
    };
    let noted = session.note(move |ledger| ledger.close(id, &closing)).await;
    warn_unless(noted, "the request was not accepted");
    failure
}

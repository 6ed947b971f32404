//! A call in one piece. It cannot be followed, cancelled or asked for again, so its answer is noted before it is used.

use crate::calls::oddities::kept_answer;
use crate::calls::order::Order;
use crate::calls::queued::{AT_ONCE, not_accepted};
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, warn_unless};
use crate::exit::Failure;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::JsonInput;
use std::future::IntoFuture as _;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Sends the request, waits for the answer, saves its files.
pub(super) async fn call(
    session: &mut Session,
    order: &Order,
    input: &JsonInput,
    sent: &str,
) -> Result<SavedAnswer, Failure> {
    let base = session.client.run_url().to_owned();
    let destination = order.destination.remembered();
    let new = order.row(sent, &base, destination.as_deref());
    let id = session.ledger.begin(&new).map_err(|error| unusable_ledger(&error))?;
    let answer = wait(session, order, input, id).await?;
    let noted = session.ledger.answered(id, answer.request_id.as_deref(), &answer.body.to_string());
    warn_unless(noted, "the service has answered");
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

/// Waits for the answer. Between two attempts Ctrl-C ends it, and nothing more is sent. What is on its way cannot be
/// cancelled: the first Ctrl-C goes on waiting for it, a second one leaves it.
async fn wait(session: &mut Session, order: &Order, input: &JsonInput, id: i64) -> Result<Answer, Failure> {
    let client = session.client.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let call = client.run(input).with_deadline(session.time_left()).cancel_when(async { drop(stopped.await) });
    let mut running = call.into_future();
    let mut stop = Some(stop);
    loop {
        let mut outcome = session.interrupts.unless(&mut running).await;
        if outcome.is_none() {
            // The receiver hears that this end is gone.
            if stop.take().is_none() {
                break;
            }
            outcome = timeout(AT_ONCE, &mut running).await.ok();
        }
        match outcome {
            Some(Ok(response)) => {
                let request_id = response.request_id().map(str::to_owned);
                return Ok(Answer::new(response.into_output(), request_id));
            }
            Some(Err(error)) => {
                if let Some(body) = kept_answer(&error) {
                    return Ok(Answer::new(body, error.request_id().map(str::to_owned)));
                }
                let failure = not_accepted(session, order, &error, id);
                let given_up = stop.is_none() && error.is_cancelled();
                return Err(if given_up { session.interrupts.ended(failure) } else { failure });
            }
            None => {
                session
                    .output
                    .note("a call in one piece cannot be cancelled; Ctrl-C again leaves it, and what it costs");
            }
        }
    }
    let mut failure = session.interrupts.failure("left; the request may still run and be billed");
    failure.facts.endpoint = Some(order.info.id);
    failure.facts.may_have_been_accepted = true;
    let noted = session.ledger.lost(id, failure.message());
    warn_unless(noted, "the answer was lost");
    Err(session.with_lookup_advice(failure, id))
}

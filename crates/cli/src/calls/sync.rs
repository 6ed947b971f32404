//! A call in one piece. It cannot be followed, cancelled or asked for again, so its answer is noted before it is used.

use crate::calls::oddities::kept_answer;
use crate::calls::order::Order;
use crate::calls::queued::not_accepted;
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, warn_unless};
use crate::exit::Failure;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::JsonInput;
use std::future::IntoFuture as _;
use tokio::time::Instant;

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

/// Waits for the answer. Ctrl-C does not end the wait, as nothing could be cancelled; a second one does.
async fn wait(session: &mut Session, order: &Order, input: &JsonInput, id: i64) -> Result<Answer, Failure> {
    let client = session.client.clone();
    let patience = session.deadline.saturating_duration_since(Instant::now());
    let mut running = client.run(input).with_deadline(patience).into_future();
    let mut interrupted = false;
    loop {
        match session.interrupts.unless(&mut running).await {
            Some(Ok(response)) => {
                let request_id = response.request_id().map(str::to_owned);
                return Ok(Answer::new(response.into_output(), request_id));
            }
            Some(Err(error)) => match kept_answer(&error) {
                Some(body) => return Ok(Answer::new(body, error.request_id().map(str::to_owned))),
                None => return Err(not_accepted(session, order, &error, id)),
            },
            None if interrupted => break,
            None => {
                interrupted = true;
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

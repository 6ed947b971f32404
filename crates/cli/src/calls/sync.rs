//! A synchronous call (`--sync`). It cannot be followed, cancelled or fetched again, so its answer is noted before it
//! is used.

use crate::calls::lost_reply;
use crate::calls::oddities::kept_answer;
use crate::calls::order::Order;
use crate::calls::queued::{AT_ONCE, not_accepted};
use crate::calls::save_answer::Answer;
use crate::calls::session::{Session, note_id, note_lost};
use crate::exit::Failure;
use ideogram_client::{JsonInput, RequestState, Window, limits};
use std::future::IntoFuture as _;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

/// How often at least the history is looked at for an answer that is on its way there.
const LOOK: Duration = Duration::from_secs(5);

/// What the service's history has of a request whose answer was lost: looked for while there is time, and past the deadline
/// for as long as winding up may take. Ctrl-C ends it.
async fn look_up(session: &mut Session, input: &JsonInput, id: i64, window: Window) -> Option<Answer> {
    let until = session.deadline.max(Instant::now() + limits::WIND_UP);
    let looking = async {
        let job = lost_reply::wait_for(session, input, window).await?;
        note_id(session, id, job.request_id()).await;
        let mut pause = Duration::from_millis(250);
        loop {
            match session.interrupts.unless(job.recorded_result()).await? {
                Ok(Some(response)) => {
                    return Some(Answer::new(response.into_output(), Some(job.request_id().to_owned())));
                }
                // The history may not have it yet; `jobs resume` reports errors and failures.
                Ok(None) => {}
                Err(_) => return None,
            }
            session.interrupts.unless(tokio::time::sleep(pause)).await?;
            pause = (pause * 2).min(LOOK);
        }
    };
    timeout_at(until, looking).await.ok().flatten()
}

/// Sends the request and waits for the answer. Between two attempts Ctrl-C ends it, and nothing more is sent. What is on its way cannot be
/// cancelled: the first Ctrl-C goes on waiting for it, a second one leaves it.
pub(super) async fn wait(session: &mut Session, order: &Order, input: &JsonInput, id: i64) -> Result<Answer, Failure> {
    let client = session.client.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let call = client.run(input).with_deadline(session.time_left()).cancel_when(async { drop(stopped.await) });
    let mut running = call.into_future();
    let mut stop = Some(stop);
    loop {
        let mut outcome = session.interrupts.unless(&mut running).await;
        if outcome.is_none() {
            // Dropping this end notifies the receiver.
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
                let failure = not_accepted(session, order, &error, id).await;
                let given_up = stop.is_none() && error.is_cancelled();
                let lost = stop.is_some() && error.state() == Some(RequestState::Unknown);
                if let Some(window) = error.sent_within().filter(|_| lost)
                    && let Some(answer) = look_up(session, input, id, window).await
                {
                    return Ok(answer);
                }
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
    note_lost(session, id, failure.message()).await;
    Err(session.with_lookup_advice(failure, id))
}

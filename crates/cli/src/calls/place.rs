//! One request, from its order to its saved files: noted before it is sent, sent once, found again after a crash.

use crate::args::input::ToUpload;
use crate::calls::follow::follow;
use crate::calls::order::{Order, choose_seed};
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, Telling, note_id, warn_unless};
use crate::calls::upload::upload;
use crate::calls::{queued, sync};
use crate::clean;
use crate::exit::Failure;
use crate::interrupt::Halt;
use crate::ledger::{Closing, Ledger, LedgerError, State};
use crate::settings::ledger::unusable_ledger;
use crate::show::progress::Progress;
use ideogram_client::{Job, JsonInput};
use serde_json::Value;

/// Makes the pictures of one request and saves them: uploads its files, chooses its seed, notes it in the ledger, sends it,
/// waits for it. Nothing is printed but progress and warnings; when it fails, the ledger has what is known of it.
pub(crate) async fn place(
    session: &mut Session,
    mut order: Order,
    uploads: &[ToUpload],
) -> Result<SavedAnswer, Failure> {
    session.progress = match session.telling {
        Telling::Alone | Telling::Labelled => Progress::new(session.output),
        Telling::Together => Progress::events(session.output),
    };
    if let Some(seed) = order.seed.filter(|_| session.telling != Telling::Alone) {
        session.progress.label(&format!("seed {seed}"));
    }
    let outcome = placed(session, &mut order, uploads).await;
    // This ends the progress line before anything else is printed.
    session.progress = Progress::default();
    outcome
}

async fn placed(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<SavedAnswer, Failure> {
    let (id, input) = begin(session, order, uploads).await?;
    let outcome = answer(session, order, &input, id).await;
    settle(session, order, id, outcome.is_ok());
    save(session, order, id, outcome?).await
}

/// Sends the request and waits for what comes of it.
async fn answer(session: &mut Session, order: &Order, input: &JsonInput, id: i64) -> Result<Answer, Failure> {
    if order.sync {
        session.progress.sending();
        let answer = sync::wait(session, order, input, id).await?;
        // The answer cannot be fetched again, so it is noted before it is used.
        let body = answer.body.to_string();
        let (body, request_id) = (clean::hidden(&body).into_owned(), answer.request_id.clone());
        let noted = session.write(move |ledger| ledger.answered(id, request_id.as_deref(), &body)).await;
        warn_unless(noted, "the service has answered");
        return Ok(answer);
    }
    let (job, interrupted) = submit(session, order, input, id).await?;
    follow(session, &job, id, interrupted).await
}

/// Takes a request off the budget again where the ledger says that it is not billed.
fn settle(session: &Session, order: &Order, id: i64, succeeded: bool) {
    let is_free = || matches!(session.ledger.row(id), Ok(Some(row)) if !row.state.may_cost());
    if !succeeded && is_free() {
        session.budget.give_back(order.info, &order.input);
    }
}

/// Sends one request to the queue and gives the ledger's number of it. Where Ctrl-C comes meanwhile it is cancelled, and what
/// it has made all the same is saved.
pub(crate) async fn leave(session: &mut Session, mut order: Order, uploads: &[ToUpload]) -> Result<i64, Failure> {
    session.progress = Progress::new(session.output);
    let outcome = left(session, &mut order, uploads).await;
    session.progress = Progress::default();
    outcome
}

async fn left(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<i64, Failure> {
    let (id, input) = begin(session, order, uploads).await?;
    let submitted = submit(session, order, &input, id).await;
    if let Ok((job, true)) = &submitted {
        let outcome = follow(session, job, id, true).await;
        settle(session, order, id, outcome.is_ok());
        save(session, order, id, outcome?).await?;
        return Ok(id);
    }
    settle(session, order, id, submitted.is_ok());
    submitted.map(|_| id)
}

/// Sends the request to the queue and notes its id; `true` says that it is to be cancelled.
async fn submit(
    session: &mut Session,
    order: &Order,
    input: &JsonInput,
    id: i64,
) -> Result<(Job<Value>, bool), Failure> {
    session.progress.sending();
    let (job, interrupted) = queued::submit(session, order, input, id).await?;
    note_id(session, id, job.request_id()).await;
    session.progress.accepted(job.request_id());
    Ok((job, interrupted))
}

/// Everything up to the row in the ledger, which is on the disk when this returns. Nothing is begun once the run sends
/// nothing more.
async fn begin(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<(i64, JsonInput), Failure> {
    upload(session, order.info, &mut order.input, uploads).await?;
    choose_seed(order, session)?;
    let (input, sent) = (order.json()?, order.sent());
    if session.halt.is_said() {
        return Err(Halt::failure());
    }
    session.budget.reserve(order.info, &order.input)?;
    let (client, destination) = (session.client.clone(), order.destination.remembered());
    let base = session.base(!order.sync).to_owned();
    let row = order.clone();
    let begun = session.write(move |ledger| {
        if let Some(lost) = row.instead_of
            && !give_up(ledger, lost)?
        {
            return Ok(None);
        }
        ledger.begin(&row.row(&sent, &client, &base, destination.as_deref())).map(Some)
    });
    let begun = begun.await.map_err(|error| unusable_ledger(&error)).and_then(|id| id.ok_or_else(taken));
    let id = begun.inspect_err(|_| session.budget.give_back(order.info, &order.input))?;
    Ok((id, input))
}

/// Gives a lost request up; `false` where another process is at work on it, or has found it meanwhile. It is called in the
/// transaction that writes its successor: what is given up and not replaced would be looked for by nobody.
fn give_up(ledger: &mut Ledger, id: i64) -> Result<bool, LedgerError> {
    if !ledger.claim(id)? {
        return Ok(false);
    }
    if ledger.row(id)?.is_some_and(|row| matches!(row.state, State::Sending | State::Lost)) {
        ledger.close(id, &Closing::ByHand)?;
        return Ok(true);
    }
    ledger.release(id)?;
    Ok(false)
}

fn taken() -> Failure {
    let mut failure = Failure::failed("another `ideogram` has taken up the request that this one was to replace");
    failure.facts.bought = true;
    failure
}

async fn save(session: &mut Session, order: &Order, id: i64, answer: Answer) -> Result<SavedAnswer, Failure> {
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

//! One request, from its order to its saved files: noted before it is sent, sent once, found again after a crash.

use crate::args::input::ToUpload;
use crate::calls::follow::follow;
use crate::calls::order::{Order, choose_seed};
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, warn_unless};
use crate::calls::upload::upload;
use crate::calls::{queued, sync};
use crate::clean;
use crate::exit::Failure;
use crate::settings::ledger::unusable_ledger;
use ideogram_client::{Job, JsonInput};
use serde_json::Value;

/// A request that the queue has accepted.
#[derive(Debug)]
pub(crate) struct Submitted {
    /// The ledger's number of it.
    pub(crate) id: i64,
    pub(crate) job: Job<Value>,
    /// Whether Ctrl-C came while it was sent, so that it is to be cancelled.
    pub(crate) interrupted: bool,
}

/// Makes the pictures of one request and saves them: uploads its files, chooses its seed, notes it in the ledger, sends it,
/// waits for it. Nothing is printed but progress and warnings; when it fails, the ledger has what is known of it.
pub(crate) async fn place(
    session: &mut Session,
    mut order: Order,
    uploads: &[ToUpload],
) -> Result<SavedAnswer, Failure> {
    let (id, answer) = if order.sync {
        let (id, input) = begin(session, &mut order, uploads).await?;
        let answer = sync::wait(session, &order, &input, id).await?;
        // It cannot be asked for again, so it is noted before it is used.
        let body = answer.body.to_string();
        let noted = session.ledger.answered(id, answer.request_id.as_deref(), &clean::hidden(&body));
        warn_unless(noted, "the service has answered");
        (id, answer)
    } else {
        let Submitted { id, job, interrupted } = submit(session, &mut order, uploads).await?;
        (id, follow(session, &job, id, interrupted).await?)
    };
    save(session, &order, id, answer).await
}

/// Sends one request to the queue, and leaves it there: the ledger has its number, and `jobs resume` fetches what it makes.
pub(crate) async fn submit(
    session: &mut Session,
    order: &mut Order,
    uploads: &[ToUpload],
) -> Result<Submitted, Failure> {
    let (id, input) = begin(session, order, uploads).await?;
    let (job, interrupted) = queued::submit(session, order, &input, id).await?;
    let noted = session.ledger.accepted(id, job.request_id());
    warn_unless(noted, &format!("the request is `{}`", job.request_id()));
    Ok(Submitted { id, job, interrupted })
}

/// Everything up to the row in the ledger, which is on the disk when this returns.
async fn begin(session: &mut Session, order: &mut Order, uploads: &[ToUpload]) -> Result<(i64, JsonInput), Failure> {
    upload(session, order, uploads).await?;
    choose_seed(order, session)?;
    let (input, sent) = (order.json()?, order.sent());
    let client = session.client.clone();
    let destination = order.destination.remembered();
    let base = session.base(!order.sync).to_owned();
    let new = order.row(&sent, &client, &base, destination.as_deref());
    let id = session.ledger.begin(&new).map_err(|error| unusable_ledger(&error))?;
    Ok((id, input))
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

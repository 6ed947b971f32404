//! Continues one request where an earlier run left it.

use crate::calls::follow::{failed, follow};
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, note_id};
use crate::calls::{failure, lost_reply};
use crate::clean;
use crate::clock;
use crate::exit::{ErrorKind, Failure};
use crate::jobs::row::{info_of, input_of};
use crate::ledger::{Ledger, Row, State};
use crate::save::Destination;
use ideogram_client::{Client, Error, Found, Job, JsonInput, RequestState, Window};
use ideogram_schema::EndpointInfo;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// A request whose row says no more than when it was written was sent within this time after it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5 * 60);
/// How wrong a clock may be of which nothing is known.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Refuses a request id that the user names for a row where it is none, or another request's: what is noted in a row is not
/// looked for any more.
pub(super) fn check_request_id(session: &Session, row: &Row, request_id: &str) -> Result<(), Failure> {
    let (id, info) = (row.id, known(row)?);
    if !session.is_of_this_service(row) {
        return Err(of_another_service(session, row));
    }
    drop(session.client.job_of(info, request_id).map_err(|error| failure::of_call(&error, info))?);
    match session.ledger.row_of_request(request_id)?.filter(|other| other.id != id) {
        Some(other) => {
            let what =
                format!("`{}` is request {} of the ledger, so it cannot be {id}", clean::line(request_id), other.id);
            Err(Failure::usage(what))
        }
        None => Ok(()),
    }
}

fn known(row: &Row) -> Result<&'static EndpointInfo, Failure> {
    let unknown = || Failure::failed(format!("{} is for `{}`, which this build does not know", row.id, row.endpoint));
    info_of(row).ok_or_else(unknown)
}

fn of_another_service(session: &Session, row: &Row) -> Failure {
    let base = session.base(row.queued);
    Failure::usage(format!("{} was sent to `{}`, and this run talks to `{base}`", row.id, row.base))
}

/// Goes on with a claimed row until its files are saved. `request_id` is the user's word for a request whose reply was lost,
/// which was [checked](check_request_id).
pub(crate) async fn take_up(
    session: &mut Session,
    mut row: Row,
    request_id: Option<&str>,
    destination: &Destination,
) -> Result<SavedAnswer, Failure> {
    let id = row.id;
    if let Some(request_id) = request_id {
        let noted = request_id.to_owned();
        session.write(move |ledger| ledger.accepted(id, &noted)).await?;
        row.request_id = Some(request_id.to_owned());
        row.state = State::Accepted;
    }
    let info = known(&row)?;
    let input = input_of(&row);
    let request = SaveRequest { id, info, input: &input, seed: row.seed, destination, earlier: Some(&row) };
    if let (State::Answered, Some(answer)) = (row.state, &row.answer) {
        let body = serde_json::from_str(answer)
            .map_err(|error| Failure::file(format!("the answer of {id} in the ledger cannot be read: {error}")))?;
        return save_answer(session, request, Answer::new(body, row.request_id.clone())).await;
    }
    if !session.is_of_this_service(&row) {
        return Err(of_another_service(session, &row));
    }
    let job = match &row.request_id {
        Some(request_id) => session.client.job_of(info, request_id.as_str()),
        None => Ok(find_again(session, &row, request).await?),
    };
    let job = job.map_err(|error| failure::of_call(&error, info))?;
    let answer =
        if row.queued { follow(session, &job, row.id, false).await? } else { recorded(session, &job, row.id).await? };
    save_answer(session, request, answer).await
}

/// Looks for a request whose answer was lost, and notes its id when it is found for certain.
async fn find_again(session: &mut Session, row: &Row, request: SaveRequest<'_>) -> Result<Job<Value>, Failure> {
    let id = row.id;
    let input = JsonInput::sent_before(request.info, request.input.clone());
    // On the heap, because the futures of all tasks contain this one.
    let looking = Box::pin(look(&session.client, &session.ledger, row, &input));
    let found = session.interrupts.unless(looking).await.ok_or_else(|| session.interrupts.failure("left"))?;
    let not_in_history = matches!(&found, Ok(Found::Nowhere));
    // Whoever may not read it, or has none, does not get more out of it later.
    let look_again = matches!(&found, Err(error) if error.is_retryable());
    let (why, ids) = match found {
        Ok(Found::Once(job)) => {
            note_id(session, id, job.request_id()).await;
            return Ok(job);
        }
        Ok(Found::Undecided(ids)) => ("several requests in the service's history could be it".to_owned(), ids),
        Ok(_) => ("it is not in the service's history, or not yet".to_owned(), Vec::new()),
        Err(error) if look_again => {
            (format!("the service's history cannot be read at the moment: {error}"), Vec::new())
        }
        Err(error) => (format!("the service's history cannot be read: {error}"), Vec::new()),
    };
    let ids: Vec<String> = ids.iter().take(5).map(|id| format!("`{}`", clean::line(id))).collect();
    let ids = if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) };
    let mut failure = Failure::new(
        ErrorKind::Unknown,
        format!(
            "the answer to {id} was lost, so it may have been billed, and {why}{ids}; look in fal's dashboard, then take it up \
         with `ideogram jobs resume {id} --request ID` or give it up with `ideogram jobs close {id}`"
        ),
    );
    (failure.facts.not_in_history, failure.facts.look_again) = (not_in_history, look_again);
    Err(failure)
}

/// Looks at the time at which it was sent, by the service's clock. Where nobody knows how wrong this machine's clock was
/// then, and it is not found, that time may be another: so the days around it are looked through too, if the input has a
/// seed, by which it is one of its kind.
async fn look(client: &Client, ledger: &Ledger, row: &Row, input: &JsonInput) -> Result<Found<Value>, Error> {
    let (sent, updated) = (clock::time(row.created_ms), clock::time(row.updated_ms));
    let window = Window::new(sent, updated.max(sent + ANSWERED_WITHIN));
    if let Some(offset) = row.clock_offset_ms {
        return lost_reply::find(client, ledger, input, window.with_clock_offset_ms(offset)).await;
    }
    match lost_reply::find(client, ledger, input, window).await? {
        Found::Nowhere if row.seed.is_some() => {
            let now = clock::time(clock::now_ms());
            let begin = sent.min(now).checked_sub(DAY).unwrap_or(SystemTime::UNIX_EPOCH);
            match lost_reply::find(client, ledger, input, Window::new(begin, window.end().max(now) + DAY)).await {
                Ok(Found::Undecided(mut ids)) => {
                    ids.retain(|id| !ledger.has_request_id(id).unwrap_or_default());
                    Ok(if ids.is_empty() { Found::Nowhere } else { Found::Undecided(ids) })
                }
                // It was not found at its own time, and that is what counts if more cannot be known.
                Err(error) if !error.is_retryable() => Ok(Found::Nowhere),
                found => found,
            }
        }
        found => Ok(found),
    }
}

/// What a call in one piece answered, from the history: its connection is gone.
async fn recorded(session: &mut Session, job: &Job<Value>, id: i64) -> Result<Answer, Failure> {
    let request_id = job.request_id();
    match session.interrupts.unless(job.recorded_result()).await {
        Some(Ok(Some(response))) => Ok(Answer::new(response.into_output(), Some(request_id.to_owned()))),
        Some(Ok(None)) => {
            Err(Failure::new(ErrorKind::Unknown, format!("what {id} made is not in the service's history, or not yet")))
        }
        Some(Err(error)) if error.state().is_some_and(RequestState::is_over) => {
            Err(failed(session, job, &error, id).await)
        }
        Some(Err(error)) => Err(failure::of_call(&error, job.endpoint())),
        None => Err(session.interrupts.failure("left")),
    }
}

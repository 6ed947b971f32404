//! `ideogram jobs resume`: what interrupted runs have paid for, fetched and saved.

use crate::calls::follow::{failed, follow};
use crate::calls::save_answer::{Answer, SaveRequest, SavedAnswer, save_answer};
use crate::calls::session::{Session, warn_unless};
use crate::calls::{failure, lost_reply};
use crate::clean;
use crate::envelope::{Envelope, ErrorRow, Kind};
use crate::exit::{ErrorKind, Failure};
use crate::jobs::row::{claimed_elsewhere, ids, info_of, input_of, open_row};
use crate::ledger::{LedgerError, Row, State};
use crate::output::{Output, print_envelope, print_failure, write_stdout};
use crate::runtime::runtime;
use crate::save::Destination;
use clap::ArgMatches;
use ideogram_client::{Found, Job, JsonInput, RequestState, Window};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A request whose row says no more than when it was written was sent within this time after it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5 * 60);

/// Takes up every open row, or those that are named; one that cannot be finished does not stop the others.
pub(super) fn resume(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let force = matches.get_flag("force");
    let path = matches.get_one::<PathBuf>("output");
    let request = matches.get_one::<String>("request").map(String::as_str);
    if request.is_some() && ids(matches).len() != 1 {
        return Err(Failure::usage("`--request` is for one number: `ideogram jobs resume 7 --request ID`"));
    }
    let (results, troubles) = runtime()?.block_on(async {
        let mut session = Session::open(matches, output).await?;
        let rows = match ids(matches) {
            named if named.is_empty() => {
                session.ledger.open_rows().map_err(|error| Failure::file(error.to_string()))?
            }
            named => named.into_iter().map(|id| open_row(&session.ledger, id)).collect::<Result<_, _>>()?,
        };
        if rows.is_empty() {
            output.progress("nothing is open: every request is safe on disk or closed");
        }
        let (mut results, mut troubles) = (Vec::new(), Vec::new());
        for row in rows {
            let destination = match path {
                Some(path) => Destination::new(Some(path), force, output),
                None => Destination::again(row.destination.as_deref(), force || row.overwrite, output),
            };
            let outcome = match destination {
                Ok(destination) => take_up(&mut session, &row, request, &destination).await,
                Err(failure) => Err(failure),
            };
            match outcome {
                Ok(saved) => {
                    if !output.json() {
                        write_stdout(&saved.paths())?;
                    }
                    results.push(saved.row);
                }
                Err(failure) if failure.kind() == ErrorKind::Interrupted => {
                    troubles.push(failure);
                    break;
                }
                Err(failure) => troubles.push(failure),
            }
        }
        Ok::<_, Failure>((results, troubles))
    })?;
    let failure = Failure::of_several(&troubles, results.len());
    if troubles.len() + results.len() > 1 {
        troubles.iter().for_each(print_failure);
    }
    match failure {
        Some(failure) => {
            if output.json() {
                print_failure(&failure);
                let row: ErrorRow = failure.row();
                print_envelope(&Envelope::new(Kind::Images, results).with_error(row))?;
                return Err(failure.reported());
            }
            Err(failure)
        }
        None if output.json() => print_envelope(&Envelope::new(Kind::Images, results)),
        None => Ok(()),
    }
}

async fn take_up(
    session: &mut Session,
    row: &Row,
    request: Option<&str>,
    destination: &Destination,
) -> Result<SavedAnswer, Failure> {
    let id = row.id;
    let broken = |error: LedgerError| Failure::file(error.to_string());
    let Some(_claim) = session.ledger.claim(id).map_err(broken)? else { return Err(claimed_elsewhere(id)) };
    // Whoever had the claim before may have finished it.
    let mut row = open_row(&session.ledger, id)?;
    if let Some(request) = request {
        session.ledger.accepted(id, request).map_err(broken)?;
        row = open_row(&session.ledger, id)?;
    }
    let info = info_of(&row)
        .ok_or_else(|| Failure::failed(format!("{id} is for `{}`, which this build does not know", row.endpoint)))?;
    let input = input_of(&row);
    let request = SaveRequest { id, info, input: &input, seed: row.seed, destination };
    if let (State::Answered, Some(answer)) = (row.state, &row.answer) {
        let body = serde_json::from_str(answer)
            .map_err(|error| Failure::file(format!("the answer of {id} in the ledger cannot be read: {error}")))?;
        return save_answer(session, request, Answer { body, request_id: row.request_id.clone() }).await;
    }
    let base = if row.queued { session.client.queue_url() } else { session.client.run_url() };
    if row.base != base {
        return Err(Failure::usage(format!("{id} was sent to `{}`, and this run talks to `{base}`", row.base)));
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
    let sent = at(row.created_ms);
    let window = Window::new(sent, at(row.updated_ms).max(sent + ANSWERED_WITHIN));
    let looking = lost_reply::find(&session.client, &session.ledger, &input, window);
    let found = session.interrupts.unless(looking).await.ok_or_else(|| session.interrupts.failure("left"))?;
    let (why, ids) = match found {
        Ok(Found::Once(job)) => {
            let noted = session.ledger.accepted(id, job.request_id());
            warn_unless(noted, &format!("{id} is `{}`", job.request_id()));
            return Ok(job);
        }
        Ok(Found::Undecided(ids)) => ("several requests in the service's history could be it".to_owned(), ids),
        Ok(_) => ("it is not in the service's history, or not yet".to_owned(), Vec::new()),
        Err(error) => (format!("the service's history cannot be read: {error}"), Vec::new()),
    };
    let ids: Vec<String> = ids.iter().take(5).map(|id| format!("`{}`", clean::line(id))).collect();
    let ids = if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) };
    Err(Failure::new(
        ErrorKind::Unknown,
        format!(
            "the answer to {id} was lost, so it may have been billed, and {why}{ids}; look in fal's dashboard, then take it up \
         with `--request` or give it up with `ideogram jobs close {id}`"
        ),
    ))
}

/// What a call in one piece answered, from the history: its connection is gone.
async fn recorded(session: &mut Session, job: &Job<Value>, id: i64) -> Result<Answer, Failure> {
    let request_id = job.request_id();
    match session.interrupts.unless(job.recorded_result()).await {
        Some(Ok(Some(response))) => Ok(Answer::new(response.into_output(), Some(request_id.to_owned()))),
        Some(Ok(None)) => {
            Err(Failure::new(ErrorKind::Unknown, format!("what {id} made is not in the service's history, or not yet")))
        }
        Some(Err(error)) if error.state().is_some_and(RequestState::is_over) => Err(failed(session, job, &error, id)),
        Some(Err(error)) => Err(failure::of_call(&error, job.endpoint())),
        None => Err(session.interrupts.failure("left")),
    }
}

fn at(milliseconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
}

//! `ideogram jobs cancel`: asks the service to cancel a request.

use crate::calls::failure;
use crate::calls::follow::CANCEL_ASKED;
use crate::calls::session::{Session, warn_unless};
use crate::envelope::Kind;
use crate::exit::{ErrorKind, Failure};
use crate::jobs::report::report;
use crate::jobs::row::{ids, info_of, open_row, result_row};
use crate::ledger::{Closing, Row, State};
use crate::output::Output;
use crate::runtime::block_on;
use clap::ArgMatches;
use ideogram_client::limits;
use ideogram_schema::CancelState;
use tokio::time::timeout;

/// Asks the service to cancel the named rows, or every open one, and says what it answered.
pub(super) fn cancel(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let (rows, failures) = block_on(async {
        let mut session = Session::open(matches, output).await?;
        let mut rows = Vec::new();
        let mut failures = Vec::new();
        for row in chosen(&session, matches)? {
            let id = row.id;
            match one(&mut session, row).await {
                Ok(()) => {
                    let row = session.ledger.row(id)?;
                    rows.extend(row.as_ref().map(result_row));
                }
                Err(failure) if failure.kind() == ErrorKind::Interrupted => return Err(failure),
                Err(failure) => failures.push(failure),
            }
        }
        Ok((rows, failures))
    })??;
    report(Kind::Job, rows, &failures, output)
}

fn chosen(session: &Session, matches: &ArgMatches) -> Result<Vec<Row>, Failure> {
    let ids = ids(matches);
    if !ids.is_empty() {
        return ids.into_iter().map(|id| open_row(&session.ledger, id)).collect();
    }
    let rows = session.ledger.open_rows()?;
    Ok(rows.into_iter().filter(|row| row.state == State::Accepted && session.is_of_this_service(row)).collect())
}

async fn one(session: &mut Session, row: Row) -> Result<(), Failure> {
    let (id, output) = (row.id, session.output);
    if row.state == State::Answered {
        output.note(&format!("{id} is done already: `ideogram jobs result {id}` saves its files"));
        return Ok(());
    }
    let (Some(info), Some(request_id)) = (info_of(&row), row.request_id.as_deref()) else {
        let why = "its reply was lost, so there is no id to cancel it by";
        return Err(Failure::new(ErrorKind::Unknown, format!("{id}: {why}; `ideogram jobs resume {id}` looks for it")));
    };
    if !row.queued || !session.is_of_this_service(&row) {
        return Err(Failure::usage(format!("{id} is not in the queue of `{}`", session.base(true))));
    }
    let job = session.client.job_of(info, request_id).map_err(|error| failure::of_call(&error, info))?;
    let asked = session.interrupts.unless(timeout(limits::WIND_UP, job.cancel())).await;
    let asked = asked.ok_or_else(|| session.interrupts.failure("left; whether it was cancelled is not known"))?;
    let answer = asked.map_err(|_| {
        Failure::new(ErrorKind::Timeout, format!("{id}: the service did not answer the cancel in time"))
    })?;
    match answer.map_err(|error| failure::of_call(&error, info))? {
        CancelState::Ok => {
            output.note(&format!("{id}: cancelled before it ran: nothing is billed"));
            // If another process follows it, that process closes the row.
            if session.ledger.claim(id).unwrap_or(false) {
                warn_unless(session.ledger.close(id, &Closing::Cancelled), "it is cancelled");
            }
        }
        CancelState::AlreadyCompleted => {
            output.note(&format!("{id} is done already: `ideogram jobs result {id}` saves its files"));
        }
        CancelState::CancellationRequested => {
            warn_unless(session.ledger.note(id, CANCEL_ASKED), "the service was asked to cancel");
            output.note(&format!(
                "{id}: the service was asked to cancel; it may finish all the same, and is billed then"
            ));
        }
        other => output.note(&format!("{id}: the service answered `{other}` to the cancel")),
    }
    Ok(())
}

//! `ideogram jobs result`: prints the files of a request, and fetches them first if they are not saved yet.

use crate::calls::failure;
use crate::calls::session::Session;
use crate::exit::{ErrorKind, Failure};
use crate::jobs::resume::{Done, Wanted, finish};
use crate::jobs::row::{ids, info_of, known_row, result_row};
use crate::ledger::{Row, State};
use crate::output::Output;
use crate::runtime::block_on;
use crate::settings::ledger::open_ledger;
use crate::show::progress::standing;
use clap::ArgMatches;
use ideogram_schema::QueueState;
use std::path::PathBuf;

/// Prints where the files of the named requests are; those that are not saved yet are fetched, with `--wait` once they are
/// done.
pub(super) fn result(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ids = ids(matches);
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    let mut done = Done::default();
    let mut open = Vec::new();
    for id in &ids {
        let row = known_row(&ledger, *id)?;
        match row.state {
            State::Saved => {
                if !output.json() {
                    let lines: String = row.files.iter().map(|file| format!("{file}\n")).collect();
                    done.paths.write(lines.as_bytes());
                }
                done.saved.push((*id, result_row(&row)));
            }
            state if state.is_open() => open.push(row),
            state => {
                let why = row.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
                let what = format!("{id} has no files, it is `{}`{why}", state.as_str());
                done.failures.push((*id, Failure::failed(what)));
            }
        }
    }
    drop(ledger);
    if !matches.get_flag("wait") && !open.is_empty() {
        let (ready, failures) = block_on(async {
            let mut session = Session::open(matches, output).await?;
            ready(&mut session, open).await
        })??;
        open = ready;
        done.failures.extend(failures);
    }
    let wanted = Wanted::new(matches, open.iter().map(|row| row.id).collect(), matches.get_flag("wait"));
    finish(matches, output, wanted, done)
}

/// The rows that can be fetched now, and why the others cannot.
async fn ready(session: &mut Session, open: Vec<Row>) -> Result<(Vec<Row>, Vec<(i64, Failure)>), Failure> {
    let (mut ready, mut failures) = (Vec::new(), Vec::new());
    for row in open {
        // A row in any other state is continued as `resume` does it.
        let (Some(info), Some(request_id), State::Accepted, true) =
            (info_of(&row), row.request_id.as_deref(), row.state, row.queued && session.is_of_this_service(&row))
        else {
            ready.push(row);
            continue;
        };
        let job = session.client.job_of(info, request_id).map_err(|error| failure::of_call(&error, info))?;
        let asked = session.interrupts.unless(job.status()).await.ok_or_else(|| session.interrupts.failure("left"))?;
        match asked {
            Ok(status) if status.status != QueueState::Completed => {
                let what = format!("{} is not done yet: {}; `--wait` waits for it", row.id, standing(&status));
                failures.push((row.id, Failure::new(ErrorKind::Timeout, what)));
            }
            // Fetching gives the better error.
            _ => ready.push(row),
        }
    }
    Ok((ready, failures))
}

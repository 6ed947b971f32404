//! `ideogram jobs watch`: follows open requests, with one line for each change.

use crate::calls::session::Session;
use crate::clean;
use crate::envelope::{Envelope, Kind};
use crate::exit::Failure;
use crate::jobs::row::{ids, info_of, known_row, result_row};
use crate::ledger::{Row, State};
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::block_on;
use crate::show::progress::standing;
use clap::ArgMatches;
use ideogram_schema::QueueState;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// How many requests are asked about at once.
const AT_ONCE: usize = 16;

/// The pause between two rounds: from the first to the longest.
const PAUSE: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];

/// How a request stands, and whether there is nothing to wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    words: String,
    settled: bool,
}

impl Standing {
    fn new(words: impl Into<String>, settled: bool) -> Self {
        Self { words: words.into(), settled }
    }
}

/// Prints how open rows stand until none of them can change by itself: those that other processes save as well.
pub(super) fn watch(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ids = ids(matches);
    let rows = block_on(async {
        let mut session = Session::open(matches, output).await?;
        for id in &ids {
            known_row(&session.ledger, *id)?;
        }
        let mut said: BTreeMap<i64, Standing> = BTreeMap::new();
        let mut pause = PAUSE[0];
        loop {
            let open = session.ledger.open_rows()?;
            let open: Vec<Row> = open.into_iter().filter(|row| ids.is_empty() || ids.contains(&row.id)).collect();
            let mut now = closed(&session, &said, &open, &ids)?;
            now.extend(asked(&mut session, open).await?);
            for (id, standing) in &now {
                if said.get(id) != Some(standing) && !output.json() {
                    write_stdout(format!("{id}\t{}\n", clean::line(&standing.words)).as_bytes())?;
                    pause = PAUSE[0];
                }
            }
            said = now;
            if said.values().all(|standing| standing.settled) {
                break;
            }
            let paused = session.interrupts.unless(tokio::time::sleep(pause)).await;
            paused.ok_or_else(|| session.interrupts.failure("left; the requests go on"))?;
            pause = (pause * 2).min(PAUSE[1]);
        }
        let rows = said.keys().filter_map(|id| session.ledger.row(*id).transpose());
        rows.collect::<Result<Vec<Row>, _>>().map_err(Failure::from)
    })??;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Job, rows.iter().map(result_row).collect()));
    }
    Ok(())
}

/// Rows that were watched or named, and are open no longer.
fn closed(
    session: &Session,
    said: &BTreeMap<i64, Standing>,
    open: &[Row],
    ids: &[i64],
) -> Result<BTreeMap<i64, Standing>, Failure> {
    let mut closed = BTreeMap::new();
    for id in said.keys().chain(ids).filter(|id| !open.iter().any(|row| row.id == **id)) {
        let row = session.ledger.row(*id)?;
        let words = row.map_or_else(
            || "not in the ledger".to_owned(),
            |row| match row.files.as_slice() {
                [] => row
                    .note
                    .map_or_else(|| row.state.as_str().to_owned(), |note| format!("{}: {note}", row.state.as_str())),
                files => format!("{} {}", row.state.as_str(), files.join(" ")),
            },
        );
        closed.insert(*id, Standing::new(words, true));
    }
    Ok(closed)
}

/// How open rows stand, the service asked where it knows them.
async fn asked(session: &mut Session, open: Vec<Row>) -> Result<BTreeMap<i64, Standing>, Failure> {
    let mut standings = BTreeMap::new();
    let mut asking = JoinSet::new();
    for row in open {
        let id = row.id;
        let claimed = session.ledger.is_claimed(id).unwrap_or(true);
        let job = match (row.state, info_of(&row), row.request_id.as_deref()) {
            (State::Accepted, Some(info), Some(request_id)) if row.queued && session.is_of_this_service(&row) => {
                session.client.job_of(info, request_id).ok()
            }
            _ => None,
        };
        let Some(job) = job else {
            standings.insert(id, Standing::new(unasked(&row, claimed), !claimed));
            continue;
        };
        if asking.len() >= AT_ONCE {
            let next = session.interrupts.unless(asking.join_next()).await;
            standings.extend(
                next.ok_or_else(|| session.interrupts.failure("left; the requests go on"))?.and_then(Result::ok),
            );
        }
        asking.spawn(async move {
            let standing = match job.status().await {
                Ok(status) if status.status == QueueState::Completed && !claimed => {
                    Standing::new(format!("done: `ideogram jobs result {id}` fetches it"), true)
                }
                Ok(status) => Standing::new(standing(&status), false),
                Err(error) => Standing::new(format!("cannot be asked about: {error}"), !error.is_retryable()),
            };
            (id, standing)
        });
    }
    loop {
        let next = session.interrupts.unless(asking.join_next()).await;
        match next.ok_or_else(|| session.interrupts.failure("left; the requests go on"))? {
            Some(standing) => standings.extend(standing.ok()),
            None => return Ok(standings),
        }
    }
}

/// How a row stands that the service is not asked about.
fn unasked(row: &Row, claimed: bool) -> String {
    let id = row.id;
    match row.state {
        State::Answered if claimed => "done, its files are being fetched".to_owned(),
        State::Answered => format!("done: `ideogram jobs result {id}` fetches it"),
        _ if claimed => "being sent".to_owned(),
        State::Accepted => format!("went to `{}`, which is not asked here", row.base),
        _ => format!("its reply was lost: `ideogram jobs resume {id}` looks for it"),
    }
}

//! `ideogram jobs resume`: what interrupted runs have paid for, fetched and saved.

use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::envelope::{Envelope, Kind, ResultRow};
use crate::exit::{ErrorKind, Failure};
use crate::jobs::row::{claimed_elsewhere, ids, resumable_row, warn_of_damage};
use crate::jobs::take_up::take_up;
use crate::ledger::{Ledger, Row, State};
use crate::output::{Output, print_envelope, print_failure, write_stdout};
use crate::runtime::block_on;
use crate::save::Destination;
use clap::ArgMatches;
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use tokio::task::{JoinSet, LocalSet};

/// How many requests are worked on at once.
const AT_ONCE: usize = 8;

/// What the user wants.
#[derive(Clone, Debug)]
struct Wanted {
    /// The numbers that were named; none is every open one.
    ids: Vec<i64>,
    request_id: Option<String>,
    output: Option<PathBuf>,
    overwrite: bool,
}

/// What the tasks share: the rows that are left, and what came of the others.
#[derive(Debug, Default)]
struct Shared {
    rows: VecDeque<Row>,
    saved: Vec<(i64, ResultRow)>,
    failures: Vec<(i64, Failure)>,
}

/// Takes up every open row, or those that are named; one that cannot be finished does not stop the others.
pub(super) fn resume(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let wanted = Wanted {
        ids: ids(matches),
        request_id: matches.get_one::<String>("request").cloned(),
        output: matches.get_one::<PathBuf>("output").cloned(),
        overwrite: matches.get_flag("overwrite"),
    };
    if wanted.request_id.is_some() && wanted.ids.len() != 1 {
        return Err(Failure::usage("`--request` is for one number: `ideogram jobs resume 7 --request ID`"));
    }
    let shared = Rc::new(RefCell::new(Shared::default()));
    let outcome = block_on(LocalSet::new().run_until(work(matches, output, wanted, Rc::clone(&shared))))?;
    let mut shared = shared.take();
    shared.saved.sort_by_key(|(id, _)| *id);
    shared.failures.sort_by_key(|(id, _)| *id);
    let saved: Vec<ResultRow> = shared.saved.into_iter().map(|(_, row)| row).collect();
    let failures: Vec<Failure> = shared.failures.into_iter().map(|(_, failure)| failure).collect();
    outcome?;
    report(saved, &failures, output)
}

async fn work(
    matches: &ArgMatches,
    output: Output,
    wanted: Wanted,
    shared: Rc<RefCell<Shared>>,
) -> Result<(), Failure> {
    let session = Session::open(matches, output).await?;
    warn_of_damage(&session.ledger)?;
    session.ledger.tidy();
    let rows = chosen(&session, &wanted)?;
    if rows.is_empty() {
        output.progress("nothing is open here: every request is safe on disk or closed");
    }
    // Judged before anything is fetched: several files do not go to one place.
    let destination =
        wanted.output.as_deref().map(|path| Destination::new(Some(path), wanted.overwrite, output)).transpose()?;
    if rows.len() > 1 && destination.as_ref().is_some_and(|destination| !destination.is_folder()) {
        return Err(Failure::usage(format!(
            "`--output` names one file, and there are {} requests; name a folder, or one number",
            rows.len()
        )));
    }
    let workers = rows.len().min(AT_ONCE);
    shared.borrow_mut().rows = rows.into();
    let mut tasks = JoinSet::new();
    for _ in 0..workers {
        let (sibling, wanted, shared) = (session.sibling()?, wanted.clone(), Rc::clone(&shared));
        tasks.spawn_local(one_by_one(sibling, wanted, shared));
    }
    let mut outcome = Ok(());
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.map_err(|error| Failure::failed(format!("a task of this program ended early: {error}")));
        outcome = outcome.and(ended.flatten());
    }
    outcome
}

/// The rows to take up. Those that were sent to another service are named in one line, and left.
fn chosen(session: &Session, wanted: &Wanted) -> Result<Vec<Row>, Failure> {
    if !wanted.ids.is_empty() {
        return wanted.ids.iter().map(|id| resumable_row(&session.ledger, *id)).collect();
    }
    let rows = session.ledger.open_rows().map_err(|error| Failure::file(error.to_string()))?;
    let (rows, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| session.is_of_this_service(row));
    if !others.is_empty() {
        let bases: BTreeSet<String> = others.iter().map(|row| format!("`{}`", row.base)).collect();
        let bases: Vec<String> = bases.into_iter().collect();
        session.output.note(&format!(
            "{} of the open requests went to another service ({}) and wait for a run that talks to it",
            others.len(),
            bases.join(", ")
        ));
    }
    Ok(rows)
}

/// Works on rows until none is left, or the user ends it.
async fn one_by_one(mut session: Session, wanted: Wanted, shared: Rc<RefCell<Shared>>) -> Result<(), Failure> {
    let output = session.output;
    loop {
        let Some(row) = shared.borrow_mut().rows.pop_front() else { return Ok(()) };
        let id = row.id;
        match one(&mut session, row, &wanted).await {
            Ok(Some(saved)) => {
                if !output.json() {
                    write_stdout(&saved.paths())?;
                }
                shared.borrow_mut().saved.push((id, saved.row));
            }
            Ok(None) => output.progress(&format!("another `ideogram` works on {id}, or has finished it")),
            Err(failure) => {
                // Of a row that is closed there is no claim left, and a process that ends has none.
                let _ = session.ledger.release(id);
                let mut shared = shared.borrow_mut();
                if failure.kind() == ErrorKind::Interrupted {
                    shared.rows.clear();
                }
                shared.failures.push((id, failure));
            }
        }
    }
}

/// Takes up one row; `None` where another process does.
async fn one(session: &mut Session, row: Row, wanted: &Wanted) -> Result<Option<SavedAnswer>, Failure> {
    let (id, named) = (row.id, !wanted.ids.is_empty());
    let Some(row) = claimed(&mut session.ledger, id, named)? else { return Ok(None) };
    let destination = match &wanted.output {
        Some(path) => Destination::new(Some(path), wanted.overwrite, session.output),
        None => Destination::again(row.destination.as_deref(), wanted.overwrite || row.overwrite, session.output),
    }?;
    take_up(session, row, wanted.request_id.as_deref(), &destination).await.map(Some)
}

/// The row, claimed and read again; `None` where it is another process's, or was.
fn claimed(ledger: &mut Ledger, id: i64, named: bool) -> Result<Option<Row>, Failure> {
    let broken = |error: crate::ledger::LedgerError| Failure::file(error.to_string());
    if !ledger.claim(id).map_err(broken)? {
        return if named { Err(claimed_elsewhere(id)) } else { Ok(None) };
    }
    if named {
        let row = resumable_row(ledger, id)?;
        if row.state == State::Failed {
            ledger.ask_again(id).map_err(broken)?;
        }
        return ledger.row(id).map_err(broken);
    }
    let row = ledger.row(id).map_err(broken)?;
    // Whoever had the claim before may have finished it.
    Ok(row.filter(|row| row.state.is_open()))
}

/// Prints what went wrong, and with `--json` the envelope.
fn report(saved: Vec<ResultRow>, failures: &[Failure], output: Output) -> Result<(), Failure> {
    let failure = Failure::of_several(failures, saved.len());
    if failures.len() + saved.len() > 1 {
        failures.iter().for_each(print_failure);
    }
    match failure {
        Some(failure) if output.json() => {
            print_failure(&failure);
            print_envelope(&Envelope::new(Kind::Images, saved).with_error(failure.row()))?;
            Err(failure.reported())
        }
        Some(failure) => Err(failure),
        None if output.json() => print_envelope(&Envelope::new(Kind::Images, saved)),
        None => Ok(()),
    }
}

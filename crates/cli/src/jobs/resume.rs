//! `ideogram jobs resume`: fetches and saves what interrupted runs have paid for.

use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::envelope::{Kind, ResultRow};
use crate::exit::{ErrorKind, Failure};
use crate::jobs::report::report;
use crate::jobs::row::{claimed_elsewhere, ids, job_row, result_row, resumable_row, warn_of_damage};
use crate::jobs::take_up::{check_request_id, take_up};
use crate::ledger::{Row, State};
use crate::output::{Output, Paths, after_stdout};
use crate::runtime::block_on;
use crate::save::Destination;
use crate::show::progress::Progress;
use clap::ArgMatches;
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet};

/// How many requests are worked on at once.
const AT_ONCE: usize = 8;

/// The pause between two looks at a row that another process works on.
const LOOK: Duration = Duration::from_millis(250);

/// What the user wants.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The numbers of the rows; `None` is every open one.
    ids: Option<Vec<i64>>,
    request_id: Option<String>,
    output: Option<PathBuf>,
    overwrite: bool,
    /// Whether a row that another process works on is waited for.
    wait: bool,
}

impl Wanted {
    /// These rows, saved as the flags say.
    pub(super) fn new(matches: &ArgMatches, ids: Vec<i64>, wait: bool) -> Self {
        Self {
            ids: Some(ids),
            request_id: None,
            output: matches.get_one::<PathBuf>("output").cloned(),
            overwrite: matches.get_flag("overwrite"),
            wait,
        }
    }
}

/// What came of the rows that are done with.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) saved: Vec<(i64, ResultRow)>,
    pub(super) failures: Vec<(i64, Failure)>,
    pub(super) paths: Paths,
}

/// What the tasks share: the rows that are left, and what came of the others.
#[derive(Debug, Default)]
struct Shared {
    rows: VecDeque<Row>,
    done: Done,
}

/// Takes up every open row, or those that are named; one that cannot be finished does not stop the others.
pub(super) fn resume(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let ids = ids(matches);
    let request_id = matches.get_one::<String>("request").cloned();
    if request_id.is_some() && ids.len() != 1 {
        return Err(Failure::usage("`--request` is for one number: `ideogram jobs resume 7 --request ID`"));
    }
    let named = !ids.is_empty();
    let mut wanted = Wanted { request_id, ..Wanted::new(matches, ids, false) };
    wanted.ids = wanted.ids.filter(|_| named);
    finish(matches, output, wanted, Done::default())
}

/// Takes up the wanted rows, and reports on them and on those that are done with already.
pub(super) fn finish(matches: &ArgMatches, output: Output, wanted: Wanted, done: Done) -> Result<(), Failure> {
    let shared = Rc::new(RefCell::new(Shared { rows: VecDeque::new(), done }));
    let outcome = if wanted.ids.as_ref().is_some_and(Vec::is_empty) {
        Ok(())
    } else {
        block_on(LocalSet::new().run_until(work(matches, output, wanted, Rc::clone(&shared))))?
    };
    let Done { mut saved, mut failures, paths } = shared.take().done;
    saved.sort_by_key(|(id, _)| *id);
    failures.sort_by_key(|(id, _)| *id);
    let saved: Vec<ResultRow> = saved.into_iter().map(|(_, row)| row).collect();
    let failures: Vec<Failure> = failures.into_iter().map(|(_, failure)| failure).collect();
    outcome?;
    after_stdout(paths.outcome(), report(Kind::Images, saved, &failures, output))
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
    // Checked before anything is fetched: several files cannot have one path.
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
    if let Some(ids) = &wanted.ids {
        return ids.iter().map(|id| resumable_row(&session.ledger, *id)).collect();
    }
    let rows = session.ledger.open_rows()?;
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
            Ok(Some(mut saved)) => {
                saved.row.job = session.ledger.row(id).ok().flatten().map(|row| job_row(&row));
                let mut shared = shared.borrow_mut();
                if !output.json() {
                    shared.done.paths.write(&saved.paths());
                }
                shared.done.failures.extend(saved.incomplete().map(|failure| (id, failure)));
                shared.done.saved.push((id, saved.row));
            }
            Ok(None) if wanted.wait => finished_elsewhere(&session, id, &shared)?,
            Ok(None) => output.progress(&format!("another `ideogram` works on {id}, or has finished it")),
            Err(failure) => {
                // A closed row has no claim, and the claims of a process end with it, so an error does not matter.
                let _ = session.ledger.release(id);
                let mut shared = shared.borrow_mut();
                if failure.kind() == ErrorKind::Interrupted {
                    shared.rows.clear();
                }
                shared.done.failures.push((id, failure));
            }
        }
    }
}

/// What another process made of a row that this one has waited for.
fn finished_elsewhere(session: &Session, id: i64, shared: &RefCell<Shared>) -> Result<(), Failure> {
    let row = session.ledger.row(id)?;
    let mut shared = shared.borrow_mut();
    match row {
        Some(row) if row.state == State::Saved => {
            if !session.output.json() {
                let lines: String = row.files.iter().map(|file| format!("{file}\n")).collect();
                shared.done.paths.write(lines.as_bytes());
            }
            shared.done.saved.push((id, result_row(&row)));
        }
        row => {
            let state = row.map_or("gone", |row| row.state.as_str());
            shared.done.failures.push((id, Failure::failed(format!("{id} has no files, it is `{state}`"))));
        }
    }
    Ok(())
}

/// Takes up one row; `None` where another process does.
async fn one(session: &mut Session, row: Row, wanted: &Wanted) -> Result<Option<SavedAnswer>, Failure> {
    let id = row.id;
    if let Some(request_id) = &wanted.request_id {
        check_request_id(session, &row, request_id)?;
    }
    let Some(row) = claimed(session, id, wanted).await? else { return Ok(None) };
    let destination = match &wanted.output {
        Some(path) => Destination::new(Some(path), wanted.overwrite, session.output),
        None => Destination::again(row.destination.as_deref(), wanted.overwrite || row.overwrite, session.output),
    }?;
    session.progress = Progress::new(session.output);
    session.progress.label(&id.to_string());
    let outcome = take_up(session, row, wanted.request_id.as_deref(), &destination).await;
    session.progress = Progress::default();
    outcome.map(Some)
}

/// The row, claimed and read again; `None` where it is another process's, or was.
async fn claimed(session: &mut Session, id: i64, wanted: &Wanted) -> Result<Option<Row>, Failure> {
    while !session.ledger.claim(id)? {
        if !wanted.wait {
            return if wanted.ids.is_some() { Err(claimed_elsewhere(id)) } else { Ok(None) };
        }
        if session.time_left().is_zero() {
            return Err(claimed_elsewhere(id).with_kind(ErrorKind::Timeout));
        }
        let paused = session.interrupts.unless(tokio::time::sleep(LOOK)).await;
        paused.ok_or_else(|| session.interrupts.failure("stopped waiting; the other `ideogram` continues"))?;
    }
    let row = session.ledger.row(id)?;
    if wanted.ids.is_some() && !wanted.wait {
        let row = resumable_row(&session.ledger, id)?;
        if row.state == State::Failed {
            session.ledger.ask_again(id)?;
        }
        return Ok(session.ledger.row(id)?);
    }
    // The process that had the claim before may have finished it.
    Ok(row.filter(|row| row.state.is_open()))
}

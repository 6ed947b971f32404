//! The workers: several requests at once, each noted, sent, followed and saved like a single call.

use crate::args::input::from_values;
use crate::batch::Options;
use crate::batch::place::below;
use crate::batch::plan::Task;
use crate::batch::read::Fault;
use crate::batch::row::Asked;
use crate::batch::shared::{Done, Next, Shared};
use crate::batch::source::Source;
use crate::batch::survey::{Survey, told};
use crate::calls::order::Order;
use crate::calls::place::place;
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::{Session, Telling};
use crate::clock;
use crate::exit::{ErrorKind, Exit, Failure};
use crate::jobs::take_up::take_up;
use crate::ledger::{Row, State};
use crate::save::Destination;
use ideogram_schema::ENDPOINTS;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

/// How often a worker that has to wait looks again.
const IDLE: Duration = Duration::from_millis(200);
/// How often it is told how far the whole is.
const TICK: Duration = Duration::from_secs(1);
/// So often one request is put back for that reason.
const MAX_PUT_BACK: u32 = 20;
/// How long the files of a request that is done may take once the run is to end.
const GRACE: Duration = Duration::from_secs(60);
/// So long after a request was noted the history is asked for it: it may show there late.
const HISTORY: Duration = Duration::from_secs(10);
/// The pause between two questions.
const LOOK: Duration = Duration::from_millis(500);

/// What every worker needs to know.
pub(super) struct Context {
    pub(super) options: Options,
    pub(super) source: Source,
    /// The batch as the ledger has it.
    pub(super) batch: String,
}

/// Works on all tasks with so many workers. The first Ctrl-C begins nothing more, the second leaves.
pub(super) async fn work(
    session: &mut Session,
    context: Rc<Context>,
    shared: Rc<RefCell<Shared>>,
) -> Result<(), Failure> {
    let total = shared.borrow().total;
    let workers = u64::from(context.options.concurrency).min(total);
    let mut tasks = JoinSet::new();
    session.share_writes()?;
    for _ in 0..workers {
        let (mut sibling, context, shared) = (session.sibling()?, Rc::clone(&context), Rc::clone(&shared));
        sibling.telling = Telling::Together;
        tasks.spawn_local(worker(sibling, context, shared));
    }
    let mut ticks = interval(TICK);
    let mut outcome = Ok(());
    loop {
        let ended = tokio::select! {
            biased;
            () = session.interrupts.next() => {
                let why = session.interrupts.failure("interrupted; run the same command again to continue");
                shared.borrow_mut().stop(why);
                continue;
            }
            ended = tasks.join_next() => ended,
            _ = ticks.tick() => {
                shared.borrow_mut().tell(session);
                continue;
            }
        };
        let Some(ended) = ended else {
            shared.borrow_mut().bar.end();
            return outcome;
        };
        let ended = ended.map_err(|error| Failure::failed(format!("a task of this program ended early: {error}")));
        let ended = ended.flatten();
        if let Err(failure) = &ended {
            shared.borrow_mut().stop(failure.clone());
        }
        outcome = outcome.and(ended);
    }
}

/// Takes tasks until there are none, or nothing more is to be begun.
async fn worker(mut session: Session, context: Rc<Context>, shared: Rc<RefCell<Shared>>) -> Result<(), Failure> {
    let patience = context.options.patience;
    let mut put_back = 0;
    loop {
        let next = shared.borrow_mut().next(&session)?;
        let task = match next {
            Next::Do(task) => task,
            Next::Wait => {
                sleep(IDLE).await;
                continue;
            }
            Next::Leave => return Ok(()),
        };
        session.deadline = Instant::now() + patience;
        let outcome = one(&mut session, &context, &shared, &task).await;
        if let Err(failure) = &outcome
            && failure.kind() == ErrorKind::RateLimit
            && !failure.facts.may_have_been_accepted
            && put_back < MAX_PUT_BACK
        {
            put_back += 1;
            shared.borrow_mut().put_back(&session, task);
            continue;
        }
        put_back = 0;
        shared.borrow_mut().ended();
        settle(&session, &context, &shared, &task, &outcome)?;
    }
}

/// Notes what came of a task, and whether it ends the run.
fn settle(
    session: &Session,
    context: &Context,
    shared: &RefCell<Shared>,
    task: &Task,
    outcome: &Result<Option<SavedAnswer>, Failure>,
) -> Result<(), Failure> {
    let mut shared = shared.borrow_mut();
    let found = session.ledger.bought(context.of(session), &task.key)?;
    match outcome {
        Ok(Some(_)) => shared.done.saved += 1,
        Ok(None) => shared.done.elsewhere += 1,
        // Why nothing more is sent is reported once, for the whole run.
        Err(failure) if failure.facts.held => {}
        Err(failure) => match failure.kind() {
            // Reported once, for the whole run.
            ErrorKind::Interrupted | ErrorKind::Cost => shared.stop(failure.clone()),
            ErrorKind::Balance | ErrorKind::Credentials | ErrorKind::File
                if !failure.facts.may_have_been_accepted
                    && (failure.facts.ledger || failure.kind() != ErrorKind::File) =>
            {
                shared.stop(failure.clone().and("the batch is stopped; run the same command again to continue"));
            }
            _ => {
                let line = u64::try_from(task.line).unwrap_or_default();
                let place = told(&context.source.name, line, &Fault::new(failure.message()));
                shared.fail(&failure.clone().with_message(place));
                if context.options.fail_fast {
                    shared.stop(failure.clone());
                }
            }
        },
    }
    // The results come first: whoever reads stdout may leave, and the batch goes on.
    shared.results.write(task, found.as_ref(), outcome)?;
    if let (Ok(Some(saved)), false) = (outcome, session.output.json()) {
        shared.paths.write(&saved.paths());
    }
    shared.tell(session);
    shared.paths.fault().cloned().map_or(Ok(()), Err)
}

impl Context {
    /// The batch of this run in the ledger.
    pub(super) fn of<'a>(&'a self, session: &'a Session) -> crate::ledger::Batch<'a> {
        crate::ledger::Batch {
            name: &self.batch,
            base: session.client.queue_url(),
            account: session.client.key_fingerprint(),
        }
    }
}

/// Does one task; `None` where another process does it.
async fn one(
    session: &mut Session,
    context: &Context,
    shared: &RefCell<Shared>,
    task: &Task,
) -> Result<Option<SavedAnswer>, Failure> {
    let Some(id) = task.job else { return buy(session, context, task, None).await };
    let until = history_is_late(session, id);
    let mut finished = finish(session, context, id).await;
    while let Err(failure) = &finished
        && failure.facts.not_in_history
        && Instant::now() < until
        && shared.borrow().stop.is_none()
    {
        sleep(LOOK).await;
        session.deadline = Instant::now() + context.options.patience;
        finished = finish(session, context, id).await;
    }
    let Err(failure) = &finished else { return finished };
    // Each request has its own deadline, from now.
    session.deadline = Instant::now() + context.options.patience;
    let may_buy = shared.borrow().stop.is_none();
    if context.options.retry_unknown && failure.kind() == ErrorKind::Unknown && is_lost(session, id) {
        if failure.facts.look_again {
            let why = "it is not bought again while the history does not answer";
            return finished.map_err(|failure| failure.and(why));
        }
        if may_buy {
            return buy(session, context, task, Some(id)).await;
        }
    }
    // If nothing is billed, for example because it was cancelled before the service began it, it must still be bought.
    if may_buy && is_free(session, id) {
        let line = task.line;
        session.output.note(&format!(
            "{}, line {line}: request {id} came to nothing and is not billed, so it is sent again",
            context.source.name
        ));
        return buy(session, context, task, None).await;
    }
    finished
}

/// Until when the history may not have a request that was noted lately. (Whoever misses a reply waits for it himself.)
fn history_is_late(session: &Session, id: i64) -> Instant {
    let age = |row: Row| clock::now_ms().checked_sub(row.created_ms).and_then(|age| u64::try_from(age).ok());
    let age = session.ledger.row(id).ok().flatten().and_then(age).map_or(HISTORY, Duration::from_millis);
    Instant::now() + HISTORY.saturating_sub(age)
}

/// Whether a request is over and nothing was paid for it.
fn is_free(session: &Session, id: i64) -> bool {
    matches!(session.ledger.row(id), Ok(Some(row)) if !row.state.is_open() && !row.state.may_cost())
}

fn is_lost(session: &Session, id: i64) -> bool {
    matches!(session.ledger.row(id), Ok(Some(row)) if matches!(row.state, State::Sending | State::Lost))
}

/// Goes on with what an earlier run has begun.
async fn finish(session: &mut Session, context: &Context, id: i64) -> Result<Option<SavedAnswer>, Failure> {
    if !session.note(move |ledger| ledger.claim(id)).await? {
        return Ok(None);
    }
    let row = session.ledger.row(id)?.filter(|row| row.state.is_open());
    let Some(row) = row else { return Ok(None) };
    let overwrite = row.overwrite || context.options.overwrite;
    let destination = Destination::again(row.destination.as_deref(), overwrite, session.output)?;
    let taken_up = take_up(session, row, None, &destination).await;
    let outcome = save_what_is_done(session, taken_up, id, &destination).await;
    if outcome.is_err() {
        // A closed row has no claim.
        let _ = session.note(move |ledger| ledger.release(id)).await;
    }
    outcome.map(Some)
}

/// Ctrl-C ends a download too; what the service has made by then is fetched all the same, until the second one.
async fn save_what_is_done(
    session: &mut Session,
    outcome: Result<SavedAnswer, Failure>,
    id: i64,
    destination: &Destination,
) -> Result<SavedAnswer, Failure> {
    match outcome {
        Err(failure) if failure.kind() == ErrorKind::Interrupted => match session.ledger.row(id) {
            Ok(Some(row)) if row.state == State::Answered => {
                session.deadline = Instant::now() + GRACE;
                let saved = take_up(session, row, None, destination).await;
                saved.map_err(|later| later.with_kind(ErrorKind::Interrupted).with_exit(failure.exit()))
            }
            _ => Err(failure),
        },
        outcome => outcome,
    }
}

/// Buys a request that nobody has bought, or one in the place of a lost one; `None` where another process does.
async fn buy(
    session: &mut Session,
    context: &Context,
    task: &Task,
    instead_of: Option<i64>,
) -> Result<Option<SavedAnswer>, Failure> {
    let (options, folder) = (&context.options, &context.source.folder);
    let info = ENDPOINTS.iter().copied().find(|info| info.id == task.endpoint);
    let info = info.ok_or_else(|| Failure::failed("its endpoint is not known"))?;
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&task.fields)
        .map_err(|error| Failure::failed(format!("the list of what is to be done is damaged: {error}")))?;
    let asked = Asked { info, fields, output: None, copies: 1, id: None };
    let print = asked.fingerprint(&asked.fields, folder).map_err(|fault| Failure::file(fault.why))?;
    if !task.key.contains(&print) {
        return Err(Failure::file("a file that it names has changed since this run began, so it was not sent"));
    }
    let draft = from_values(info, asked.fields, |path| Ok(folder.join(path)))?;
    let destination = destination(options, task, session)?;
    let order = Order {
        caller: "batch".into(),
        batch: Some((context.batch.clone(), task.key.clone())),
        instead_of,
        ..Order::new(info, draft.input, destination.clone())
    };
    let outcome = place(session, order, &draft.uploads).await;
    match outcome {
        // Another process has bought it meanwhile.
        Err(failure) if failure.facts.bought => Ok(None),
        outcome => {
            let bought = session.ledger.bought(context.of(session), &task.key);
            let id = bought.ok().flatten().map_or(0, |bought| bought.id);
            let outcome = save_what_is_done(session, outcome, id, &destination).await;
            if outcome.is_err() {
                let _ = session.note(move |ledger| ledger.release(id)).await;
            }
            outcome.map(Some)
        }
    }
}

/// Where the files of a task go.
fn destination(options: &Options, task: &Task, session: &Session) -> Result<Destination, Failure> {
    let Some(output) = &task.output else {
        let number = usize::try_from(task.number).unwrap_or_default();
        let destination = Destination::new(options.out.as_deref(), options.overwrite, session.output)?;
        return Ok(destination.with_index(number));
    };
    let path = below(&options.folder, output).map_err(|fault| Failure::usage(fault.why))?;
    let parent = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .map_err(|error| Failure::file(format!("cannot make the folder `{}`: {error}", parent.display())))?;
    Destination::new(Some(&path), options.overwrite, session.output)
}

/// How the run ends as a whole.
pub(super) fn verdict(shared: &Shared, survey: &Survey) -> Option<Failure> {
    let Done { saved, failed, .. } = shared.done;
    if let Some(stop) = &shared.stop {
        return Some(stop.clone());
    }
    let (before, others) = (survey.failed, survey.failed + survey.bad);
    match &shared.first {
        None if others == 0 => None,
        Some((first, true)) if saved + survey.saved == 0 && others == 0 => Some(if failed == 1 {
            first.clone().reported()
        } else {
            first.clone().with_message(format!("all {failed} failed"))
        }),
        _ => {
            let total = failed + others + saved + survey.saved;
            let what = format!("{} of {total} failed", failed + others);
            let retry = if before > 0 { "; `--retry-failed` buys again what failed before" } else { "" };
            Some(Failure::new(ErrorKind::Partial, what + retry).with_exit(Exit::Partial))
        }
    }
}

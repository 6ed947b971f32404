//! The work itself: so many requests at once, each noted, sent, followed and saved as a single call is.

use crate::args::input::from_values;
use crate::batch::Options;
use crate::batch::place::below;
use crate::batch::plan::{Plan, Task};
use crate::batch::read::Fault;
use crate::batch::results::Results;
use crate::batch::row::Asked;
use crate::batch::source::Source;
use crate::batch::survey::{Survey, told};
use crate::calls::order::Order;
use crate::calls::place::place;
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::exit::{ErrorKind, Exit, Failure};
use crate::jobs::take_up::take_up;
use crate::ledger::{Closing, LedgerError, State};
use crate::output::{print_failure, write_stdout};
use crate::save::Destination;
use ideogram_schema::ENDPOINTS;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// For so long fewer requests are sent at once after the service found them too many.
const CALM: Duration = Duration::from_secs(30);
/// The pause after that, and of those that wait meanwhile.
const PAUSE: Duration = Duration::from_secs(2);
/// So often one request is put back for that reason.
const MAX_PUT_BACK: u32 = 20;
/// How long the files of a request that is done may take once the run is to end.
const GRACE: Duration = Duration::from_secs(60);
/// The most failures that are told one by one.
const MAX_TOLD: u64 = 20;

/// What every worker needs to know.
pub(super) struct Context {
    pub(super) options: Options,
    pub(super) source: Source,
    /// The batch as the ledger has it.
    pub(super) batch: String,
}

/// What came of the requests of this run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    pub(super) saved: u64,
    pub(super) failed: u64,
    /// Of the failed, those that may have been billed.
    pub(super) unknown: u64,
    /// Another process is at work on them, or has done them.
    pub(super) elsewhere: u64,
}

/// What the workers share.
pub(super) struct Shared {
    plan: Plan,
    results: Results,
    pub(super) done: Done,
    /// Why nothing more is begun.
    pub(super) stop: Option<Failure>,
    /// The first failure, and whether all end alike.
    pub(super) first: Option<(Failure, bool)>,
    /// How many may be at work, and until when it is fewer than allowed.
    allowed: u32,
    calm_until: Option<Instant>,
    begun: Instant,
    total: u64,
    told: Option<Instant>,
}

impl Shared {
    pub(super) fn new(plan: Plan, results: Results, concurrency: u32, total: u64) -> Self {
        Self {
            plan,
            results,
            done: Done::default(),
            stop: None,
            first: None,
            allowed: concurrency,
            calm_until: None,
            begun: Instant::now(),
            total,
            told: None,
        }
    }

    /// How many may be at work now.
    fn allowed(&mut self, concurrency: u32) -> u32 {
        if self.calm_until.is_some_and(|until| until <= Instant::now()) {
            self.allowed = (self.allowed * 2).min(concurrency);
            self.calm_until = (self.allowed < concurrency).then(|| Instant::now() + CALM);
        }
        self.allowed
    }

    /// Fewer at once for a while; gives how many. The task that was too many is the next one.
    fn calm_down(&mut self, task: Task) -> u32 {
        self.plan.put_back(task);
        self.allowed = (self.allowed / 2).max(1);
        self.calm_until = Some(Instant::now() + CALM);
        self.allowed
    }

    /// Nothing more is begun; the first reason counts.
    pub(super) fn stop(&mut self, why: Failure) {
        self.stop.get_or_insert(why);
    }

    fn fail(&mut self, failure: &Failure) {
        self.done.failed += 1;
        self.done.unknown += u64::from(failure.facts.may_have_been_accepted || failure.kind() == ErrorKind::Unknown);
        if self.done.failed <= MAX_TOLD {
            print_failure(failure);
        }
        match &mut self.first {
            None => self.first = Some((failure.clone(), true)),
            Some((first, alike)) => *alike &= first.exit() == failure.exit(),
        }
    }

    /// How far it is, in one line.
    fn tell(&mut self, session: &Session) {
        let now = Instant::now();
        if self.told.is_some_and(|told| now < told + PAUSE) {
            return;
        }
        self.told = Some(now);
        let count = self.done.saved + self.done.failed + self.done.elsewhere;
        let seconds = now.duration_since(self.begun).as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let (rate, rest) = (count as f64 / seconds, self.total.saturating_sub(count) as f64);
        let left = if rate > 0.0 { format!(", {} s left", (rest / rate).round()) } else { String::new() };
        let failed = if self.done.failed > 0 { format!(", {} failed", self.done.failed) } else { String::new() };
        session.output.progress(&format!("{count} of {}{failed}, {rate:.1} a second{left}", self.total));
    }
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
    for number in 0..u32::try_from(workers).unwrap_or(u32::MAX) {
        let (sibling, context, shared) = (session.sibling()?, Rc::clone(&context), Rc::clone(&shared));
        tasks.spawn_local(worker(sibling, number, context, shared));
    }
    let mut outcome = Ok(());
    loop {
        let ended = tokio::select! {
            biased;
            () = session.interrupts.next() => {
                let why = session.interrupts.failure("interrupted; the same command goes on");
                shared.borrow_mut().stop(why);
                continue;
            }
            ended = tasks.join_next() => ended,
        };
        let Some(ended) = ended else { return outcome };
        let ended = ended.map_err(|error| Failure::failed(format!("a task of this program ended early: {error}")));
        let ended = ended.flatten();
        if let Err(failure) = &ended {
            shared.borrow_mut().stop(failure.clone());
        }
        outcome = outcome.and(ended);
    }
}

/// Takes tasks until there are none, or nothing more is to be begun.
async fn worker(
    mut session: Session,
    number: u32,
    context: Rc<Context>,
    shared: Rc<RefCell<Shared>>,
) -> Result<(), Failure> {
    let patience = context.options.patience;
    let mut put_back = 0;
    loop {
        if shared.borrow().stop.is_some() {
            return Ok(());
        }
        if number >= shared.borrow_mut().allowed(context.options.concurrency) {
            sleep(PAUSE).await;
            continue;
        }
        let Some(task) = shared.borrow_mut().plan.next()? else { return Ok(()) };
        session.deadline = Instant::now() + patience;
        let outcome = one(&mut session, &context, &task).await;
        if let Err(failure) = &outcome
            && failure.kind() == ErrorKind::RateLimit
            && !failure.facts.may_have_been_accepted
            && put_back < MAX_PUT_BACK
        {
            put_back += 1;
            let allowed = shared.borrow_mut().calm_down(task);
            session.output.note(&format!("the service finds the requests too many: {allowed} at once for a while"));
            sleep(PAUSE).await;
            continue;
        }
        put_back = 0;
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
    let found =
        session.ledger.bought(context.of(session), &task.key).map_err(|error| Failure::file(error.to_string()))?;
    match outcome {
        Ok(Some(saved)) => {
            shared.done.saved += 1;
            if !session.output.json() {
                write_stdout(&saved.paths())?;
            }
        }
        Ok(None) => shared.done.elsewhere += 1,
        Err(failure) => match failure.kind() {
            // Said once, of the whole run.
            ErrorKind::Interrupted | ErrorKind::Cost => shared.stop(failure.clone()),
            ErrorKind::Balance | ErrorKind::Credentials if !failure.facts.may_have_been_accepted => {
                shared.stop(failure.clone().and("the batch is stopped, and the same command goes on with it"));
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
    shared.results.write(task, found.as_ref(), outcome)?;
    shared.tell(session);
    Ok(())
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
async fn one(session: &mut Session, context: &Context, task: &Task) -> Result<Option<SavedAnswer>, Failure> {
    let Some(id) = task.job else { return buy(session, context, task).await };
    let finished = finish(session, context, id).await;
    let is_unknown = matches!(&finished, Err(failure) if failure.kind() == ErrorKind::Unknown);
    if !(is_unknown && context.options.retry_unknown && is_lost(session, id)) {
        return finished;
    }
    let closed = session.ledger.claim(id).and_then(|_| session.ledger.close(id, &Closing::ByHand));
    closed.map_err(|error| Failure::file(error.to_string()))?;
    buy(session, context, task).await
}

fn is_lost(session: &Session, id: i64) -> bool {
    matches!(session.ledger.row(id), Ok(Some(row)) if matches!(row.state, State::Sending | State::Lost))
}

/// Goes on with what an earlier run has begun.
async fn finish(session: &mut Session, context: &Context, id: i64) -> Result<Option<SavedAnswer>, Failure> {
    let broken = |error: LedgerError| Failure::file(error.to_string());
    if !session.ledger.claim(id).map_err(broken)? {
        return Ok(None);
    }
    let row = session.ledger.row(id).map_err(broken)?.filter(|row| row.state.is_open());
    let Some(row) = row else { return Ok(None) };
    let overwrite = row.overwrite || context.options.overwrite;
    let destination = Destination::again(row.destination.as_deref(), overwrite, session.output)?;
    let taken_up = take_up(session, row, None, &destination).await;
    let outcome = save_what_is_done(session, taken_up, id, &destination).await;
    if outcome.is_err() {
        // Of a row that is closed there is no claim left.
        let _ = session.ledger.release(id);
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

/// Buys a request that nobody has bought.
async fn buy(session: &mut Session, context: &Context, task: &Task) -> Result<Option<SavedAnswer>, Failure> {
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
        ..Order::new(info, draft.input, destination.clone())
    };
    let outcome = place(session, order, &draft.uploads).await;
    match outcome {
        // Another process was quicker.
        Err(failure) if failure.facts.bought => Ok(None),
        outcome => {
            let bought = session.ledger.bought(context.of(session), &task.key);
            let id = bought.ok().flatten().map_or(0, |bought| bought.id);
            let outcome = save_what_is_done(session, outcome, id, &destination).await;
            if outcome.is_err() {
                let _ = session.ledger.release(id);
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

//! Accepts calls that cost money. Each is bought once, however often the client repeats it.

use super::answer::Reply;
use super::delivery::Delivered;
use super::root::Root;
use super::tools::AGAIN;
use crate::args::input::{self, Draft};
use crate::calls::order::{Order, worth_sending};
use crate::calls::place::place;
use crate::calls::session::{Session, warn_unless};
use crate::exit::Failure;
use crate::interrupt::Interrupts;
use crate::jobs::take_up;
use crate::ledger::{Ledger, Row, State};
use crate::save::Destination;
use crate::summary::{sha256, sha256_of};
use clap::ArgMatches;
use ideogram_client::limits;
use ideogram_schema::EndpointInfo;
use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

/// What the ledger's note of whose call a request is begins with.
pub(super) const CALLER: &str = "mcp:";

/// How many times a call that waits tells how it stands.
const TOLD: u32 = 25;

/// The folder beside the ledger where pictures go when there is no root.
const PICTURES: &str = "pictures";

/// A call that somebody waits for.
pub(super) struct Call<'a>(&'a RequestContext<RoleServer>);

impl<'a> Call<'a> {
    pub(super) fn new(context: &'a RequestContext<RoleServer>) -> Self {
        Self(context)
    }

    /// Tells how it stands, where the client wants to know.
    async fn progress(&self, since: Instant, what: &str) {
        let Some(token) = self.0.meta.get_progress_token() else { return };
        let progress = ProgressNotificationParam::new(token, since.elapsed().as_secs_f64()).with_message(what);
        // If the client has gone, no progress is needed.
        let _ = self.0.peer.notify_progress(progress).await;
    }
}

/// Work that goes on, and what came of it.
#[derive(Clone)]
struct Running {
    /// Its row has a higher number.
    after: i64,
    done: watch::Receiver<Option<Result<(), Failure>>>,
}

/// What the server works with.
pub(super) struct Desk {
    session: RefCell<Session>,
    pub(super) root: Root,
    pub(super) max_image_bytes: u64,
    folder: PathBuf,
    wait: Duration,
    patience: Duration,
    running: RefCell<HashMap<String, Running>>,
    /// The rows whose result was written to the client.
    delivered: RefCell<Delivered>,
    _temporary: Option<TempDir>,
}

impl Desk {
    pub(super) fn new(mut session: Session, matches: &ArgMatches, delivered: Delivered) -> Result<Self, Failure> {
        let root = Root::new(matches.get_one::<PathBuf>("root").map(PathBuf::as_path))?;
        let cannot = |error: std::io::Error| Failure::file(format!("there is no folder for the pictures: {error}"));
        let mut temporary = None;
        if !session.ledger.path().is_absolute() && session.ledger.path().starts_with(":memory:") {
            // Each task opens it again for itself.
            let folder = TempDir::new().map_err(cannot)?;
            session.ledger = Ledger::open(&folder.path().join("ledger.db"))?;
            temporary = Some(folder);
        }
        let folder = match (root.folder(), session.ledger.path().parent()) {
            (Some(root), _) => root.to_owned(),
            (None, beside) => {
                std::path::absolute(beside.unwrap_or(std::path::Path::new(""))).map_err(cannot)?.join(PICTURES)
            }
        };
        std::fs::create_dir_all(&folder).map_err(cannot)?;
        let wait = matches.get_one::<Duration>("wait").copied().unwrap_or_default();
        let max_image_bytes = matches.get_one::<u64>("max-image-bytes").copied().unwrap_or_default();
        let patience = session.time_left();
        Ok(Self {
            session: RefCell::new(session),
            root,
            max_image_bytes,
            folder,
            wait,
            patience,
            running: RefCell::default(),
            delivered: RefCell::new(delivered),
            _temporary: temporary,
        })
    }

    /// Buys pictures, unless the same call was made before and its result not delivered yet.
    pub(super) async fn buy(
        desk: &Rc<Self>,
        info: &'static EndpointInfo,
        mut arguments: Map<String, Value>,
        call: &Call<'_>,
    ) -> Result<Reply, Failure> {
        let again = match arguments.remove(AGAIN) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(Failure::usage(format!("`{AGAIN}` must be `true` or `false`"))),
        };
        let draft = input::from_values(info, arguments, |path| desk.root.file(path))?;
        worth_sending(info, &draft.input, false, false)?;
        let key = desk.key(info, &draft)?;
        let latest = desk.latest(&key)?;
        if !again {
            if desk.is_running(&key) {
                return desk.wait(&key, call).await;
            }
            if let Some(row) = latest.as_ref().filter(|row| row.state.is_open() || is_owed(row)) {
                return Self::result(desk, row, call).await;
            }
        }
        let mut session = desk.sibling()?;
        let destination = Destination::new(Some(&desk.folder), false, session.output)?;
        let known = latest.map_or(0, |row| row.id);
        // Another server on this ledger may get the same call at this moment.
        let after = (!again).then_some(known);
        let order = Order { caller: key.clone().into(), after, ..Order::new(info, draft.input, destination) };
        let uploads = draft.uploads;
        desk.start(&key, known, async move {
            match place(&mut session, order, &uploads).await {
                Err(failure) if failure.facts.bought => Err(Failure::failed(
                    "another `ideogram` has just begun this very call for its own client; as long as that has not got the result, \
                     asking again gets it, and after that it buys another",
                )),
                outcome => outcome.map(drop),
            }
        });
        desk.wait(&key, call).await
    }

    /// The result of a job that was begun before: waited for where it goes on, taken up where it does not.
    pub(super) async fn result(desk: &Rc<Self>, row: &Row, call: &Call<'_>) -> Result<Reply, Failure> {
        if row.state == State::Saved {
            return Ok(Reply::of_saved(row, desk.max_image_bytes));
        }
        if !row.state.is_open() {
            let why = row.note.as_deref().unwrap_or("there is no result");
            return Err(Failure::failed(format!("job {} is over: {}: {why}", row.id, row.state.as_str())));
        }
        if !desk.is_running(&row.caller) {
            let mut session = desk.sibling()?;
            let id = row.id;
            desk.start(&row.caller, id - 1, async move {
                if !session.ledger.claim(id)? {
                    return Err(Failure::failed(format!("another `ideogram` is at work on job {id}; ask again later")));
                }
                let row = session.ledger.row(id)?;
                let Some(row) = row.filter(|row| row.state.is_open()) else { return Ok(()) };
                let destination = Destination::again(row.destination.as_deref(), row.overwrite, session.output)?;
                let outcome = take_up(&mut session, row, None, &destination).await;
                if outcome.is_err() {
                    // A closed row has no claim.
                    let _ = session.ledger.release(id);
                }
                outcome.map(drop)
            });
        }
        desk.wait(&row.caller, call).await
    }

    /// Waits for a task as long as a call may take. A call that is given up ends its wait, never the task.
    async fn wait(&self, key: &str, call: &Call<'_>) -> Result<Reply, Failure> {
        let Some(Running { after, mut done }) = self.running.borrow().get(key).cloned() else {
            return Err(Failure::failed("the job is not known any more"));
        };
        let begun = Instant::now();
        let mut ticks = tokio::time::interval((self.wait / TOLD).max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = done.wait_for(Option::is_some) => {
                    break outcome.map_or_else(|_| None, |outcome| outcome.clone());
                }
                () = call.0.ct.cancelled() => return Ok(Reply::of_open(None)),
                () = tokio::time::sleep_until(begun + self.wait) => {
                    return Ok(Reply::of_open(self.row_after(key, after)?.as_ref()));
                }
                _ = ticks.tick() => {
                    let state = self.row_after(key, after)?.map_or("preparing", |row| said(row.state));
                    call.progress(begun, state).await;
                }
            }
        };
        self.running.borrow_mut().remove(key);
        outcome.unwrap_or_else(|| Err(Failure::failed("the task of this job ended early")))?;
        match self.row_after(key, after)? {
            Some(row) if row.state == State::Saved => Ok(Reply::of_saved(&row, self.max_image_bytes)),
            Some(row) => Ok(Reply::of_open(Some(&row))),
            None => Err(Failure::failed("the ledger has no row of this job")),
        }
    }

    /// Starts a task under this name, in the place of an older one, which goes on.
    fn start(&self, key: &str, after: i64, work: impl Future<Output = Result<(), Failure>> + 'static) {
        let (tell, done) = watch::channel(None);
        tokio::task::spawn_local(async move {
            let outcome = work.await;
            // The receiver may be gone; the result is in the ledger.
            let _ = tell.send(Some(outcome));
        });
        self.running.borrow_mut().insert(key.to_owned(), Running { after, done });
    }

    fn is_running(&self, key: &str) -> bool {
        self.running.borrow().contains_key(key)
    }

    /// A session for a task: signals are the server's, and its time begins now.
    fn sibling(&self) -> Result<Session, Failure> {
        let mut session = self.session.borrow().sibling()?;
        session.interrupts = Interrupts::deaf()?;
        session.deadline = Instant::now() + self.patience;
        Ok(session)
    }

    /// What makes two calls the same: the service, the account, the endpoint, the input with the content of its files.
    fn key(&self, info: &EndpointInfo, draft: &Draft) -> Result<String, Failure> {
        let session = self.session.borrow();
        let unread = |error| Failure::file(format!("a file cannot be read: {error}"));
        let files = draft.uploads.iter().map(|file| sha256_of(&file.path).map_err(unread));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        let (base, account) = (session.client.queue_url(), session.client.key_fingerprint());
        let whole = json!([base, account, info.id, draft.input, files]).to_string();
        Ok(format!("{CALLER}{}", sha256(whole.as_bytes())))
    }

    fn latest(&self, key: &str) -> Result<Option<Row>, Failure> {
        self.row_after(key, 0)
    }

    fn row_after(&self, key: &str, after: i64) -> Result<Option<Row>, Failure> {
        self.session.borrow().ledger.latest_of(key, after).map_err(Failure::from)
    }

    /// The row of a job of this server; what others have bought is not for a client to see.
    pub(super) fn row(&self, id: i64) -> Result<Row, Failure> {
        let row = self.session.borrow().ledger.row(id)?;
        row.filter(|row| row.caller.starts_with(CALLER))
            .ok_or_else(|| Failure::usage(format!("there is no job {id}; see `job_list`")))
    }

    /// The jobs that go on, and those whose result was not delivered.
    pub(super) fn rows(&self, most: u32) -> Result<Vec<Row>, Failure> {
        let rows = self.session.borrow().ledger.recent_rows(most)?;
        Ok(rows.into_iter().filter(|row| row.caller.starts_with(CALLER)).collect())
    }

    /// A session to ask the service with.
    pub(super) fn asking(&self) -> Result<Session, Failure> {
        self.sibling()
    }

    /// Notes which results were delivered by now: a client may ask again before it is known here that it has its answer.
    pub(super) async fn note_delivered(&self) {
        let mut writing = self.delivered.borrow().writing();
        // A result that is not written in time counts as not delivered.
        let _ = tokio::time::timeout(limits::WIND_UP, writing.wait_for(|count| *count == 0)).await;
        let mut delivered = self.delivered.borrow_mut();
        while let Some(row) = delivered.next() {
            warn_unless(self.session.borrow_mut().ledger.delivered(row), "a result was delivered");
        }
    }

    /// Buys nothing more, and waits for the ids of requests that are on their way, for a while.
    pub(super) async fn wind_up(&self) {
        self.session.borrow().halt.say();
        let end = Instant::now() + limits::WIND_UP;
        let sending = || {
            let running: Vec<_> = self.running.borrow().iter().map(|(key, one)| (key.clone(), one.clone())).collect();
            running.iter().any(|(key, one)| {
                let row = self.row_after(key, one.after).ok().flatten();
                one.done.borrow().is_none() && row.is_some_and(|row| row.state == State::Sending)
            })
        };
        while sending() && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.note_delivered().await;
    }
}

/// Whether its result was not delivered yet.
pub(super) fn is_owed(row: &Row) -> bool {
    row.state == State::Saved && !row.delivered
}

fn said(state: State) -> &'static str {
    match state {
        State::Sending => "sending",
        State::Accepted => "the service works on it",
        State::Lost => "the answer was lost; looking for the request",
        State::Answered => "saving",
        other => other.as_str(),
    }
}

//! What a command needs to call the service: the client, the ledger, signals, and the time that is left.

use crate::args::value::is_set;
use crate::clean;
use crate::cost::Budget;
use crate::exit::Failure;
use crate::interrupt::{Halt, Interrupts};
use crate::ledger::{Ledger, LedgerError, LedgerGroup, Row, State};
use crate::output::{Output, warn};
use crate::price::Usd;
use crate::settings::client;
use crate::settings::ledger::{open_ledger, unusable_ledger};
use crate::show::progress::{Progress, repeating};
use crate::show::saved::ShowSaved;
use clap::ArgMatches;
#[cfg(feature = "sandbox")]
use clap::parser::ValueSource;
use ideogram_client::{Client, Error};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a call may take where nobody says.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// What is written down of how a picture was made, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AboutPictures {
    /// In the picture itself, where it is a PNG.
    pub(crate) inside: bool,
    /// In a JSON file beside it.
    pub(crate) beside: bool,
    /// How it is shown once it is saved.
    pub(crate) shown: ShowSaved,
}

impl AboutPictures {
    fn of(matches: &ArgMatches) -> Self {
        Self {
            inside: !is_set(matches, "no-metadata"),
            beside: is_set(matches, "sidecar"),
            shown: ShowSaved::of(matches),
        }
    }
}

/// Until when the service wants no more requests, as it has told the client. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TooMany(Arc<Mutex<Option<Instant>>>);

impl TooMany {
    /// The client tries again after this wait.
    fn hear(&self, error: &Error, wait: Duration) {
        if error.is_rate_limited() {
            let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *until = (*until).max(Some(Instant::now() + wait));
        }
    }

    /// What was said since this was asked last.
    pub(crate) fn heard(&self) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How a session tells of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Telling {
    /// It is the only one.
    Alone,
    /// It is one of several, so that it needs a label.
    Labelled,
    /// One line tells of all requests together, and none of this one.
    Together,
}

/// An open session.
pub(crate) struct Session {
    pub(crate) output: Output,
    pub(crate) client: Client,
    /// What it reads; changes go through [`write`](Self::write).
    pub(crate) ledger: Ledger,
    /// Where several tasks write at once: they share the waits for the disk.
    group: Option<LedgerGroup>,
    /// Whether the ledger outlives the process, so that advice about `jobs` makes sense.
    pub(crate) persistent: bool,
    pub(crate) interrupts: Interrupts,
    /// Whether anything more is sent, by this session and by its siblings.
    pub(crate) halt: Halt,
    /// Tells of the request that this session works on.
    pub(crate) progress: Progress,
    pub(crate) telling: Telling,
    /// What the service has said about too many requests.
    pub(crate) too_many: TooMany,
    pub(crate) deadline: Instant,
    pub(crate) about: AboutPictures,
    /// What the requests of this session and of its siblings may cost.
    pub(crate) budget: Budget,
    sandbox: bool,
    #[cfg(feature = "sandbox")]
    _sandbox: Option<ideogram_sandbox::Sandbox>,
}

impl Session {
    #[cfg_attr(
        not(feature = "sandbox"),
        expect(clippy::unused_async, reason = "starting a sandbox is what is waited for")
    )]
    pub(crate) async fn open(matches: &ArgMatches, output: Output) -> Result<Self, Failure> {
        let patience = matches.try_get_one::<Duration>("timeout").ok().flatten().copied().unwrap_or(DEFAULT_TIMEOUT);
        let deadline = Instant::now() + patience;
        let progress = Progress::default();
        let too_many = TooMany::default();
        let told = too_many.clone();
        let on_retry = move |error: &Error, wait| {
            told.hear(error, wait);
            repeating(output, error, wait);
        };
        let about = AboutPictures::of(matches);
        let budget = Budget::new(matches.try_get_one::<Usd>("max-cost").ok().flatten().copied());
        let named = matches.get_one::<PathBuf>("ledger");
        #[cfg(feature = "sandbox")]
        if is_set(matches, "sandbox") {
            let sandbox = crate::sandbox::start(ideogram_sandbox::Sandbox::builder().flat(false), 0).await?;
            let client = Client::builder()
                .with_base_url(sandbox.url())
                .with_key(crate::sandbox::KEY)
                .on_retry(on_retry)
                .build()
                .map_err(|error| client::failure(&error))?;
            // Only a ledger that is named on this command line is used, because requests that cost nothing are noted
            // nowhere else.
            let named_here = matches.value_source("ledger") == Some(ValueSource::CommandLine);
            let ledger = match named.filter(|_| named_here) {
                Some(path) => Ledger::open(path),
                None => Ledger::scratch(),
            };
            clean::hide_key_of(&client);
            let interrupts = Interrupts::listen()?;
            let ledger = ledger.map_err(|error| unusable_ledger(&error))?;
            return Ok(Self {
                output,
                client,
                ledger,
                group: None,
                persistent: false,
                interrupts,
                halt: Halt::default(),
                progress,
                telling: Telling::Alone,
                too_many,
                deadline,
                about,
                budget,
                sandbox: true,
                _sandbox: Some(sandbox),
            });
        }
        // The key comes first: without one nothing else matters.
        let builder = client::configured_builder()?.on_retry(on_retry);
        let client = builder.build().map_err(|error| client::failure(&error))?;
        clean::hide_key_of(&client);
        let ledger = open_ledger(named)?;
        Ok(Self {
            output,
            client,
            ledger,
            group: None,
            persistent: true,
            interrupts: Interrupts::listen()?,
            halt: Halt::default(),
            progress,
            telling: Telling::Alone,
            too_many,
            deadline,
            about,
            budget,
            sandbox: false,
            #[cfg(feature = "sandbox")]
            _sandbox: None,
        })
    }

    /// Another session of the same kind, for a task beside this one: the same client and deadline, its own view of the
    /// ledger and its own ear for signals.
    pub(crate) fn sibling(&self) -> Result<Self, Failure> {
        Ok(Self {
            output: self.output,
            client: self.client.clone(),
            ledger: self.ledger.another().map_err(|error| unusable_ledger(&error))?,
            group: self.group.clone(),
            persistent: self.persistent,
            interrupts: Interrupts::listen()?,
            halt: self.halt.clone(),
            progress: Progress::default(),
            telling: self.telling.max(Telling::Labelled),
            too_many: self.too_many.clone(),
            deadline: self.deadline,
            about: self.about,
            budget: self.budget.clone(),
            sandbox: self.sandbox,
            #[cfg(feature = "sandbox")]
            _sandbox: None,
        })
    }

    /// From here on this session and the siblings that are made of it share the waits for the disk.
    pub(crate) fn share_writes(&mut self) -> Result<(), Failure> {
        let ledger = self.ledger.another().map_err(|error| unusable_ledger(&error))?;
        let group = LedgerGroup::new(ledger);
        self.group = Some(group.map_err(|error| Failure::failed(format!("no thread for the ledger: {error}")))?);
        Ok(())
    }

    /// Makes a change of the ledger that is on the disk when this returns. Where the wait is given up the change is made all
    /// the same.
    pub(crate) async fn write<T: Send + 'static>(
        &mut self,
        change: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        match &self.group {
            Some(group) => group.write(change).await,
            None => change(&mut self.ledger),
        }
    }

    /// As [`write`](Self::write), of what survives this process and need not survive a power cut.
    pub(crate) async fn note<T: Send + 'static>(
        &mut self,
        change: impl FnOnce(&mut Ledger) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        match &self.group {
            Some(group) => group.note(change).await,
            None => change(&mut self.ledger),
        }
    }

    /// Whether nothing is billed.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// What is left of the time that the run may take.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The base URL that requests go to.
    pub(crate) fn base(&self, queued: bool) -> &str {
        if queued { self.client.queue_url() } else { self.client.run_url() }
    }

    /// Whether this session can go on with a row: what is in hand already needs no service.
    pub(crate) fn is_of_this_service(&self, row: &Row) -> bool {
        row.base == self.base(row.queued) || (row.state == State::Answered && row.answer.is_some())
    }

    /// What to do about a row that stays open, as a clause; nothing where the ledger dies with the process.
    pub(crate) fn with_resume_advice(&self, failure: Failure, id: i64) -> Failure {
        if self.persistent { failure.and(&format!("`ideogram jobs resume {id}` takes it up again")) } else { failure }
    }

    /// What to do about a row whose files are no longer there.
    pub(crate) fn with_close_advice(&self, failure: Failure, id: i64) -> Failure {
        if self.persistent { failure.and(&format!("`ideogram jobs close {id}` gives it up")) } else { failure }
    }

    /// What to do about a request whose answer was lost.
    pub(crate) fn with_lookup_advice(&self, failure: Failure, id: i64) -> Failure {
        if self.persistent { failure.and(&format!("`ideogram jobs resume {id}` looks for it")) } else { failure }
    }
}

/// Whether a text from a server can be the id of a request: 1 to 128 letters, digits, `-` and `_`, and no key among them.
pub(crate) fn is_request_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain) && clean::hidden(text) == text
}

/// Notes the service's id of a request; whoever waits for its result does so afterwards.
pub(crate) async fn note_id(session: &mut Session, id: i64, request_id: &str) {
    let noted = clean::hidden(request_id).into_owned();
    let noted = session.write(move |ledger| ledger.accepted(id, &noted)).await;
    warn_unless(noted, &format!("the request is `{request_id}`"));
}

/// Notes that the answer to a request was lost.
pub(crate) async fn note_lost(session: &mut Session, id: i64, why: &str) {
    let why = clean::hidden(why).into_owned();
    warn_unless(session.write(move |ledger| ledger.lost(id, &why)).await, "the answer was lost");
}

/// Tells of a ledger that could not be written after the request was sent: the run goes on without it.
pub(crate) fn warn_unless(outcome: Result<(), LedgerError>, what: &str) {
    if let Err(error) = outcome {
        warn(&format!("{error}, so it does not know that {what}"));
    }
}

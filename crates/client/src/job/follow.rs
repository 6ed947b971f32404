//! Following a job to its end: by its status stream, by polling where there is no stream, and by both when the job takes
//! longer than such jobs usually do.

use crate::chance::jitter;
use crate::clock::{self, Instant};
use crate::error::{Error, ErrorKind, Reported, Result};
use crate::job::Job;
use crate::job::durations::Sibling;
use crate::job::outage::Outage;
use crate::job::poll::{PollPolicy, stream_check};
use crate::job::seen_logs::SeenLogs;
use crate::job::sse::Events;
use crate::job::status;
use crate::job::trouble::LastTrouble;
use crate::limits;
use crate::wire::answer::BodyStream;
use crate::wire::input::CallOutput;
use crate::wire::lanes::{PolledJob, StreamPermit};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use ideogram_schema::QueueStatus;
use std::future::pending;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{sleep_until, timeout};

/// Failed streams in a row after which a job is only polled.
const STREAM_FAILURES: u32 = 3;

/// Follows one job.
pub(crate) struct Follower<O> {
    job: Job<O>,
    logs: bool,
    policy: PollPolicy,
    stream: Option<Box<StatusStream>>,
    /// When a stream may be opened, again or for the first time.
    stream_from: Instant,
    stream_failures: u32,
    /// When the next poll is due, beside the stream or instead of it.
    poll_at: Option<Instant>,
    polls: u32,
    /// How many polls in a row have failed.
    failures: u32,
    /// When the first of these polls failed.
    failing: Option<Instant>,
    /// The last failed poll.
    trouble: LastTrouble,
    /// Counts this job among the polled ones.
    polled: Option<PolledJob>,
    /// Counts this job among those of its endpoint, and has what they have shown.
    sibling: Sibling,
    seen_logs: SeenLogs,
    done: bool,
}

/// An open stream, and the permit that bounds how many there are.
struct StatusStream {
    body: BodyStream,
    events: Events,
    /// Whether its log lines are being compared with those seen before.
    replay: usize,
    permit: StreamPermit,
}

/// The result of waiting.
enum Step {
    Status(Box<QueueStatus>),
    StreamLost,
    /// A permit for a stream has become free for a job that was polled so far.
    StreamFree,
}

impl<O: CallOutput> Follower<O> {
    /// On the heap, because futures that contain it would hold it several times.
    pub(crate) fn new(job: Job<O>, logs: bool) -> Box<Self> {
        Box::new(Self {
            sibling: job.jobs().durations.follow(job.endpoint().id),
            job,
            logs,
            policy: PollPolicy::default(),
            stream: None,
            stream_from: clock::now(),
            stream_failures: 0,
            poll_at: None,
            polls: 0,
            failures: 0,
            failing: None,
            trouble: LastTrouble::default(),
            polled: None,
            seen_logs: SeenLogs::default(),
            done: false,
        })
    }

    pub(crate) fn with_policy(mut self: Box<Self>, policy: PollPolicy) -> Box<Self> {
        self.policy = policy;
        self
    }

    /// The last failed poll, if nothing is known of the job since then.
    pub(crate) fn trouble(&self) -> &LastTrouble {
        &self.trouble
    }

    /// The next status, with the log lines that were not returned before; `None` after the status that says that the
    /// job has completed.
    ///
    /// Temporary errors are waited out until the client's deadline, or until the caller stops waiting. A key that is
    /// refused, or an id that the queue does not know, ends the wait at once.
    pub(crate) async fn next(&mut self) -> Result<Option<Box<QueueStatus>>> {
        self.step().await.map_err(|error| {
            self.done = true;
            // A job that the queue does not know cannot be said to go on.
            if error.is_not_found() { error } else { self.job.outcome_unknown(error) }
        })
    }

    async fn step(&mut self) -> Result<Option<Box<QueueStatus>>> {
        while !self.done {
            if self.stream.is_none() {
                self.open_stream().await?;
            }
            let step = match self.stream.take() {
                // On the heap, as most of many jobs have no stream.
                Some(stream) => Box::pin(self.streamed(stream)).await?,
                None => self.polled().await?,
            };
            match step {
                Step::Status(status) => {
                    self.done = status::has_ended(&status);
                    if self.done {
                        if let Some(stream) = self.stream.take() {
                            stream.retire();
                        }
                        self.polled = None;
                        if let Some(took) = self.job.age().filter(|_| status::reason(&status).is_none()) {
                            self.sibling.record(took, clock::now());
                        }
                    }
                    return Ok(Some(status));
                }
                Step::StreamLost => self.stream_lost(),
                Step::StreamFree => {}
            }
        }
        Ok(None)
    }

    /// Opens the stream when it is time to, and a permit is free.
    async fn open_stream(&mut self) -> Result<()> {
        if !self.may_stream() {
            return Ok(());
        }
        let jobs = self.job.jobs();
        let Some(permit) = jobs.wire.lanes.stream_permit(&jobs.wire.queue, &jobs.wire.http) else { return Ok(()) };
        match Box::pin(self.job.stream(&permit.operations, self.logs)).await {
            Ok((head, body)) if head.is("text/event-stream") => {
                let events = Events::new(limits::EVENT_BYTES);
                self.stream = Some(Box::new(StatusStream { body, events, replay: 0, permit }));
                self.poll_at = None;
                self.polled = None;
            }
            Err(error) if error.is_transient() => self.stream_lost(),
            // Polling gives the same error, or shows that only the stream is unavailable.
            _ => self.stream_failures = STREAM_FAILURES,
        }
        Ok(())
    }

    fn may_stream(&self) -> bool {
        self.stream_failures < STREAM_FAILURES && clock::now() >= self.stream_from
    }

    /// Decides when to open the stream again. A lost connection ends the streams of many jobs, and these must not all
    /// be opened again at once.
    fn stream_lost(&mut self) {
        self.stream = None;
        self.stream_failures = self.stream_failures.saturating_add(1);
        let streams = self.job.jobs().wire.lanes.open_streams();
        let spread = Duration::from_millis(100) + Duration::from_millis(10) * u32::try_from(streams).unwrap_or(1000);
        self.stream_from = clock::after(spread.mul_f64(jitter()).saturating_mul(self.stream_failures));
        // The job may have ended while there was no stream, so it is polled first, at a random time for the same
        // reason.
        self.poll_at = Some(clock::after(spread.mul_f64(jitter())));
    }

    /// Waits for the stream's next status, and also polls slowly once the job takes longer than such jobs usually do.
    async fn streamed(&mut self, mut stream: Box<StatusStream>) -> Result<Step> {
        let jobs = self.job.jobs();
        let expected = self.sibling.average();
        let set = jobs.wire.timeouts.stream_check;
        loop {
            let check = stream_check(self.polls, expected, set);
            let poll_at = *self.poll_at.get_or_insert_with(|| clock::after(check));
            let won = {
                let poll = pin!(async {
                    sleep_until(poll_at).await;
                    Box::pin(self.job.look(self.logs)).await
                });
                match select(pin!(stream.next(&self.job)), poll).await {
                    Either::Left((event, _)) => Either::Left(event),
                    Either::Right((status, _)) => Either::Right(status),
                }
            };
            match won {
                Either::Left(Ok(Some(mut status))) => {
                    self.stream_failures = 0;
                    if let Some(logs) = &mut status.logs {
                        self.seen_logs.keep_new(logs, &mut stream.replay);
                    }
                    self.stream = Some(stream);
                    return Ok(Step::Status(Box::new(status)));
                }
                Either::Left(Ok(None) | Err(_)) => return Ok(Step::StreamLost),
                Either::Right(status) => {
                    self.polls = self.polls.saturating_add(1);
                    self.poll_at = None;
                    match status {
                        Ok(mut status) if status::has_ended(&status) => {
                            self.keep_new(&mut status);
                            return Ok(Step::Status(Box::new(status)));
                        }
                        Ok(_) => self.well(),
                        Err(error) => {
                            let wait = self.troubled(error)?;
                            self.poll_at = Some(clock::after(check.max(wait)));
                        }
                    }
                }
            }
        }
    }

    /// Waits for the next poll. If a permit for a stream is free by then, the stream is opened instead: that is one
    /// request as well, and saves all later polls.
    async fn polled(&mut self) -> Result<Step> {
        let mut backoff = Duration::ZERO;
        loop {
            self.wait_for_poll(backoff).await;
            let wire = &self.job.jobs().wire;
            if self.may_stream() && wire.lanes.has_room(&wire.queue) {
                // If another job took the permit first, this one is polled at once.
                self.poll_at = Some(clock::now());
                return Ok(Step::StreamFree);
            }
            self.polls = self.polls.saturating_add(1);
            match Box::pin(self.job.look(self.logs)).await {
                Ok(mut status) => {
                    self.well();
                    self.keep_new(&mut status);
                    return Ok(Step::Status(Box::new(status)));
                }
                // After failed polls the intervals grow.
                Err(error) => backoff = self.troubled(error)?,
            }
        }
    }

    /// Waits for the interval, or until the first job of the endpoint has ended, since its duration tells when the
    /// others may end.
    async fn wait_for_poll(&mut self, backoff: Duration) {
        let lanes = &self.job.jobs().wire.lanes;
        self.polled.get_or_insert_with(|| lanes.polling());
        if let Some(at) = self.poll_at.take() {
            return sleep_until(at).await;
        }
        let mut at: Option<Instant> = None;
        loop {
            let told = self.sibling.first_end();
            let elapsed = clock::since(self.job.submitted_at());
            let expected = self.expected();
            let interval = match expected {
                None if self.job.age().is_some() => {
                    self.policy.shared_interval(self.polls, elapsed, self.sibling.followed())
                }
                _ => self.policy.interval(self.polls, elapsed, expected),
            };
            let wait = match expected {
                // All jobs learn this at the same moment, so their next polls are spread.
                Some(expected) if self.polls == 0 || at.is_some() => {
                    self.policy.first_interval(elapsed, expected, jitter())
                }
                _ => PollPolicy::spread(interval.max(lanes.shortest_interval()), jitter()),
            };
            let next = clock::after(wait.max(backoff));
            let next = *at.insert(at.map_or(next, |at| at.min(next)));
            let told = async { if expected.is_none() && backoff.is_zero() { told.await } else { pending().await } };
            if let Either::Right(_) = select(pin!(told), pin!(sleep_until(next))).await {
                return;
            }
        }
    }

    /// How long this job takes at least, if its policy uses that, and if the time of its submit is known.
    fn expected(&self) -> Option<Duration> {
        self.job.age().filter(|_| self.policy.is_adaptive()).and_then(|_| self.sibling.shortest())
    }

    /// Notes that a poll has succeeded.
    fn well(&mut self) {
        self.failures = 0;
        self.failing = None;
        self.trouble.set(None);
    }

    /// Notes that a poll has failed. Returns how long to wait before the next one, or the error if it ends the wait.
    fn troubled(&mut self, error: Error) -> Result<Duration> {
        let wire = &self.job.jobs().wire;
        // A status is too large only because of its log lines, so these are not asked for any more.
        self.logs &= !error.is_too_large();
        self.failures = self.failures.saturating_add(1);
        let outage = Outage {
            failures: self.failures,
            lasting: clock::since(*self.failing.get_or_insert_with(clock::now)),
            contradicting: Duration::ZERO,
            age: self.job.age(),
            asked: error.retry_after(),
        };
        let judgement = error.judge(Some(self.job.request_id()), Reported::Nothing);
        let wait = outage.wait(judgement, &wire.retry, wire.timeouts.deadline, jitter());
        let request_id = wire.secrets.hide(self.job.request_id());
        tracing::debug!(fal.request_id = &*request_id, ?wait, error.kind = ?error.kind(), "the status says nothing");
        let Some(wait) = wait else { return Err(error) };
        wire.repeating(&error, wait);
        self.trouble.set(Some(error));
        Ok(wait)
    }

    /// A polled status has every line so far.
    fn keep_new(&mut self, status: &mut QueueStatus) {
        if let Some(logs) = &mut status.logs {
            self.seen_logs.keep_new(logs, &mut 0);
        }
    }
}

impl StatusStream {
    /// Ends a stream after its last status. On HTTP/1.1 its connection can be used again only when the stream has been
    /// read to its end, which a task of its own does.
    fn retire(mut self) {
        if self.permit.operations.inner.speaks_http2() {
            return;
        }
        tokio::spawn(async move {
            let rest = async { while let Some(Ok(_)) = self.body.next().await {} };
            drop(timeout(Duration::from_secs(1), rest).await);
        });
    }

    /// The next status; `None` at the stream's end. Cancel-safe.
    async fn next<O: CallOutput>(&mut self, job: &Job<O>) -> Result<Option<QueueStatus>> {
        loop {
            let too_large = |_| Error::new(ErrorKind::TooLarge, "an event of the status stream is too large");
            if let Some(event) = self.events.next().map_err(too_large)? {
                match status::read(&event, job.request_id()) {
                    Ok(status) => return Ok(Some(status)),
                    Err(error) => return Err(Error::unreadable(crate::call::head::Head::default(), error)),
                }
            }
            match timeout(job.jobs().wire.timeouts.stream_silence, self.body.next()).await {
                Ok(Some(Ok(bytes))) => self.events.push(&bytes),
                Ok(Some(Err(error))) => return Err(Error::transport(error)),
                Ok(None) => return Ok(None),
                Err(_) => return Err(Error::new(ErrorKind::Timeout, "")),
            }
        }
    }
}

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

/// One job on its way.
pub(crate) struct Follower<O> {
    job: Job<O>,
    logs: bool,
    policy: PollPolicy,
    stream: Option<Box<StatusStream>>,
    /// When a stream may be opened, again or for the first time.
    stream_from: Instant,
    stream_failures: u32,
    /// When the status is asked for next, beside the stream or instead of it.
    poll_at: Option<Instant>,
    polls: u32,
    /// Polls that said nothing, in a row.
    failures: u32,
    /// Since when they say nothing.
    failing: Option<Instant>,
    /// The last poll that said nothing.
    trouble: LastTrouble,
    /// Counts this job among the polled ones.
    polled: Option<PolledJob>,
    /// Counts it among those of its endpoint, and knows of them.
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

/// What came of waiting.
enum Step {
    Status(Box<QueueStatus>),
    StreamLost,
    /// There is a stream for a job that has been polled so far.
    StreamFree,
}

impl<O: CallOutput> Follower<O> {
    /// On the heap: whoever carries it in a future does so several times.
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

    /// Why nothing is known of the job, where that is so.
    pub(crate) fn trouble(&self) -> &LastTrouble {
        &self.trouble
    }

    /// The next status, its log lines only those not given before; `None` after the one that says completed.
    ///
    /// Trouble is waited out for as long as whoever waits for this does, and for the client's deadline at most; what ends
    /// it sooner is a key that is refused, and an id that the queue does not know.
    pub(crate) async fn next(&mut self) -> Result<Option<Box<QueueStatus>>> {
        self.step().await.map_err(|error| {
            self.done = true;
            // What the queue does not know is not known to go on.
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
            // Polling says the same of the job, or shows that only the stream is unavailable.
            _ => self.stream_failures = STREAM_FAILURES,
        }
        Ok(())
    }

    fn may_stream(&self) -> bool {
        self.stream_failures < STREAM_FAILURES && clock::now() >= self.stream_from
    }

    /// A lost connection takes the streams of many jobs with it; they must not all come back at once.
    fn stream_lost(&mut self) {
        self.stream = None;
        self.stream_failures = self.stream_failures.saturating_add(1);
        let streams = self.job.jobs().wire.lanes.open_streams();
        let spread = Duration::from_millis(100) + Duration::from_millis(10) * u32::try_from(streams).unwrap_or(1000);
        self.stream_from = clock::after(spread.mul_f64(jitter()).saturating_mul(self.stream_failures));
        // The next look is a poll, in the same spread: the end may have come while the stream was gone.
        self.poll_at = Some(clock::after(spread.mul_f64(jitter())));
    }

    /// Waits for the stream's next status, with a slow poll beside it once the job takes longer than such jobs do.
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

    /// Waits for the next poll. Where a stream has become free by then, it is opened instead: that is one request as well, and
    /// none comes after it.
    async fn polled(&mut self) -> Result<Step> {
        let mut backoff = Duration::ZERO;
        loop {
            self.wait_for_poll(backoff).await;
            let wire = &self.job.jobs().wire;
            if self.may_stream() && wire.lanes.has_room(&wire.queue) {
                // If another job is faster, this one is polled at once.
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
                // After trouble the looks grow rarer.
                Err(error) => backoff = self.troubled(error)?,
            }
        }
    }

    /// Waits for the interval, or until the first job of the endpoint has ended: that changes what is to be expected of all.
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
                // All are told at the same moment.
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

    /// How long this job takes at least, where its policy goes by that, and where it is known when the job was submitted.
    fn expected(&self) -> Option<Duration> {
        self.job.age().filter(|_| self.policy.is_adaptive()).and_then(|_| self.sibling.shortest())
    }

    /// A poll has said something.
    fn well(&mut self) {
        self.failures = 0;
        self.failing = None;
        self.trouble.set(None);
    }

    /// A poll has said nothing: how long to wait before the next one, or the error where it counts as it is.
    fn troubled(&mut self, error: Error) -> Result<Duration> {
        let wire = &self.job.jobs().wire;
        // What is too large has too many log lines.
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
        tracing::debug!(fal.request_id = self.job.request_id(), ?wait, error.kind = ?error.kind(), "the status says nothing");
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
    /// Lets go of a stream that has said all. On HTTP/1.1 its connection can be used again only when the stream is read
    /// to its end, which is on its way; nobody waits for that.
    fn retire(mut self) {
        if self.permit.operations.inner.speaks_http2() {
            return;
        }
        tokio::spawn(async move {
            let rest = async { while let Some(Ok(_)) = self.body.next().await {} };
            drop(timeout(Duration::from_secs(1), rest).await);
        });
    }

    /// The next status; `None` at the stream's end. Cancelling it loses nothing.
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

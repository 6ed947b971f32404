//! A job: one request for a picture, synchronous or queued, from its acceptance to its result.

use super::outcome::Outcome;
use crate::chance;
use crate::clock;
use crate::description::Endpoint;
use crate::faults::Call;
use crate::hash::digest;
use crate::lock::lock;
use crate::records::{Charge, JobPhase, JobRecord};
use crate::services::Service;
use crate::world::addresses::Links;
use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The options that a caller may set for a job besides its input.
#[derive(Clone, Debug, Default)]
pub(crate) struct SubmitOptions {
    /// Give up when the job has not started within this time.
    pub(crate) start_timeout: Option<Duration>,
    /// Wait behind all jobs of normal priority.
    pub(crate) low_priority: bool,
    /// Keep the payloads for the history; `None` means the account's setting.
    pub(crate) store_io: Option<bool>,
    /// How long the pictures stay.
    pub(crate) file_lifetime: Option<Duration>,
    /// Where to report the result.
    pub(crate) webhook: Option<String>,
}

/// The state of a job.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    Queued,
    Running,
    Completed(Arc<Outcome>),
}

/// One line of a job's log.
#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    message: String,
    at: SystemTime,
    level: &'static str,
    is_bare: bool,
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("message", &self.message)?;
        line.serialize_entry("timestamp", &clock::log(self.at))?;
        if self.is_bare {
            line.serialize_entry("labels", &json!({}))?;
        } else {
            line.serialize_entry("level", self.level)?;
            line.serialize_entry("source", "USER")?;
            line.serialize_entry("labels", &json!({ "level": self.level }))?;
        }
        line.end()
    }
}

/// What changes in a job.
#[derive(Debug)]
struct Progress {
    phase: Phase,
    logs: Vec<LogLine>,
    started_at: Option<SystemTime>,
    ended_at: Option<SystemTime>,
    deliveries: Vec<Value>,
    payload: Option<Bytes>,
}

/// One request for a picture.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) gateway_id: String,
    pub(crate) service: Service,
    pub(crate) owner: String,
    pub(crate) app: String,
    /// The path behind owner and app, with its slash.
    pub(crate) path: String,
    /// The endpoint, when the path is one's.
    pub(crate) endpoint: Option<Arc<Endpoint>>,
    pub(crate) content_type: Option<String>,
    pub(crate) options: SubmitOptions,
    pub(crate) sent_at: SystemTime,
    pub(crate) cancelled: CancellationToken,
    /// Cancelled when the caller no longer waits.
    pub(crate) caller_left: CancellationToken,
    /// The base URLs for answers to its caller.
    pub(crate) links: Option<Links>,
    /// Whether a web page that is not the user's own made the call. Such a job must not read files that only this
    /// machine can reach.
    pub(crate) is_from_foreign_page: bool,
    payload_bytes: usize,
    /// Whether its log lines have neither level nor source, like those in fal's documentation. This depends on the
    /// input, so that some jobs have such lines.
    has_bare_logs: bool,
    progress: Mutex<Progress>,
    changed: watch::Sender<()>,
    position: AtomicUsize,
    counts: [AtomicU32; Call::ALL.len()],
}

impl Job {
    /// A job for a path such as `fal-ai/ideogram/v2/turbo`.
    pub(crate) fn new(
        service: Service,
        path: &str,
        endpoint: Option<&Arc<Endpoint>>,
        content_type: Option<&str>,
        options: SubmitOptions,
        body: Bytes,
    ) -> Self {
        let mut parts = path.splitn(3, '/');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (owner, app, rest) = (part(), part(), part());
        Self {
            id: chance::uuid(),
            gateway_id: chance::uuid(),
            service,
            owner,
            app,
            path: format!("/{rest}"),
            endpoint: endpoint.cloned(),
            content_type: content_type.map(str::to_owned),
            options,
            sent_at: clock::now(),
            cancelled: CancellationToken::new(),
            caller_left: CancellationToken::new(),
            links: None,
            is_from_foreign_page: false,
            payload_bytes: body.len(),
            has_bare_logs: digest(&body).first().is_some_and(|byte| byte % 2 == 0),
            progress: Mutex::new(Progress {
                phase: Phase::Queued,
                logs: Vec::new(),
                started_at: None,
                ended_at: None,
                deliveries: Vec::new(),
                payload: Some(body),
            }),
            changed: watch::Sender::new(()),
            position: AtomicUsize::new(0),
            counts: Default::default(),
        }
    }

    /// The same job, with what is known of its caller.
    pub(crate) fn called_by(self, links: Links, is_from_foreign_page: bool) -> Self {
        Self { links: Some(links), is_from_foreign_page, ..self }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        lock(&self.progress)
    }

    /// The endpoint's id, or the path that was called.
    pub(crate) fn endpoint_id(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.id.clone(),
            None => format!("{}/{}{}", self.owner, self.app, self.path),
        }
    }

    /// The state of the job.
    pub(crate) fn phase(&self) -> Phase {
        self.progress().phase.clone()
    }

    /// The outcome of the job, when it has completed.
    pub(crate) fn outcome(&self) -> Option<Arc<Outcome>> {
        match self.phase() {
            Phase::Completed(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The input as it was sent, while it is kept.
    pub(crate) fn payload(&self) -> Option<Bytes> {
        self.progress().payload.clone()
    }

    /// How many bytes the input had.
    pub(crate) fn payload_bytes(&self) -> usize {
        self.payload_bytes
    }

    /// Forgets the payloads; a result that was not fetched yet has expired then.
    pub(crate) fn forget_payloads(&self) {
        let mut progress = self.progress();
        progress.payload = None;
        if let Phase::Completed(outcome) = &progress.phase {
            progress.phase = Phase::Completed(Arc::new(outcome.without_body()));
        }
    }

    /// When the job started, and when it ended.
    pub(crate) fn times(&self) -> (Option<SystemTime>, Option<SystemTime>) {
        let progress = self.progress();
        (progress.started_at, progress.ended_at)
    }

    /// The log lines from the given one on.
    pub(crate) fn logs(&self, from: usize) -> Vec<LogLine> {
        self.progress().logs.get(from..).unwrap_or_default().to_vec()
    }

    /// How many jobs are before this one.
    pub(crate) fn position(&self) -> usize {
        self.position.load(Ordering::Relaxed)
    }

    pub(crate) fn set_position(&self, position: usize) {
        self.position.store(position, Ordering::Relaxed);
    }

    /// A receiver of every change from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Waits for the result.
    pub(crate) async fn completed(&self) -> Arc<Outcome> {
        let mut changes = self.watch();
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            // The sender lives in `self`, so this cannot fail while the job is waited for.
            let _ = changes.changed().await;
        }
    }

    /// Waits until the job no longer waits in the queue.
    pub(crate) async fn left_queue(&self) {
        let mut changes = self.watch();
        while matches!(self.phase(), Phase::Queued) {
            // The sender lives in `self`, so this cannot fail while the job is waited for.
            let _ = changes.changed().await;
        }
    }

    /// Marks the job as running.
    pub(crate) fn start(&self) {
        let mut progress = self.progress();
        progress.phase = Phase::Running;
        progress.started_at = Some(clock::now());
        drop(progress);
        self.changed.send_replace(());
    }

    /// Adds a log line.
    pub(crate) fn log(&self, level: &'static str, message: impl Into<String>) {
        self.progress().logs.push(LogLine {
            message: message.into(),
            at: clock::now(),
            level,
            is_bare: self.has_bare_logs,
        });
        self.changed.send_replace(());
    }

    /// Marks the job as completed; returns `false` if it was already.
    pub(crate) fn complete(&self, outcome: Arc<Outcome>) -> bool {
        let mut progress = self.progress();
        if matches!(progress.phase, Phase::Completed(_)) {
            return false;
        }
        progress.phase = Phase::Completed(outcome);
        progress.ended_at = Some(clock::now());
        drop(progress);
        self.changed.send_replace(());
        true
    }

    /// Notes an attempt to deliver the webhook.
    pub(crate) fn note_delivery(&self, attempt: Value) {
        self.progress().deliveries.push(attempt);
    }

    /// Every attempt to deliver the webhook.
    pub(crate) fn deliveries(&self) -> Vec<Value> {
        self.progress().deliveries.clone()
    }

    /// Counts a call about this job.
    pub(crate) fn count(&self, call: Call) {
        if let Some(count) = self.counts.get(call as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often each kind of call was made about this job, those that were made.
    pub(crate) fn counts(&self) -> BTreeMap<Call, u32> {
        let made = Call::ALL.iter().zip(&self.counts).map(|(call, count)| (*call, count.load(Ordering::Relaxed)));
        made.filter(|(_, count)| *count > 0).collect()
    }

    pub(crate) fn to_record(&self) -> JobRecord {
        let (phase, outcome) = match self.phase() {
            Phase::Queued => (JobPhase::Queued, None),
            Phase::Running => (JobPhase::Running, None),
            Phase::Completed(outcome) => (JobPhase::Completed, Some(outcome)),
        };
        JobRecord {
            request_id: self.id.clone(),
            endpoint_id: self.endpoint_id(),
            service: self.service,
            phase,
            status_code: outcome.as_ref().map(|outcome| outcome.status.as_u16()),
            input: self.payload().and_then(|body| serde_json::from_slice(&body).ok()),
            output: outcome.and_then(|outcome| serde_json::from_slice(&outcome.body).ok()),
            calls: self.counts(),
        }
    }

    /// What was charged for it.
    pub(crate) fn charge(&self) -> Option<Charge> {
        let units = self.outcome()?.units.filter(|units| *units > 0)?;
        let micros = self.endpoint.as_ref()?.price?.micros.saturating_mul(units.into());
        Some(Charge { request_id: self.id.clone(), endpoint_id: self.endpoint_id(), units, micros })
    }
}

//! Shows the progress of a request: a line that changes on a terminal, separate lines elsewhere, events for programs.

use crate::clean;
use crate::envelope::SCHEMA;
use crate::event::{EventName, EventRow};
use crate::live::{LiveLine, clock};
use crate::output::Output;
use ideogram_client::{Error, ErrorKind, Progress as Bytes};
use ideogram_schema::{QueueState, QueueStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// How often a line is repeated where nothing changes.
const REPEATED: Duration = Duration::from_secs(30);
/// How often at most events tell of bytes.
const BYTES: Duration = Duration::from_secs(1);

/// The requests that are worked on: who waits and asks again is not known by name.
static RUNNING: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());
static COUNT: AtomicU32 = AtomicU32::new(0);

/// How one request of this run is told of. Clones tell of the same; the default tells of nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    output: Output,
    number: u32,
    /// Whether lines tell of it, and not only events.
    in_lines: bool,
    begun: Instant,
    line: Option<LiveLine>,
    told: Mutex<Told>,
}

/// What has been told.
#[derive(Debug, Default)]
struct Told {
    label: String,
    request_id: Option<String>,
    /// What it does: `queued`.
    stage: String,
    /// How far it is with that: `3 ahead`.
    detail: String,
    expected: Option<Duration>,
    lines: Lines,
    /// When bytes were told last.
    bytes: Option<Duration>,
}

/// When a line is due where lines stay: when the stage changes, and every 30 seconds.
#[derive(Debug, Default)]
struct Lines {
    said: String,
    at: Duration,
}

impl Lines {
    /// Whether a line of this stage is due so long after the beginning; then it counts as said. What is no news is due only
    /// where nothing was said for long.
    fn is_due(&mut self, stage: &str, is_news: bool, now: Duration) -> bool {
        let due = is_news && self.said != stage || now.saturating_sub(self.at) >= REPEATED;
        if due {
            stage.clone_into(&mut self.said);
            self.at = now;
        }
        due
    }
}

impl Progress {
    /// Tells of a request from now on. On a terminal its line is there at once.
    pub(crate) fn new(output: Output) -> Self {
        let shared = Self::with(output, true);
        if output.has_plain_progress() {
            tokio::spawn(repeat(Arc::downgrade(&shared)));
        }
        Self(Some(shared))
    }

    /// Tells programs of a request; for people a line tells of many together.
    pub(crate) fn events(output: Output) -> Self {
        Self(Some(Self::with(output, false)))
    }

    fn with(output: Output, in_lines: bool) -> Arc<Shared> {
        let shared = Arc::new(Shared {
            output,
            number: COUNT.fetch_add(1, Ordering::Relaxed) + 1,
            in_lines,
            begun: Instant::now(),
            line: (in_lines && output.has_live_lines()).then(|| LiveLine::new("preparing")),
            told: Mutex::default(),
        });
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|other| other.strong_count() > 0);
        running.push(Arc::downgrade(&shared));
        shared
    }

    /// What tells this request from the others of the run: `seed 7`.
    pub(crate) fn label(&self, label: &str) {
        let Some(shared) = &self.0 else { return };
        shared.told().label = format!("{}: ", clean::line(label));
    }

    /// How long such a request usually takes.
    pub(crate) fn expect(&self, expected: Option<Duration>) {
        let Some(shared) = &self.0 else { return };
        shared.told().expected = expected;
        if let (Some(line), Some(expected)) = (&shared.line, expected) {
            line.expect(expected);
        }
    }

    pub(crate) fn uploading(&self, name: &str, bytes: Bytes) {
        let Some(shared) = &self.0 else { return };
        shared.stage(&format!("uploading `{name}`"), &of_total(bytes), true);
        if shared.bytes_are_due(bytes) {
            shared.tell(EventName::Uploading, |row| {
                (row.path, row.bytes, row.total) = (Some(name.to_owned()), Some(bytes.bytes), bytes.total);
            });
        }
    }

    pub(crate) fn sending(&self) {
        let Some(shared) = &self.0 else { return };
        shared.stage("sending", "", false);
        shared.tell(EventName::Sending, |_| {});
    }

    pub(crate) fn accepted(&self, request_id: &str) {
        let Some(shared) = &self.0 else { return };
        shared.told().request_id = Some(request_id.to_owned());
        shared.stage("accepted", &format!("request `{request_id}`"), true);
        shared.tell(EventName::Accepted, |_| {});
    }

    /// How the job stands, and what it says.
    pub(crate) fn status(&self, status: &QueueStatus) {
        let Some(shared) = &self.0 else { return };
        let (stage, event, position) = match &status.status {
            QueueState::InQueue => ("queued", Some(EventName::Queued), status.queue_position),
            QueueState::InProgress => ("running", Some(EventName::Running), None),
            QueueState::Completed => ("done", Some(EventName::Completed), None),
            other => (other.as_str(), None, None),
        };
        let detail = position.map(|position| format!("{position} ahead")).unwrap_or_default();
        if shared.stage(stage, &detail, status.status != QueueState::Completed)
            && let Some(event) = event
        {
            shared.tell(event, |row| row.position = position);
        }
        for entry in status.logs.iter().flatten() {
            shared.output.log(&entry.message);
            shared.tell(EventName::Log, |row| row.message = Some(entry.message.clone()));
        }
    }

    pub(crate) fn cancelling(&self) {
        let Some(shared) = &self.0 else { return };
        shared.stage("cancelling", "", false);
        shared.tell(EventName::Cancelling, |_| {});
    }

    pub(crate) fn downloading(&self, bytes: Bytes) {
        let Some(shared) = &self.0 else { return };
        shared.stage("fetching the picture", &of_total(bytes), false);
        if shared.bytes_are_due(bytes) {
            shared.tell(EventName::Downloading, |row| (row.bytes, row.total) = (Some(bytes.bytes), bytes.total));
        }
    }

    pub(crate) fn saved(&self, path: Option<&str>) {
        let Some(shared) = &self.0 else { return };
        shared.tell(EventName::Saved, |row| row.path = path.map(str::to_owned));
    }
}

/// Where a job stands, in words.
pub(crate) fn standing(status: &QueueStatus) -> String {
    match (&status.status, status.queue_position) {
        (QueueState::InQueue, Some(position)) => format!("queued, {position} ahead"),
        (QueueState::InQueue, None) => "queued".to_owned(),
        (QueueState::InProgress, _) => "running".to_owned(),
        (QueueState::Completed, _) => "done".to_owned(),
        (other, _) => other.as_str().to_owned(),
    }
}

/// Tells that something did not work and is tried again after a wait.
pub(crate) fn repeating(output: Output, error: &Error, wait: Duration) {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let running: Vec<_> = running.iter().filter_map(Weak::upgrade).collect();
    let of_request = |shared: &&Arc<Shared>| {
        error.request_id().is_some() && shared.told().request_id.as_deref() == error.request_id()
    };
    let one = running.iter().find(of_request).or(if running.len() == 1 { running.first() } else { None });
    let (why, wait_text) = (reason(error), seconds(wait));
    match one {
        Some(shared) => {
            shared.stage(&why, &format!("again in {wait_text}"), true);
            shared.tell(EventName::Retry, |row| {
                row.message = Some(why);
                row.status = error.status().map(|status| status.as_u16());
                row.wait_ms = u64::try_from(wait.as_millis()).ok();
            });
        }
        None if running.iter().any(|shared| !shared.in_lines) => {}
        None => output.progress(&format!("{why}; again in {wait_text}")),
    }
}

impl Shared {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows what is being done; whether that is new.
    fn stage(&self, stage: &str, detail: &str, is_news: bool) -> bool {
        let mut told = self.told();
        let is_new = told.stage != stage || told.detail != detail;
        (told.stage, told.detail) = (stage.to_owned(), detail.to_owned());
        let said = told.sentence();
        match &self.line {
            Some(line) => line.say(clean::line(&said)),
            None if self.in_lines
                && self.output.has_plain_progress()
                && told.lines.is_due(stage, is_news, self.begun.elapsed()) =>
            {
                self.output.plain_progress(&format!("{said} ({})", clock(self.begun.elapsed(), told.expected)));
            }
            None => {}
        }
        is_new
    }

    /// Prints an event, where events are wanted.
    fn tell(&self, event: EventName, fill: impl FnOnce(&mut EventRow)) {
        if !self.output.has_events() {
            return;
        }
        let (request_id, expected) = {
            let told = self.told();
            (told.request_id.clone(), told.expected)
        };
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let mut row = EventRow {
            schema: SCHEMA,
            kind: "event",
            event,
            elapsed_ms: milliseconds(self.begun.elapsed()),
            request: self.number,
            request_id,
            position: None,
            expected_ms: expected.map(milliseconds),
            message: None,
            status: None,
            wait_ms: None,
            bytes: None,
            total: None,
            path: None,
        };
        fill(&mut row);
        self.output.event(&row);
    }

    /// Whether an event may tell of bytes again.
    fn bytes_are_due(&self, bytes: Bytes) -> bool {
        let (now, mut told) = (self.begun.elapsed(), self.told());
        let due = bytes.total == Some(bytes.bytes) || told.bytes.is_none_or(|at| now.saturating_sub(at) >= BYTES);
        if due {
            told.bytes = Some(now);
        }
        due
    }
}

impl Told {
    fn sentence(&self) -> String {
        let Self { label, stage, detail, .. } = self;
        if detail.is_empty() { format!("{label}{stage}") } else { format!("{label}{stage}, {detail}") }
    }
}

/// Says again every 30 seconds what is being done, as long as it is.
async fn repeat(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Some(shared) = shared.upgrade() else { return };
        let (stage, detail) = {
            let told = shared.told();
            (told.stage.clone(), told.detail.clone())
        };
        if !stage.is_empty() {
            shared.stage(&stage, &detail, false);
        }
    }
}

/// What went wrong, in a few words.
fn reason(error: &Error) -> String {
    match (error.status(), error.kind()) {
        (Some(status), _) => status.to_string(),
        (None, ErrorKind::Connect) => "no connection".to_owned(),
        (None, ErrorKind::Timeout) => "no answer in time".to_owned(),
        (None, ErrorKind::Transport) => "the connection broke".to_owned(),
        (None, _) => "no usable answer".to_owned(),
    }
}

fn seconds(wait: Duration) -> String {
    if wait < Duration::from_secs(1) {
        format!("{:.1} s", wait.as_secs_f64())
    } else {
        format!("{:.0} s", wait.as_secs_f64())
    }
}

/// `1.2 of 3.4 MB`.
fn of_total(bytes: Bytes) -> String {
    let kilobytes = |bytes: u64| bytes.div_ceil(1_000);
    let (unit, scale) = if bytes.total.unwrap_or(bytes.bytes) < 1_000_000 { ("kB", 1) } else { ("MB", 1_000) };
    let amount = |bytes: u64| match scale {
        1 => kilobytes(bytes).to_string(),
        _ => format!("{}.{}", kilobytes(bytes) / 1_000, kilobytes(bytes) % 1_000 / 100),
    };
    match bytes.total {
        Some(total) => format!("{} of {} {unit}", amount(bytes.bytes), amount(total)),
        None => format!("{} {unit}", amount(bytes.bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, seconds};
    use std::time::Duration;

    #[test]
    fn a_line_is_due_when_the_stage_changes_and_every_thirty_seconds() {
        let mut lines = Lines::default();
        let mut due = |stage, is_news, at| lines.is_due(stage, is_news, Duration::from_secs(at));
        assert!(!due("sending", false, 0) && due("queued", true, 0) && !due("queued", true, 29));
        assert!(due("queued", true, 30) && !due("queued", true, 59));
        assert!(due("running", true, 59) && !due("done", false, 60) && !due("running", true, 88));
        assert!(due("done", false, 89) && !due("done", false, 118));
    }

    #[test]
    fn a_wait_is_told_in_seconds() {
        assert_eq!([seconds(Duration::from_millis(412)), seconds(Duration::from_secs(4))], ["0.4 s", "4 s"]);
    }
}

//! The status stream: one event for each change, pings between them, the end after completion.

use crate::clock;
use crate::http::reply;
use crate::http::status_report::{COMPLETED, IN_QUEUE, StatusReport};
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::job::Job;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The configured fault of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamFault {
    Duplicate,
    Missing,
}

/// What one caller has received about a job so far.
struct StatusStream {
    state: Arc<State>,
    links: Links,
    job: Arc<Job>,
    logs: bool,
    fault: Option<StreamFault>,
    changes: watch::Receiver<()>,
    /// How many log lines were sent.
    told: usize,
    /// The status and position that were sent last.
    last: Option<(&'static str, Option<usize>)>,
    events: usize,
    ping_at: Instant,
    ready: VecDeque<Bytes>,
    done: bool,
}

pub(crate) fn stream(
    state: &Arc<State>,
    links: &Links,
    job: &Arc<Job>,
    logs: bool,
    fault: Option<StreamFault>,
) -> Response {
    let follower = StatusStream {
        state: Arc::clone(state),
        links: links.clone(),
        job: Arc::clone(job),
        logs,
        fault,
        changes: job.watch(),
        told: 0,
        last: None,
        events: 0,
        ping_at: soon(state.config.ping_interval),
        ready: VecDeque::new(),
        done: false,
    };
    reply::events(unfold(follower, |mut follower| async move { Some((follower.next().await?, follower)) }))
}

/// That much later, at most a day: beyond it, an instant may not be representable.
fn soon(interval: Duration) -> Instant {
    Instant::from_std(clock::instant()) + interval.min(Duration::from_secs(24 * 3600))
}

impl StatusStream {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Some(chunk);
            }
            if self.done {
                return None;
            }
            // What changes while the report is written counts as a change after it.
            self.changes.mark_unchanged();
            if self.report() {
                continue;
            }
            let look_again = soon(self.state.config.position_interval);
            let closing = self.state.closing.clone();
            tokio::select! {
                _ = self.changes.changed() => {}
                () = sleep_until(look_again), if self.last.is_some_and(|(status, _)| status == IN_QUEUE) => {}
                () = sleep_until(self.ping_at) => {
                    self.ping_at = soon(self.state.config.ping_interval);
                    return Some(Bytes::from_static(b": ping\n\n"));
                }
                () = closing.cancelled() => return None,
            }
        }
    }

    /// Writes an event when there is something new to tell.
    fn report(&mut self) -> bool {
        let report = StatusReport::of_status(&self.state, &self.links, &self.job, self.logs.then_some(self.told));
        let now = Some((report.status, report.queue_position));
        if report.lines() == 0 && now == self.last {
            return false;
        }
        self.last = now;
        self.told += report.lines();
        self.done = report.status == COMPLETED;
        self.events += 1;
        let event = Bytes::from(format!("data: {}\n\n", serde_json::to_string(&report).unwrap_or_default()));
        match self.fault {
            Some(StreamFault::Duplicate) => self.ready.extend([event.clone(), event]),
            // Every second event is lost, and the last one is never sent.
            Some(StreamFault::Missing) if self.done || self.events.is_multiple_of(2) => {}
            _ => self.ready.push_back(event),
        }
        true
    }
}

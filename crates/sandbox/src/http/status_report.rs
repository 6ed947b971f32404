//! The status of a job, which is also the answer to a submit.

use crate::clock;
use crate::services::Service;
use crate::world::State;
use crate::world::addresses::Links;
use crate::world::job::{Job, LogLine, Phase};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) const IN_QUEUE: &str = "IN_QUEUE";
pub(crate) const IN_PROGRESS: &str = "IN_PROGRESS";
pub(crate) const COMPLETED: &str = "COMPLETED";

/// A status report; also the answer to a submit.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StatusReport {
    pub(crate) status: &'static str,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_request_id: Option<String>,
    response_url: String,
    status_url: String,
    cancel_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) queue_position: Option<usize>,
    /// Absent while the job is queued, null unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    logs: Option<Logs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<&'static str>,
}

/// Log lines: null unless they were asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Logs {
    Unasked,
    Lines(Vec<LogLine>),
}

impl StatusReport {
    fn new(links: &Links, job: &Job) -> Self {
        let base = links.url(Service::Queue, &format!("/{}/{}/requests/{}", job.owner, job.app, job.id));
        Self {
            status: IN_QUEUE,
            request_id: job.id.clone(),
            gateway_request_id: None,
            status_url: format!("{base}/status"),
            cancel_url: format!("{base}/cancel"),
            response_url: base,
            queue_position: None,
            logs: None,
            metrics: None,
            error: None,
            error_type: None,
        }
    }

    /// However soon the job starts, the answer to its submit says that it is queued.
    pub(crate) fn of_submit(links: &Links, job: &Job) -> Self {
        Self {
            gateway_request_id: Some(job.gateway_id.clone()),
            queue_position: Some(job.position()),
            logs: Some(Logs::Unasked),
            metrics: Some(json!({})),
            ..Self::new(links, job)
        }
    }

    /// Where the job stands; with the log lines from the given one on, when they are asked for.
    pub(crate) fn of_status(state: &State, links: &Links, job: &Job, logs: Option<usize>) -> Self {
        let mut report = Self::new(links, job);
        let phase = job.phase();
        if matches!(phase, Phase::Queued) {
            report.queue_position = Some(state.scheduler.position(job));
            return report;
        }
        report.logs = Some(logs.map_or(Logs::Unasked, |from| Logs::Lines(job.logs(from))));
        let Phase::Completed(outcome) = phase else {
            report.status = IN_PROGRESS;
            report.metrics = Some(json!({}));
            return report;
        };
        let time = match job.times() {
            (Some(started), Some(ended)) => Some(clock::seconds(started, ended)),
            _ => None,
        };
        report.status = COMPLETED;
        report.metrics = Some(json!({ "inference_time": time }));
        if let Some((error, error_type)) = outcome.error.clone() {
            (report.error, report.error_type) = (Some(error), error_type);
        }
        report
    }

    /// How many log lines it tells.
    pub(crate) fn lines(&self) -> usize {
        match &self.logs {
            Some(Logs::Lines(lines)) => lines.len(),
            _ => 0,
        }
    }
}

//! What the page and its data say about the sandbox and about a job.

use crate::clock;
use crate::http::redact;
use crate::http::status_report::{COMPLETED, IN_PROGRESS, IN_QUEUE};
use crate::services::Service;
use crate::world::State;
use crate::world::job::{Job, Phase};
use crate::world::recorder::BODY_BYTES;
use bytes::Bytes;
use serde_json::{Value, json};

/// The most characters of a text in a large body that are shown.
const TEXT_CHARACTERS: usize = 500;

/// The facts of the whole sandbox.
pub(super) fn head(state: &State) -> Value {
    json!({
        "total": state.recorder.total(),
        "job_count": state.jobs.newest_first().len(),
        "queue": { "waiting": state.scheduler.waiting(), "running": state.scheduler.running() },
        "runners": state.config.runners,
        "spent_micros": state.spent(),
        "origin": state.addresses.origin,
    })
}

/// A job with what it came to.
pub(super) fn job(state: &State, job: &Job) -> Value {
    let (phase, outcome) = match job.phase() {
        Phase::Queued => (IN_QUEUE, None),
        Phase::Running => (IN_PROGRESS, None),
        Phase::Completed(outcome) => (COMPLETED, Some(outcome)),
    };
    let (started, ended) = job.times();
    let small = |bytes: &Bytes| {
        if bytes.len() <= BODY_BYTES { without_secrets(bytes) } else { without_secrets(&without_long_texts(bytes)?) }
    };
    json!({
        "request_id": job.id,
        "endpoint_id": job.endpoint_id(),
        "origin": if job.service == Service::Run { "run" } else { "queue" },
        "status": phase,
        "queue_position": matches!(job.phase(), Phase::Queued).then(|| state.scheduler.position(job)),
        "sent_at": clock::rfc3339(job.sent_at),
        "started_at": started.map(clock::rfc3339),
        "ended_at": ended.map(clock::rfc3339),
        "status_code": outcome.as_ref().map(|outcome| outcome.status.as_u16()),
        "error": outcome.as_ref().and_then(|outcome| outcome.error.as_ref().map(|(error, _)| error.clone())),
        "input": job.payload().as_ref().and_then(small),
        "output": outcome.as_ref().and_then(|outcome| small(&outcome.body)),
        "calls": job.counts(),
        "webhook_deliveries": job.deliveries(),
    })
}

/// A large JSON text with its long texts cut, such as files in `data:` URIs; `None` if it is still large then.
fn without_long_texts(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut value = serde_json::from_slice(bytes).ok()?;
    cut(&mut value);
    serde_json::to_vec(&value).ok().filter(|short| short.len() <= BODY_BYTES)
}

fn cut(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((at, _)) = text.char_indices().nth(TEXT_CHARACTERS) {
                *text = format!("{}… ({} bytes)", text.get(..at).unwrap_or_default(), text.len());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(cut),
        Value::Object(fields) => fields.values_mut().for_each(cut),
        _ => {}
    }
}

/// A JSON text as a value, with the values of fields that are named like secrets replaced.
fn without_secrets(bytes: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    serde_json::from_str(redact::by_name(text).as_deref().unwrap_or(text)).ok()
}

//! What `--json=events` prints before the envelope: one line for each event.

use schemars::JsonSchema;
use serde::Serialize;

/// One thing that happened to a request. A field that does not belong to the event is left out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EventRow {
    /// The envelope's version.
    #[schemars(extend("const" = crate::envelope::SCHEMA))]
    pub schema: &'static str,
    /// What tells an event from the envelope.
    #[schemars(extend("const" = "event"))]
    pub kind: &'static str,
    /// What happened.
    pub event: EventName,
    /// Milliseconds since the work on this request began.
    pub elapsed_ms: u64,
    /// Which request of this run, from 1.
    pub request: u32,
    /// The service's id of it, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How many requests are ahead of it in the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// How long such a request usually takes, in milliseconds: the median of those in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_ms: Option<u64>,
    /// A line of the service's log, or why something is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The HTTP status after which something is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the wait before that is, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
    /// Bytes that have gone out or come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Bytes in all, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The file that goes out, or that was saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventName {
    /// A file goes out: `path`, `bytes`, `total`; again while it does, at most once a second.
    Uploading,
    /// The request is about to be sent.
    Sending,
    /// The service has taken it: `request_id`.
    Accepted,
    /// It waits in the queue: `position`; again when that changes.
    Queued,
    /// The service works on it.
    Running,
    /// The service has written a line: `message`.
    Log,
    /// Something did not work and is tried again: `message`, `status`, `wait_ms`.
    Retry,
    /// The service is asked to cancel it.
    Cancelling,
    /// The service is done with it, well or not.
    Completed,
    /// A file comes in: `bytes`, `total`; again while it does, at most once a second.
    Downloading,
    /// A file is safe: `path`.
    Saved,
}

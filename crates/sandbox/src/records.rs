//! What a test can read from a running sandbox: jobs, requests and charges as values.

use crate::faults::{Call, Fault};
use crate::services::Service;
use serde_json::Value;
use std::collections::BTreeMap;

/// One job that was accepted, with its state at the time of the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobRecord {
    /// The job's request id.
    pub request_id: String,
    /// The endpoint's id, or the path that was called where there is no such endpoint.
    pub endpoint_id: String,
    /// [`Service::Run`] or [`Service::Queue`].
    pub service: Service,
    /// How far it is.
    pub phase: JobPhase,
    /// The status of its result, once it has completed.
    pub status_code: Option<u16>,
    /// Its input, while it is kept and when it is JSON.
    pub input: Option<Value>,
    /// Its result, while it is kept, once it has completed.
    pub output: Option<Value>,
    /// How often each kind of call was made about it; kinds without a call are left out.
    pub calls: BTreeMap<Call, u32>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobPhase {
    /// It waits for a runner.
    Queued,
    /// It runs.
    Running,
    /// It has a result, which may be a failure.
    Completed,
}

/// One request as it was received, without its secrets. Calls to the sandbox's own page are not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// What kind of call it is.
    pub call: Call,
    /// The HTTP method.
    pub method: String,
    /// Path and query, below the prefix of a service.
    pub uri: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The first 16 KiB of the body.
    pub body: Vec<u8>,
    /// The job that it is about.
    pub request_id: Option<String>,
    /// The fault that was applied to it.
    pub fault: Option<Fault>,
    /// The status of its answer; `None` if there is no answer yet, or the connection was broken.
    pub status: Option<u16>,
}

/// Money that was taken for one job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// The job.
    pub request_id: String,
    /// Its endpoint.
    pub endpoint_id: String,
    /// How many of the price's units, which are pictures.
    pub units: u32,
    /// In millionths of a dollar.
    pub micros: u64,
}

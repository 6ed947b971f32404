//! The sandbox of a point: which requests it received and accepted, and which calls it holds.

use crate::conformance::process::Sandbox;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;

/// How many of the latest requests and jobs are read; a point makes fewer.
const LIMIT: usize = 40;

/// What a job ends with that was cancelled.
const CANCELLED: u16 = 499;

/// A sandbox in a process of its own.
pub(super) struct Service {
    sandbox: Sandbox,
    agent: ureq::Agent,
}

/// What the sandbox reports about requests and jobs.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Seen {
    pub(super) requests: Vec<Request>,
    jobs: Vec<Job>,
}

/// One request; no status means that there is no answer yet.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    pub(super) call: String,
    pub(super) status: Option<u16>,
}

#[derive(Debug, Deserialize)]
struct Job {
    input: Option<serde_json::Value>,
    status_code: Option<u16>,
}

impl Seen {
    /// How many paid requests with this prompt were accepted.
    pub(super) fn accepted(&self, prompt: &str) -> usize {
        self.prompts().filter(|found| *found == prompt).count()
    }

    /// The prompts of the paid requests that were accepted. What was cancelled before it ran is not paid for.
    pub(super) fn prompts(&self) -> impl Iterator<Item = &str> {
        let paid = self.jobs.iter().filter(|job| job.status_code != Some(CANCELLED));
        paid.filter_map(|job| job.input.as_ref()?.get("prompt")?.as_str())
    }
}

impl Service {
    /// Starts it: quick jobs, pictures of one colour, a history almost without delay.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let arguments = ["--service-time", "20ms", "--history-lag", "1ms", "--flat"];
        let sandbox = Sandbox::start(program, &arguments)?;
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(Duration::from_secs(30)));
        Ok(Self { sandbox, agent: config.build().into() })
    }

    /// Its origin.
    pub(super) fn url(&self) -> &str {
        &self.sandbox.url
    }

    /// What came in since the last [`Service::forget`], and the latest jobs.
    pub(super) fn seen(&self) -> Result<Seen> {
        self.latest(LIMIT)
    }

    /// So many of the latest requests and jobs.
    pub(super) fn latest(&self, limit: usize) -> Result<Seen> {
        let url = format!("{}/_sandbox/requests?limit={limit}", self.url());
        let text = self.agent.get(url).call().and_then(|mut answer| answer.body_mut().read_to_string());
        let text = text.map_err(|error| failed(&error))?;
        serde_json::from_str(&text).map_err(|error| Error::new(format!("the sandbox's record: {error}")))
    }

    /// Forgets the requests, not the jobs.
    pub(super) fn forget(&self) -> Result<()> {
        self.agent.delete(format!("{}/_sandbox/requests", self.url())).call().map(drop).map_err(|error| failed(&error))
    }

    /// Replaces the faults.
    pub(super) fn set_faults(&self, faults: &serde_json::Value) -> Result<()> {
        let url = format!("{}/_sandbox/faults", self.url());
        self.agent.put(url).send(faults.to_string()).map(drop).map_err(|error| failed(&error))
    }
}

fn failed(error: &ureq::Error) -> Error {
    Error::new(format!("the sandbox does not answer: {error}"))
}

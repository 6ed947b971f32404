//! The requests as they really came, the latest of them.

use crate::clock;
use crate::faults::Call;
use crate::lock::lock;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

/// How much of a body is kept to be looked at.
pub(crate) const BODY_BYTES: usize = 16 * 1024;

/// The head of a request, without its secrets.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// One request as it came.
#[derive(Debug)]
pub(crate) struct Record {
    number: u64,
    at: SystemTime,
    since: Instant,
    head: Head,
    body: Bytes,
    length: usize,
    pub(crate) call: Call,
    faults: Option<String>,
    job: OnceLock<String>,
    answer: OnceLock<(u16, Duration)>,
}

impl Record {
    /// Notes the status of the answer.
    pub(crate) fn answered(&self, status: u16) {
        let _ = self.answer.set((status, clock::since(self.since)));
    }

    /// Notes the job that the call is about.
    pub(crate) fn about(&self, id: &str) {
        let _ = self.job.set(id.to_owned());
    }

    /// The job that the call is about.
    pub(crate) fn job(&self) -> Option<&String> {
        self.job.get()
    }

    pub(crate) fn as_json(&self) -> Value {
        let answer = self.answer.get();
        json!({
            "number": self.number,
            "at": clock::rfc3339(self.at),
            "method": self.head.method,
            "uri": self.head.uri,
            "call": self.call,
            "headers": self.head.headers,
            "body": String::from_utf8_lossy(&self.body),
            "body_bytes": self.length,
            "body_kept": self.body.len(),
            "request_id": self.job.get(),
            "fault": self.faults,
            "status": answer.map(|(status, _)| status),
            "duration": answer.map(|(_, duration)| duration.as_secs_f64()),
        })
    }
}

/// The latest requests, and how many there were in all.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Mutex<(VecDeque<Arc<Record>>, u64)>,
    most: usize,
}

impl Recorder {
    pub(crate) fn new(most: usize) -> Self {
        Self { inner: Mutex::new((VecDeque::new(), 0)), most }
    }

    /// Takes a request down: its head, the beginning of its body, and how long that was.
    pub(crate) fn record(
        &self,
        head: Head,
        body: Bytes,
        length: usize,
        call: Call,
        faults: Option<String>,
    ) -> Arc<Record> {
        let mut inner = lock(&self.inner);
        inner.1 += 1;
        let record = Arc::new(Record {
            number: inner.1,
            at: clock::now(),
            since: clock::instant(),
            head,
            body,
            length,
            call,
            faults,
            job: OnceLock::new(),
            answer: OnceLock::new(),
        });
        while inner.0.len() >= self.most.max(1) {
            inner.0.pop_front();
        }
        inner.0.push_back(Arc::clone(&record));
        record
    }

    pub(crate) fn newest_first(&self) -> (Vec<Arc<Record>>, u64) {
        let inner = lock(&self.inner);
        (inner.0.iter().rev().cloned().collect(), inner.1)
    }

    pub(crate) fn clear(&self) {
        *lock(&self.inner) = (VecDeque::new(), 0);
    }
}

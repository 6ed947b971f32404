//! The record of the latest requests, as they were received.

use crate::clock;
use crate::faults::{Call, Fault};
use crate::lock::lock;
use crate::records::RequestRecord;
use bytes::Bytes;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime};

/// How much of a body is kept in the record.
pub(crate) const BODY_BYTES: usize = 16 * 1024;

/// The head of a request, without its secrets.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// One request as it was received.
#[derive(Debug)]
pub(crate) struct Record {
    number: u64,
    at: SystemTime,
    since: Instant,
    head: Head,
    body: Bytes,
    length: usize,
    pub(crate) call: Call,
    fault: Option<Fault>,
    job: OnceLock<String>,
    answer: OnceLock<(u16, Duration)>,
    said: OnceLock<Said>,
}

/// What the service answered, as far as it is JSON.
#[derive(Debug)]
struct Said {
    status: u16,
    body: Bytes,
    length: usize,
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

    /// Bytes of its bodies.
    fn bytes(&self) -> usize {
        self.body.len() + self.said.get().map_or(0, |said| said.body.len())
    }

    pub(crate) fn to_record(&self) -> RequestRecord {
        RequestRecord {
            call: self.call,
            method: self.head.method.clone(),
            uri: self.head.uri.clone(),
            headers: self.head.headers.clone(),
            body: self.body.to_vec(),
            request_id: self.job.get().cloned(),
            fault: self.fault,
            status: self.answer.get().map(|(status, _)| *status),
        }
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
            "fault": self.fault,
            "status": answer.map(|(status, _)| status),
            "answer": self.said.get().map(|said| json!({
                "status": said.status,
                "body": String::from_utf8_lossy(&said.body),
                "body_bytes": said.length,
                "body_kept": said.body.len(),
            })),
            "duration": answer.map(|(_, duration)| duration.as_secs_f64()),
        })
    }
}

/// The latest requests, and how many there were in all.
#[derive(Debug)]
pub(crate) struct Recorder {
    inner: Mutex<(VecDeque<Arc<Record>>, u64)>,
    most: usize,
    bytes: AtomicUsize,
}

impl Recorder {
    pub(crate) fn new(most: usize) -> Self {
        Self { inner: Mutex::new((VecDeque::new(), 0)), most, bytes: AtomicUsize::new(0) }
    }

    /// Records a request: its head, the beginning of its body, and the body's length.
    pub(crate) fn record(
        &self,
        head: Head,
        body: Bytes,
        length: usize,
        call: Call,
        fault: Option<Fault>,
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
            fault,
            job: OnceLock::new(),
            answer: OnceLock::new(),
            said: OnceLock::new(),
        });
        while inner.0.len() >= self.most.max(1) {
            if let Some(old) = inner.0.pop_front() {
                self.bytes.fetch_sub(old.bytes(), Ordering::Relaxed);
            }
        }
        self.bytes.fetch_add(record.body.len(), Ordering::Relaxed);
        inner.0.push_back(Arc::clone(&record));
        record
    }

    /// Notes what the service answered to a request: the beginning of the body, without its secrets, and how long that was.
    /// A fault may still replace it.
    pub(crate) fn said(&self, record: &Arc<Record>, status: u16, body: Bytes, length: usize) {
        let inner = lock(&self.inner);
        let bytes = body.len();
        let is_new = record.said.set(Said { status, body, length }).is_ok();
        // A record that is dropped already is counted no more.
        if is_new && is_listed(&inner.0, record) {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// How many requests came in all.
    pub(crate) fn total(&self) -> u64 {
        lock(&self.inner).1
    }

    /// Bytes of the bodies that are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn newest_first(&self) -> (Vec<Arc<Record>>, u64) {
        let inner = lock(&self.inner);
        (inner.0.iter().rev().cloned().collect(), inner.1)
    }

    pub(crate) fn clear(&self) {
        let mut inner = lock(&self.inner);
        *inner = (VecDeque::new(), 0);
        self.bytes.store(0, Ordering::Relaxed);
    }
}

/// Whether the record is one of these, which have consecutive numbers.
fn is_listed(records: &VecDeque<Arc<Record>>, record: &Arc<Record>) -> bool {
    let place = records.front().and_then(|first| record.number.checked_sub(first.number));
    let known = place.and_then(|place| records.get(usize::try_from(place).ok()?));
    known.is_some_and(|known| Arc::ptr_eq(known, record))
}

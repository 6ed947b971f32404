//! All jobs, in the order in which they came, within bounds of number and of bytes.

use super::job::{Job, Phase};
use crate::lock::lock;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, Weak};

/// The jobs that can be asked about.
#[derive(Debug)]
pub(crate) struct JobStore {
    inner: Mutex<Inner>,
    bounds: Bounds,
}

/// What a store takes at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Jobs of any kind.
    pub(crate) jobs: usize,
    /// Bytes of the inputs that wait or run.
    pub(crate) pending_bytes: usize,
    /// Bytes of the inputs and results of completed jobs.
    pub(crate) kept_bytes: usize,
}

#[derive(Debug, Default)]
struct Inner {
    jobs: HashMap<String, Arc<Job>>,
    order: VecDeque<Arc<Job>>,
    pending: usize,
    /// Completed jobs and the bytes that they keep, in the order of their completion.
    heavy: VecDeque<(Weak<Job>, usize)>,
    kept: usize,
}

impl JobStore {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { inner: Mutex::new(Inner::default()), bounds }
    }

    /// Takes a job in, at the cost of the oldest completed one when there are too many; says no when too much waits.
    pub(crate) fn insert(&self, job: &Arc<Job>) -> bool {
        let payload = job.payload_bytes();
        let mut inner = lock(&self.inner);
        if inner.pending.saturating_add(payload) > self.bounds.pending_bytes {
            return false;
        }
        if inner.jobs.len() >= self.bounds.jobs {
            let Some(index) = inner.order.iter().position(|old| matches!(old.phase(), Phase::Completed(_))) else {
                return false;
            };
            if let Some(old) = inner.order.remove(index) {
                inner.jobs.remove(&old.id);
            }
        }
        inner.pending += payload;
        inner.jobs.insert(job.id.clone(), Arc::clone(job));
        inner.order.push_back(Arc::clone(job));
        true
    }

    /// Counts a completed job's payloads, and drops those of the oldest ones when they are too much.
    pub(crate) fn completed(&self, job: &Arc<Job>, result: usize) {
        let payload = job.payload_bytes();
        let mut inner = lock(&self.inner);
        inner.pending = inner.pending.saturating_sub(payload);
        inner.kept += payload + result;
        inner.heavy.push_back((Arc::downgrade(job), payload + result));
        // The latest is kept however large it is: somebody is about to fetch it.
        while inner.kept > self.bounds.kept_bytes && inner.heavy.len() > 1 {
            let Some((old, bytes)) = inner.heavy.pop_front() else { break };
            inner.kept -= bytes;
            if let Some(old) = old.upgrade() {
                old.forget_payloads();
            }
        }
    }

    /// The job of that id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Job>> {
        lock(&self.inner).jobs.get(id).cloned()
    }

    /// All jobs, the newest first.
    pub(crate) fn newest_first(&self) -> Vec<Arc<Job>> {
        lock(&self.inner).order.iter().rev().cloned().collect()
    }
}

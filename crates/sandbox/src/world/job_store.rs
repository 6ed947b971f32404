//! All jobs, in the order in which they came, within bounds of number and of bytes.

use super::job::{Job, Phase};
use crate::lock::lock;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, Weak};

/// The jobs that can be asked about.
#[derive(Debug)]
pub(crate) struct JobStore {
    inner: Mutex<Inner>,
    /// Jobs of any kind.
    most: usize,
}

#[derive(Debug, Default)]
struct Inner {
    jobs: HashMap<String, Arc<Job>>,
    order: VecDeque<Arc<Job>>,
    /// Bytes of the inputs of open jobs.
    pending: usize,
    /// Completed jobs and the bytes that they keep, in the order of their completion.
    heavy: VecDeque<(Weak<Job>, usize)>,
    /// Bytes of the inputs and results of completed jobs.
    kept: usize,
}

impl Inner {
    /// Takes a completed job's payloads out of the count.
    fn uncount(&mut self, job: &Arc<Job>) {
        let Some(index) = self.heavy.iter().position(|(heavy, _)| heavy.as_ptr() == Arc::as_ptr(job)) else { return };
        if let Some((_, bytes)) = self.heavy.remove(index) {
            self.kept -= bytes;
        }
    }
}

impl JobStore {
    pub(crate) fn new(most: usize) -> Self {
        Self { inner: Mutex::new(Inner::default()), most }
    }

    /// Adds a job. If there are too many, the oldest completed one is dropped; returns `false` if all of them are open.
    pub(crate) fn insert(&self, job: &Arc<Job>) -> bool {
        let payload = job.payload_bytes();
        let mut inner = lock(&self.inner);
        if inner.jobs.len() >= self.most {
            let Some(index) = inner.order.iter().position(|old| matches!(old.phase(), Phase::Completed(_))) else {
                return false;
            };
            if let Some(old) = inner.order.remove(index) {
                inner.jobs.remove(&old.id);
                inner.uncount(&old);
            }
        }
        inner.pending += payload;
        inner.jobs.insert(job.id.clone(), Arc::clone(job));
        inner.order.push_back(Arc::clone(job));
        true
    }

    /// Counts a completed job's payloads among those that may be dropped, while the job is kept and has them.
    pub(crate) fn completed(&self, job: &Arc<Job>, result: usize) {
        let payload = job.payload_bytes();
        let mut inner = lock(&self.inner);
        inner.pending = inner.pending.saturating_sub(payload);
        let is_forgotten = job.outcome().is_some_and(|outcome| outcome.forgotten);
        if is_forgotten || !inner.jobs.contains_key(&job.id) {
            return;
        }
        inner.kept += payload + result;
        inner.heavy.push_back((Arc::downgrade(job), payload + result));
    }

    /// Drops the payloads of this job.
    pub(crate) fn forget(&self, job: &Arc<Job>) {
        let mut inner = lock(&self.inner);
        job.forget_payloads();
        inner.uncount(job);
    }

    /// Drops the payloads of the job that completed first; says whether there was one. The latest is kept however large it
    /// is: somebody is about to fetch it.
    pub(crate) fn drop_oldest_payloads(&self) -> bool {
        let mut inner = lock(&self.inner);
        if inner.heavy.len() < 2 {
            return false;
        }
        let Some((old, bytes)) = inner.heavy.pop_front() else { return false };
        inner.kept -= bytes;
        if let Some(old) = old.upgrade() {
            old.forget_payloads();
        }
        true
    }

    /// Bytes of all inputs and results.
    pub(crate) fn bytes(&self) -> usize {
        let inner = lock(&self.inner);
        inner.pending + inner.kept
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

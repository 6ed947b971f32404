//! All jobs, in the order in which they came, within bounds of number and of bytes.

use super::{Job, Phase, lock};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

/// The jobs that can be asked about.
#[derive(Debug)]
pub(crate) struct JobStore {
    inner: Mutex<Inner>,
    max_jobs: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Inner {
    jobs: HashMap<String, Arc<Job>>,
    order: VecDeque<Arc<Job>>,
    /// Jobs whose payloads are kept, and how many bytes they are.
    heavy: VecDeque<(Arc<Job>, usize)>,
    bytes: usize,
}

impl JobStore {
    pub(crate) fn new(max_jobs: usize, max_bytes: usize) -> Self {
        Self { inner: Mutex::new(Inner::default()), max_jobs, max_bytes }
    }

    /// Takes a job in, at the cost of the oldest completed one when there are too many; says no when none is completed.
    pub(crate) fn insert(&self, job: &Arc<Job>, payload: usize) -> bool {
        let mut inner = lock(&self.inner);
        if inner.jobs.len() >= self.max_jobs {
            let Some(index) = inner.order.iter().position(|old| matches!(old.phase(), Phase::Completed(_))) else {
                return false;
            };
            if let Some(old) = inner.order.remove(index) {
                inner.jobs.remove(&old.id);
            }
        }
        inner.jobs.insert(job.id.clone(), Arc::clone(job));
        inner.order.push_back(Arc::clone(job));
        self.weigh(&mut inner, job, payload);
        true
    }

    /// Counts a result against the bound.
    pub(crate) fn weigh_result(&self, job: &Arc<Job>, bytes: usize) {
        self.weigh(&mut lock(&self.inner), job, bytes);
    }

    fn weigh(&self, inner: &mut Inner, job: &Arc<Job>, bytes: usize) {
        inner.bytes += bytes;
        inner.heavy.push_back((Arc::clone(job), bytes));
        let mut looked_at = 0;
        while inner.bytes > self.max_bytes && looked_at < inner.heavy.len() {
            let Some((old, bytes)) = inner.heavy.pop_front() else { break };
            // A job that is still to run needs its input; the one that just came in stays as long as it is alone.
            if matches!(old.phase(), Phase::Completed(_)) && !Arc::ptr_eq(&old, job) {
                old.forget_payloads();
                inner.bytes -= bytes;
            } else {
                inner.heavy.push_back((old, bytes));
                looked_at += 1;
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

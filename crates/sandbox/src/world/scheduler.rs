//! Decides which job runs next: a number of runners, two priorities, first come first served.

use super::job::Job;
use crate::clock;
use crate::lock::lock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The jobs that wait and the number that run.
#[derive(Debug)]
pub(crate) struct Scheduler {
    inner: Mutex<Inner>,
    runners: usize,
}

#[derive(Debug, Default)]
struct Inner {
    normal: VecDeque<Arc<Job>>,
    low: VecDeque<Arc<Job>>,
    running: usize,
    /// Since when the positions have been out of date.
    stale: bool,
    numbered: Option<Instant>,
}

/// Computing the positions anew for each query would take time quadratic in the length of the queue.
const NUMBERING_INTERVAL: Duration = Duration::from_millis(5);

impl Scheduler {
    pub(crate) fn new(runners: usize) -> Self {
        Self { inner: Mutex::default(), runners }
    }

    /// How many jobs wait.
    pub(crate) fn waiting(&self) -> usize {
        let inner = lock(&self.inner);
        inner.normal.len() + inner.low.len()
    }

    /// How many jobs run.
    pub(crate) fn running(&self) -> usize {
        lock(&self.inner).running
    }

    /// How many jobs are before this one.
    pub(crate) fn position(&self, job: &Job) -> usize {
        let mut inner = lock(&self.inner);
        if inner.stale && inner.numbered.is_none_or(|at| clock::since(at) > NUMBERING_INTERVAL) {
            for (position, waiting) in inner.normal.iter().chain(&inner.low).enumerate() {
                waiting.set_position(position);
            }
            inner.stale = false;
            inner.numbered = Some(clock::instant());
        }
        job.position()
    }

    /// Adds a job to the queue.
    pub(crate) fn enqueue(&self, job: &Arc<Job>) {
        let mut inner = lock(&self.inner);
        let ahead = if job.options.low_priority {
            inner.low.push_back(Arc::clone(job));
            inner.normal.len() + inner.low.len() - 1
        } else {
            inner.normal.push_back(Arc::clone(job));
            inner.stale |= !inner.low.is_empty();
            inner.normal.len() - 1
        };
        job.set_position(ahead);
    }

    /// Removes a waiting job from the queue; returns whether it was in it.
    pub(crate) fn withdraw(&self, job: &Arc<Job>) -> bool {
        let mut inner = lock(&self.inner);
        let line = if job.options.low_priority { &mut inner.low } else { &mut inner.normal };
        let Some(index) = line.iter().position(|waiting| Arc::ptr_eq(waiting, job)) else { return false };
        line.remove(index);
        inner.stale = true;
        true
    }

    /// The next job to run, which takes a runner until [`Scheduler::release`]; none when nobody waits or no runner is free.
    pub(crate) fn next(&self) -> Option<Arc<Job>> {
        let mut inner = lock(&self.inner);
        if inner.running >= self.runners {
            return None;
        }
        let job = inner.normal.pop_front().or_else(|| inner.low.pop_front())?;
        inner.running += 1;
        inner.stale = true;
        Some(job)
    }

    /// Gives a runner back.
    pub(crate) fn release(&self) {
        lock(&self.inner).running -= 1;
    }
}

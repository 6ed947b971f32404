//! Who runs next: a number of runners, two priorities, first come first served.

use super::job::{Job, lock};
use super::outcome::Outcome;
use crate::world::State;
use crate::world::model;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The jobs that wait and the number that run.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    inner: Mutex<Inner>,
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

/// Numbering a long line anew for each question would cost the square of its length.
const NUMBERING_INTERVAL: Duration = Duration::from_millis(5);

impl Scheduler {
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
        if inner.stale && inner.numbered.is_none_or(|at| at.elapsed() > NUMBERING_INTERVAL) {
            for (position, waiting) in inner.normal.iter().chain(&inner.low).enumerate() {
                waiting.set_position(position);
            }
            inner.stale = false;
            inner.numbered = Some(Instant::now());
        }
        job.position()
    }

    /// Lines a job up, or starts it when a runner is free.
    pub(crate) fn enqueue(&self, state: &Arc<State>, job: &Arc<Job>) {
        let mut inner = lock(&self.inner);
        let ahead = if job.wishes.low_priority {
            inner.low.push_back(Arc::clone(job));
            inner.normal.len() + inner.low.len() - 1
        } else {
            inner.normal.push_back(Arc::clone(job));
            inner.stale |= !inner.low.is_empty();
            inner.normal.len() - 1
        };
        job.set_position(ahead);
        drop(inner);
        if let Some(limit) = job.wishes.start_timeout {
            let (state, job) = (Arc::clone(state), Arc::clone(job));
            state.clone().spawn(async move {
                tokio::time::sleep(limit).await;
                if state.scheduler.withdraw(&job) {
                    state.finish(&job, Outcome::start_timeout());
                }
            });
        }
        self.fill(state);
    }

    /// Takes a waiting job out of the line; says whether it was in it.
    pub(crate) fn withdraw(&self, job: &Arc<Job>) -> bool {
        let mut inner = lock(&self.inner);
        let line = if job.wishes.low_priority { &mut inner.low } else { &mut inner.normal };
        let Some(index) = line.iter().position(|waiting| Arc::ptr_eq(waiting, job)) else { return false };
        line.remove(index);
        inner.stale = true;
        true
    }

    /// Starts waiting jobs on free runners.
    fn fill(&self, state: &Arc<State>) {
        loop {
            let mut inner = lock(&self.inner);
            if inner.running >= state.config.runners.max(1) {
                return;
            }
            let next = inner.normal.pop_front().or_else(|| inner.low.pop_front());
            let Some(job) = next else { return };
            inner.running += 1;
            inner.stale = true;
            drop(inner);
            job.start();
            let state = Arc::clone(state);
            state.clone().spawn(async move {
                let outcome = model::perform(&state, &job).await;
                lock(&state.scheduler.inner).running -= 1;
                state.finish(&job, outcome);
                state.scheduler.fill(&state);
            });
        }
    }
}

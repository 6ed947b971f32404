//! The life of a job: accepted, queued, performed, finished.

use crate::services::Service;
use crate::world::State;
use crate::world::budget;
use crate::world::job::Job;
use crate::world::model;
use crate::world::outcome::Outcome;
use crate::world::webhook;
use std::sync::Arc;

/// Queues a job; returns `false` if too many are waiting.
pub(crate) fn accept(state: &Arc<State>, job: &Arc<Job>) -> bool {
    let accepted = state.jobs.insert(job);
    if accepted {
        state.scheduler.enqueue(job);
        state.changed();
        give_up_in_time(state, job);
        start_waiting(state);
    }
    accepted
}

/// Ends a job that has not started within the time that its caller gave it.
fn give_up_in_time(state: &Arc<State>, job: &Arc<Job>) {
    let Some(limit) = job.options.start_timeout else { return };
    let (engine, job) = (Arc::clone(state), Arc::clone(job));
    state.spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(limit) => {
                if engine.scheduler.withdraw(&job) {
                    finish(&engine, &job, Outcome::start_timeout());
                }
            }
            () = job.left_queue() => {}
        }
    });
}

/// Starts waiting jobs on free runners.
fn start_waiting(state: &Arc<State>) {
    while let Some(job) = state.scheduler.next() {
        job.start();
        state.changed();
        let engine = Arc::clone(state);
        state.spawn(async move {
            let outcome = perform(&engine, &job).await;
            engine.scheduler.release();
            finish(&engine, &job, outcome);
            start_waiting(&engine);
        });
    }
}

/// Runs a job to its end, or until it is cancelled.
async fn perform(state: &Arc<State>, job: &Arc<Job>) -> Outcome {
    let work = async {
        match &job.endpoint {
            None => Outcome::no_such_path(&job.path),
            Some(endpoint) => model::run(state, job, endpoint).await.unwrap_or_else(|outcome| *outcome),
        }
    };
    if state.config.ignore_cancel {
        return work.await;
    }
    tokio::select! {
        outcome = work => outcome,
        () = job.cancelled.cancelled() => Outcome::cancelled(),
    }
}

/// What became of a wish to cancel a job.
pub(crate) enum Cancel {
    /// It had completed already.
    TooLate,
    /// It waited, and has ended.
    Done,
    /// It runs, and was told to end.
    Requested,
}

/// Cancels a job. One that runs ends in its own time.
pub(crate) fn cancel(state: &Arc<State>, job: &Arc<Job>) -> Cancel {
    if job.outcome().is_some() {
        return Cancel::TooLate;
    }
    if state.scheduler.withdraw(job) {
        finish(state, job, Outcome::cancelled());
        return Cancel::Done;
    }
    job.cancelled.cancel();
    Cancel::Requested
}

/// Drops the payloads of a completed job; returns `false` if it has not completed.
pub(crate) fn forget(state: &State, job: &Arc<Job>) -> bool {
    let has_completed = job.outcome().is_some();
    if has_completed {
        state.jobs.forget(job);
    }
    has_completed
}

/// Ends a job: its result is kept, charged and reported, unless it had ended before.
pub(crate) fn finish(state: &Arc<State>, job: &Arc<Job>, outcome: Outcome) {
    let (units, bytes) = (outcome.units.unwrap_or(0), outcome.body.len());
    if !job.complete(Arc::new(outcome)) {
        return;
    }
    if let Some(price) = job.endpoint.as_ref().and_then(|endpoint| endpoint.price) {
        state.charge(price.micros.saturating_mul(units.into()));
    }
    state.jobs.completed(job, bytes);
    state.changed();
    // A result is kept even if there is no room, because it was paid for.
    let _ = budget::make_room(state, 0);
    if job.service == Service::Queue && job.options.webhook.is_some() {
        state.spawn(webhook::deliver(Arc::clone(state), Arc::clone(job)));
    }
}

//! Waits for a job, shows its progress, and cancels it when asked to.

use crate::calls::failure;
use crate::calls::oddities::kept_answer;
use crate::calls::save_answer::Answer;
use crate::calls::session::{Session, warn_unless};
use crate::clean;
use crate::clock;
use crate::exit::{ErrorKind, Failure};
use crate::ledger::Closing;
use ideogram_client::{Error, Job, limits};
use ideogram_schema::{CancelState, QueueState};
use serde_json::Value;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a job that was asked to end may take for it.
const GRACE: Duration = Duration::from_secs(60);
/// The note of a row whose job the service was asked to cancel.
pub(crate) const CANCEL_ASKED: &str = "the service was asked to cancel it";

/// Waits for the job's result. Ctrl-C cancels it and goes on waiting for what comes of that; a second one leaves, and the
/// row stays open. The deadline cancels likewise and leaves, unless the job has completed by then: its result is fetched
/// within the time to wind up. A job that is known to have completed is not cancelled.
pub(crate) async fn follow(
    session: &mut Session,
    job: &Job<Value>,
    id: i64,
    interrupted: bool,
) -> Result<Answer, Failure> {
    let (output, mut until) = (session.output, session.deadline);
    let progress = session.progress.clone();
    // Without a readable ledger there is no expected time.
    progress.expect(session.ledger.usual_time(job.endpoint().id, session.base(true)).unwrap_or_default());
    let completed = AtomicBool::new(false);
    let started = AtomicI64::new(0);
    let mut following = pin!(job.follow(|status| {
        if status.status == QueueState::InProgress {
            let _ = started.compare_exchange(0, clock::now_ms(), Ordering::Relaxed, Ordering::Relaxed);
        }
        completed.fetch_or(status.status == QueueState::Completed, Ordering::Relaxed);
        progress.status(status);
    }));
    let mut cancelling = interrupted;
    let mut is_late = false;
    if interrupted {
        cancel(session, job, id).await?;
        until = Instant::now() + GRACE;
    }
    loop {
        tokio::select! {
            biased;
            () = session.interrupts.next() => {
                if cancelling {
                    return Err(left(session, job, id));
                }
                if completed.load(Ordering::Relaxed) {
                    output.note(&done(job));
                } else {
                    cancel(session, job, id).await?;
                }
                until = Instant::now() + GRACE;
            }
            outcome = &mut following => {
                let started = started.load(Ordering::Relaxed);
                if started > 0 {
                    let noted = session.note(move |ledger| ledger.started(id, started)).await;
                    warn_unless(noted, "the service has begun to work on it");
                }
                return match outcome {
                Ok(response) => Ok(Answer::new(response.into_output(), Some(job.request_id().to_owned()))),
                Err(error) => {
                    if let Some(body) = kept_answer(&error) {
                        return Ok(Answer::new(body, Some(job.request_id().to_owned())));
                    }
                    let failure = failed(session, job, &error, id).await;
                    // Cancelled because the user asked for it, not by the service.
                    let asked_for = cancelling && failure.kind() == ErrorKind::Cancelled;
                    Err(if asked_for { session.interrupts.ended(failure) } else { failure })
                }
                };
            },
            () = tokio::time::sleep_until(until) => {
                if is_late {
                    let what = "not done in time: it has completed, but its result did not come";
                    return Err(open(session, job, id, Failure::new(ErrorKind::Timeout, what)));
                }
                if cancelling {
                    let failure = session.interrupts.failure("the service does not end the job, which may still be billed");
                    return Err(open(session, job, id, failure));
                }
                is_late = true;
                until = Instant::now() + limits::WIND_UP;
                if !completed.load(Ordering::Relaxed) {
                    late(session, job, id, until).await?;
                }
            }
        }
        cancelling = true;
    }
}

/// Asks the service to cancel, and says in one line which request it was, what the service answered, and what that means for
/// the bill. An error means that the wait is over.
async fn cancel(session: &mut Session, job: &Job<Value>, id: i64) -> Result<(), Failure> {
    session.progress.cancelling();
    let asking = timeout(limits::WIND_UP, job.cancel());
    let Some(outcome) = session.interrupts.unless(asking).await else { return Err(left(session, job, id)) };
    let answered = match outcome {
        Ok(Ok(CancelState::Ok)) => {
            cancelled(session, id).await;
            let what = format!("{} is cancelled: the service had not begun it, so nothing is billed", named(job));
            return Err(of_job(session.interrupts.failure(&what), job));
        }
        Ok(Ok(CancelState::AlreadyCompleted)) => {
            session.output.note(&done(job));
            return Ok(());
        }
        Ok(Ok(CancelState::CancellationRequested)) => {
            cancel_asked(session, id).await;
            "the service has begun it, and may ignore the cancellation".to_owned()
        }
        Ok(Ok(other)) => format!("the service answered `{other}` to the cancel"),
        Ok(Err(error)) => format!("it could not be cancelled: {error}"),
        Err(_) => "the service did not answer the cancel".to_owned(),
    };
    session.output.note(&format!(
        "{}: {answered}; it may finish all the same, and is billed then; Ctrl-C again leaves at once",
        named(job)
    ));
    Ok(())
}

/// The request as a sentence begins with it.
fn named(job: &Job<Value>) -> String {
    format!("request `{}`", clean::line(job.request_id()))
}

/// What is said of a job that is asked to end too late.
fn done(job: &Job<Value>) -> String {
    format!("{} is done already, so it is billed and its files are fetched", named(job))
}

/// The deadline has passed: cancels, and says what became of that. A job that is done by then is not wasted.
async fn late(session: &mut Session, job: &Job<Value>, id: i64, until: Instant) -> Result<(), Failure> {
    let asking = timeout_at(until, job.cancel());
    let Some(outcome) = session.interrupts.unless(asking).await else { return Err(left(session, job, id)) };
    let message = match outcome {
        Err(_) => "not done in time, and the service did not answer the cancel".to_owned(),
        Ok(Ok(CancelState::AlreadyCompleted)) => return Ok(()),
        Ok(Ok(CancelState::Ok)) => {
            cancelled(session, id).await;
            return Err(of_job(
                Failure::new(ErrorKind::Timeout, "not done in time, so it was cancelled before it ran"),
                job,
            ));
        }
        Ok(Ok(_)) => {
            cancel_asked(session, id).await;
            "not done in time: the service was asked to cancel, but it may finish and be billed".to_owned()
        }
        Ok(Err(error)) => format!("not done in time, and it could not be cancelled: {error}"),
    };
    Err(open(session, job, id, Failure::new(ErrorKind::Timeout, message)))
}

async fn cancelled(session: &mut Session, id: i64) {
    let noted = session.note(move |ledger| ledger.close(id, &Closing::Cancelled)).await;
    warn_unless(noted, "the request was cancelled");
}

async fn cancel_asked(session: &mut Session, id: i64) {
    let noted = session.note(move |ledger| ledger.note(id, CANCEL_ASKED)).await;
    warn_unless(noted, "the service was asked to cancel");
}

/// Ctrl-C a second time.
fn left(session: &Session, job: &Job<Value>, id: i64) -> Failure {
    let what = format!("left; {} may still run and be billed", named(job));
    open(session, job, id, session.interrupts.failure(&what))
}

/// A failure that leaves the row open.
fn open(session: &Session, job: &Job<Value>, id: i64, failure: Failure) -> Failure {
    let mut failure = of_job(failure, job);
    failure.facts.may_have_been_accepted = true;
    session.with_resume_advice(failure, id)
}

/// A failed job is over; trouble on the way to it leaves the row open.
pub(crate) async fn failed(session: &mut Session, job: &Job<Value>, error: &Error, id: i64) -> Failure {
    let failure = failure::of_call(error, job.endpoint());
    if error.may_have_been_accepted() && error.is_auth() {
        let why = "the queue knows it no longer, or this key may not ask: run this again with a key that may read the request history";
        return session.with_close_advice(session.with_resume_advice(failure.and(why), id), id);
    }
    if error.may_have_been_accepted() {
        return session.with_resume_advice(failure, id);
    }
    // This does not mean that the job is over: the account or the service may be the wrong one.
    if error.is_not_found() {
        return session.with_close_advice(failure, id);
    }
    if error.is_cancelled() {
        cancelled(session, id).await;
        return failure;
    }
    let closing = Closing::Failed { why: clean::hidden(failure.message()).into_owned() };
    let noted = session.note(move |ledger| ledger.close(id, &closing)).await;
    warn_unless(noted, "the request has failed");
    failure
}

fn of_job(mut failure: Failure, job: &Job<Value>) -> Failure {
    failure.facts.endpoint = Some(job.endpoint().id);
    failure.facts.request_id = Some(job.request_id().to_owned());
    failure
}

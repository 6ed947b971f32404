//! The early end of a call: at its deadline, when its caller cancels it, or when its caller gives up what is not sent
//! yet.

use crate::call::operation::Operation;
use crate::clock::{self, Instant};
use crate::error::{Error, ErrorKind, RequestState};
use crate::transport::sent::Sent;
use futures_util::future::{BoxFuture, Either, FutureExt, select};
use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::time::Duration;
use tokio::time::{sleep_until, timeout, timeout_at};

/// Why a call ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It may take this long, and has.
    Deadline(Duration),
    /// Its caller gave it up.
    Cancelled,
}

impl Why {
    /// The error for `what`, which ended early for this reason.
    pub(crate) fn error(self, what: &str, rest: &str) -> Error {
        match self {
            Self::Deadline(deadline) => {
                Error::new(ErrorKind::Deadline, format!("{what} did not finish within {deadline:?}{rest}"))
            }
            Self::Cancelled => Error::new(ErrorKind::Cancelled, format!("{what} was given up by its caller{rest}")),
        }
    }
}

/// The deadline and the cancellation of one call, and the time to wind up afterwards. Once one of them has come, the
/// call only winds up what is under way.
pub(crate) struct Stop<'a> {
    deadline: Duration,
    /// The deadline; `None` if the clock cannot represent it.
    at: Option<Instant>,
    cancel: Option<BoxFuture<'a, ()>>,
    /// The caller's word that nothing more is to be sent; what is on its way goes on.
    unsent: Option<BoxFuture<'a, ()>>,
    /// Whether that word has come.
    gave_up_unsent: bool,
    came: Option<(Why, Instant)>,
    /// How long winding up may take.
    wind_up: Duration,
    /// Records when the request of this call is sent; `None` if nothing ends the call early.
    sent: Option<Sent>,
}

impl<'a> Stop<'a> {
    /// Neither a deadline nor a cancellation.
    pub(crate) fn never() -> Self {
        Self {
            deadline: Duration::MAX,
            at: None,
            cancel: None,
            unsent: None,
            gave_up_unsent: false,
            came: None,
            wind_up: Duration::ZERO,
            sent: None,
        }
    }

    pub(crate) fn new(deadline: Duration, cancel: Option<BoxFuture<'a, ()>>, wind_up: Duration) -> Self {
        let at = clock::now().checked_add(deadline);
        Self { deadline, at, cancel, wind_up, sent: Some(Sent::default()), ..Self::never() }
    }

    /// The same, which also ends when this is done, unless the request is on its way by then.
    pub(crate) fn with_unsent(self, unsent: Option<BoxFuture<'a, ()>>) -> Self {
        Self { unsent, ..self }
    }

    /// The same deadline, with another cancellation.
    pub(crate) fn with_cancel<'b>(&self, cancel: BoxFuture<'b, ()>) -> Stop<'b> {
        Stop {
            deadline: self.deadline,
            at: self.at,
            cancel: Some(cancel),
            wind_up: self.wind_up,
            sent: Some(Sent::default()),
            ..Stop::never()
        }
    }

    /// The reason, if one of the waits below has found that the end has come.
    pub(crate) fn came(&self) -> Option<Why> {
        self.came.map(|(why, _)| why)
    }

    /// The record of whether the request of this call was sent.
    pub(crate) fn sent(&self) -> Option<&Sent> {
        self.sent.as_ref()
    }

    /// How long until the deadline; `None` where there is none.
    pub(crate) fn before_deadline(&self) -> Option<Duration> {
        self.at.map(|at| at.saturating_duration_since(clock::now()))
    }

    /// What is left of the time to wind up.
    pub(crate) fn left(&self) -> Duration {
        self.wind_up.saturating_sub(self.came.map_or(Duration::ZERO, |(_, at)| clock::since(at)))
    }

    /// Waits for the end, and returns at once if it has come already.
    pub(crate) async fn wait(&mut self) -> Why {
        if let Some((why, _)) = self.came {
            return why;
        }
        let why = self.first(self.at).await.unwrap_or(Why::Deadline(self.deadline));
        self.has_come(why)
    }

    /// Waits for it or for that moment: `None` where the moment is first.
    async fn wait_until(&mut self, moment: Instant) -> Option<Why> {
        if self.came.is_some() || self.at.is_some_and(|at| at <= moment) {
            return Some(self.wait().await);
        }
        let why = self.first(Some(moment)).await?;
        Some(self.has_come(why))
    }

    /// Waits for the caller's word or for a moment, `None` where the moment is first. There is one timer, however many
    /// moments a call has.
    async fn first(&mut self, moment: Option<Instant>) -> Option<Why> {
        let moment = async {
            match moment {
                // A timer is a millisecond late, even for what is past.
                Some(moment) if moment <= clock::now() => {}
                Some(moment) => sleep_until(moment).await,
                None => pending().await,
            }
        };
        let cancel = async {
            match &mut self.cancel {
                Some(cancel) => cancel.await,
                None => pending().await,
            }
        };
        match select(pin!(moment), pin!(cancel)).await {
            Either::Left(_) => None,
            Either::Right(_) => Some(Why::Cancelled),
        }
    }

    /// Whether the end has come, or the caller has given up what is not sent. This is called before each attempt, so it
    /// sets no timer.
    pub(crate) fn is_here(&mut self) -> Option<Why> {
        if let Some((why, _)) = self.came {
            return Some(why);
        }
        if self.at.is_some_and(|at| at <= clock::now()) {
            return Some(self.has_come(Why::Deadline(self.deadline)));
        }
        if self.unsent.as_mut().is_some_and(|unsent| unsent.now_or_never().is_some()) {
            // A future that is done must not be polled again.
            self.unsent = None;
            self.gave_up_unsent = true;
        }
        if self.gave_up_unsent {
            return Some(Why::Cancelled);
        }
        self.cancel.as_mut()?.now_or_never()?;
        Some(self.has_come(Why::Cancelled))
    }

    fn has_come(&mut self, why: Why) -> Why {
        // A future that is done must not be polled again.
        self.cancel = None;
        self.came = Some((why, clock::now()));
        why
    }

    /// Does the work, unless the end comes first.
    pub(crate) async fn unless<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Why> {
        match select(pin!(work), pin!(self.wait())).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right((why, _)) => Err(why),
        }
    }

    /// Does the work before an attempt, unless the end comes first, or the caller gives up what is not sent.
    pub(crate) async fn before_sending<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Why> {
        let Some(mut unsent) = self.unsent.take() else {
            return if self.gave_up_unsent { Err(Why::Cancelled) } else { self.unless(work).await };
        };
        let done = match select(pin!(self.unless(work)), &mut unsent).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        };
        let Some(done) = done else {
            self.gave_up_unsent = true;
            return Err(Why::Cancelled);
        };
        self.unsent = Some(unsent);
        done
    }

    /// Does the work until the end comes; if it has come already, within the time that is left for winding up.
    pub(crate) async fn within<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        match self.came {
            Some(_) => timeout(self.left(), work).await.ok(),
            None => self.unless(work).await.ok(),
        }
    }

    /// Waits for an attempt that is under way; `None` if it takes longer than it may. The answer of a submit is waited
    /// for a while after the call's end, because it names the job that can then be cancelled. A run cannot be
    /// cancelled, so it has the time until its deadline. Where the caller gives up what is not sent only, an attempt that
    /// is on its way goes on as if nothing had been said.
    ///
    /// The attempt is not moved, because it is large.
    pub(crate) async fn attempt<T>(
        &mut self,
        operation: Operation,
        most: Option<Duration>,
        mut attempt: Pin<&mut impl Future<Output = T>>,
    ) -> Result<Option<T>, Why> {
        let latest = most.map(clock::after);
        let (sent, mut unsent, mut gave_up) = (self.sent.clone(), self.unsent.take(), self.gave_up_unsent);
        let first = {
            let forbidden = async {
                if let Some(unsent) = &mut unsent {
                    unsent.await;
                    gave_up = true;
                    if sent.as_ref().is_some_and(Sent::forbid) {
                        return;
                    }
                }
                pending::<()>().await;
            };
            let end = async {
                match latest {
                    Some(latest) => self.wait_until(latest).await,
                    None => Some(self.wait().await),
                }
            };
            match select(attempt.as_mut(), select(pin!(end), pin!(forbidden))).await {
                Either::Left((outcome, _)) => First::Done(outcome),
                Either::Right((Either::Left((None, _)), _)) => First::Late,
                Either::Right((Either::Left((Some(why), _)), _)) => First::End(why),
                Either::Right((Either::Right(_), _)) => First::Forbidden,
            }
        };
        self.gave_up_unsent = gave_up;
        self.unsent = unsent.filter(|_| !gave_up);
        let why = match first {
            First::Done(outcome) => return Ok(Some(outcome)),
            First::Late => return Ok(None),
            First::Forbidden => return Err(Why::Cancelled),
            First::End(why) => why,
        };
        // A request that was not sent yet must not be sent any more.
        if self.sent.as_ref().is_some_and(Sent::forbid) {
            return Err(why);
        }
        let more = match (operation, why) {
            (Operation::Run, Why::Deadline(_)) => Some(Duration::ZERO),
            (Operation::Run, Why::Cancelled) => self.before_deadline(),
            // The rest of the time is for cancelling the job, or for the search for the request.
            _ => Some(self.left().mul_f64(0.6)),
        };
        let Some(end) = more.map(clock::after) else { return Ok(Some(attempt.await)) };
        match latest.filter(|latest| *latest < end) {
            Some(latest) => Ok(timeout_at(latest, attempt).await.ok()),
            None => timeout_at(end, attempt).await.map(Some).map_err(|_| match operation {
                Operation::Run => Why::Deadline(self.deadline),
                _ => why,
            }),
        }
    }

    /// The error of a call that ended before anything was sent, or between attempts that were all refused; or, `in_doubt`, after
    /// one that may have been accepted.
    pub(crate) fn not_sent(
        why: Why,
        operation: Operation,
        endpoint: Option<&str>,
        last: Option<Error>,
        in_doubt: bool,
    ) -> Error {
        let what = format!("the {} of `{}`", operation.name(), endpoint.unwrap_or_default());
        match (why, last) {
            // The last attempt's error says more than that the time is over.
            (Why::Deadline(_), Some(last)) => last,
            (why, last) => {
                let said = if in_doubt { ", and nothing more was sent" } else { ", and nothing was sent" };
                let error = why.error(&what, said).in_state(RequestState::NotSent);
                match last {
                    Some(last) => error.with_source(last),
                    None => error,
                }
            }
        }
    }

    /// The error of a call that ended while an attempt was on its way.
    pub(crate) fn in_flight(why: Why, operation: Operation, endpoint: Option<&str>) -> Error {
        let what = format!("the {} of `{}`", operation.name(), endpoint.unwrap_or_default());
        why.error(&what, "").in_state(RequestState::Unknown)
    }
}

/// What comes first while an attempt is under way.
enum First<T> {
    Done(T),
    /// The attempt takes longer than it may.
    Late,
    /// The call's deadline or cancellation.
    End(Why),
    /// The caller gives up what is not sent, and the attempt was not.
    Forbidden,
}

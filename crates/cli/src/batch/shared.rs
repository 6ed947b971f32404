//! What the workers of a batch share: the list of requests, and the results so far.

use crate::batch::bar::{Bar, Standing};
use crate::batch::plan::{Plan, Task};
use crate::batch::results::Results;
use crate::batch::throttle::Throttle;
use crate::calls::session::Session;
use crate::exit::{ErrorKind, Failure};
use crate::interrupt::Halt;
use crate::output::{Paths, print_failure};
use tokio::time::Instant;

/// The most failures that are told one by one.
const MAX_TOLD: u64 = 20;

/// What came of the requests of this run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    pub(super) saved: u64,
    pub(super) failed: u64,
    /// Of the failed, those that may have been billed.
    pub(super) unknown: u64,
    /// Another process is at work on them, or has done them.
    pub(super) elsewhere: u64,
}

/// What the workers share.
pub(super) struct Shared {
    plan: Plan,
    pub(super) results: Results,
    /// Of what is saved, on stdout.
    pub(super) paths: Paths,
    pub(super) done: Done,
    /// Why nothing more is begun.
    pub(super) stop: Option<Failure>,
    /// Tells the workers of it.
    halt: Halt,
    /// The first failure, and whether all end alike.
    pub(super) first: Option<(Failure, bool)>,
    throttle: Throttle,
    /// Tasks that are worked on.
    active: u32,
    pub(super) bar: Bar,
    pub(super) total: u64,
}

/// What a worker does next.
pub(super) enum Next {
    Do(Task),
    Wait,
    Leave,
}

impl Shared {
    pub(super) fn new(plan: Plan, results: Results, bar: Bar, halt: Halt, concurrency: u32, total: u64) -> Self {
        Self {
            plan,
            results,
            paths: Paths::default(),
            done: Done::default(),
            stop: None,
            halt,
            first: None,
            throttle: Throttle::new(concurrency, Instant::now()),
            active: 0,
            bar,
            total,
        }
    }

    /// What is to be done next; a task that is given is [ended](Self::ended) or [put back](Self::put_back).
    pub(super) fn next(&mut self, session: &Session) -> Result<Next, Failure> {
        if self.stop.is_some() || !self.plan.has_more()? {
            return Ok(Next::Leave);
        }
        if let Some(until) = session.too_many.heard() {
            self.too_many(session, until);
        }
        if !self.throttle.allows(self.active, Instant::now()) {
            return Ok(Next::Wait);
        }
        let Some(task) = self.plan.next()? else { return Ok(Next::Leave) };
        self.active += 1;
        Ok(Next::Do(task))
    }

    /// A task is done with.
    pub(super) fn ended(&mut self) {
        self.active = self.active.saturating_sub(1);
    }

    /// The service has not taken a request, as there are too many: its task is the next one.
    pub(super) fn put_back(&mut self, session: &Session, task: Task) {
        self.ended();
        self.plan.put_back(task);
        self.too_many(session, Instant::now());
    }

    fn too_many(&mut self, session: &Session, until: Instant) {
        if let Some(allowed) = self.throttle.too_many(until, Instant::now()) {
            session.output.note(&format!("the service asks for fewer requests: at most {allowed} at once for now"));
        }
    }

    /// Nothing more is begun; the first reason counts. What was drawn and not sent is not sent either, except where it is the
    /// limit on the cost that is reached: it is within that.
    pub(super) fn stop(&mut self, why: Failure) {
        if why.kind() != ErrorKind::Cost {
            self.halt.say();
        }
        self.stop.get_or_insert(why);
    }

    pub(super) fn fail(&mut self, failure: &Failure) {
        self.done.failed += 1;
        self.done.unknown += u64::from(failure.facts.may_have_been_accepted || failure.kind() == ErrorKind::Unknown);
        if self.done.failed <= MAX_TOLD {
            print_failure(failure);
        }
        match &mut self.first {
            None => self.first = Some((failure.clone(), true)),
            Some((first, alike)) => *alike &= first.exit() == failure.exit(),
        }
    }

    /// How far it is, for somebody who watches.
    pub(super) fn tell(&mut self, session: &Session) {
        let done = self.done;
        self.bar.tell(Standing { done: done.all(), failed: done.failed, micros: session.budget.spent() });
    }
}

impl Done {
    /// How many are done with, in whatever way.
    fn all(self) -> u64 {
        self.saved + self.failed + self.elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::Done;

    #[test]
    fn what_failed_and_what_another_process_does_is_done_with_too() {
        // Those of unknown outcome are among the failed.
        assert_eq!(Done { saved: 40, failed: 5, unknown: 3, elsewhere: 2 }.all(), 47);
    }
}

//! One row of the goals: a piece of work, who does it, and which figures are wanted.

use super::figures::Sample;
use super::program::Program;
use super::work::Work;

/// One piece of work, and who does it.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    pub(super) work: Work,
    pub(super) programs: &'static [Program],
    pub(super) metrics: Vec<Metric>,
}

/// How the figures come about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The program measures itself.
    Inside,
    /// valgrind counts the instructions of one call.
    Instructions,
    /// The time from a process' start to its end, around one call.
    Start,
    /// The same around nothing.
    Version,
    /// The ledger writes all of a row, and nothing else is done.
    Ledger,
    /// The command line makes the pictures of a file.
    Batch,
    /// It only looks at one.
    Survey,
}

/// One figure of a row.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) of: fn(&Sample) -> f64,
    pub(super) goal: Goal,
}

/// What our figure should be; what is relative is so to reqwest by hand, round by round.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    None,
    AtMost(f64),
    AtMostTimes(f64),
    AtLeastTimes(f64),
    AtMostAbove(f64),
}

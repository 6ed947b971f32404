//! One row of the goals: a piece of work, who does it, and which figures are wanted.

use super::figures::Sample;
use super::program::Program;
use super::work::Work;
use std::fmt;

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
    /// The time of a run over TLS that follows a job and saves its picture, beyond the job's own time.
    BeyondJob,
    /// The command line's memory while it saves a picture.
    Picture,
    /// The ledger writes all of a row, and nothing else is done.
    Ledger,
    /// The command line makes the pictures of a file.
    Batch,
    /// It only looks at one.
    Survey,
    /// `cargo xtask codegen --check`, built with these flags.
    Codegen(&'static [&'static str]),
    /// A package of the workspace, built from nothing with these flags.
    Build(&'static str, &'static [&'static str]),
    /// All tests.
    Tests,
}

impl Row {
    /// Whether it is measured once whatever is asked for: instructions are the same each time, and the others take minutes.
    pub(super) fn is_measured_once(&self) -> bool {
        let takes_minutes = matches!(self.kind, Kind::Batch | Kind::Survey | Kind::Build(..) | Kind::Tests);
        self.kind == Kind::Instructions || takes_minutes || self.work.at_once >= MINUTES
    }
}

/// So many jobs at once, and more, take minutes.
const MINUTES: usize = 10_000;

/// One figure of a row.
pub(super) struct Metric {
    pub(super) name: &'static str,
    /// What it is of a program that measures itself; what is measured from outside comes in the order of the row's metrics.
    pub(super) of: fn(&Sample) -> f64,
    pub(super) goals: Vec<Goal>,
}

/// What our figure should be; what is relative to a program's is so round by round.
#[derive(Clone, Copy)]
#[allow(clippy::enum_variant_names, reason = "they read as the goals do")]
pub(super) enum Goal {
    AtMost(f64),
    AtMostTimes(f64, Program),
    AtLeastTimes(f64, Program),
    AtMostAbove(f64, Program),
}

impl Goal {
    /// Whether a figure, or what became of it beside the other program's, is as it should be.
    pub(super) fn is_met_by(self, found: f64) -> bool {
        match self {
            Self::AtMost(most) | Self::AtMostTimes(most, _) | Self::AtMostAbove(most, _) => found <= most,
            Self::AtLeastTimes(least, _) => found >= least,
        }
    }

    /// What is written behind the figure that is held against it.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::AtMost(_) => "",
            Self::AtMostTimes(..) | Self::AtLeastTimes(..) => " ×",
            Self::AtMostAbove(..) => " above",
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "at most {most}"),
            Self::AtMostTimes(most, beside) => write!(f, "at most {most} × {beside}"),
            Self::AtLeastTimes(least, beside) => write!(f, "at least {least} × {beside}"),
            Self::AtMostAbove(most, beside) => write!(f, "at most {most} above {beside}"),
        }
    }
}

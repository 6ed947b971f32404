//! One row of the goals: a piece of work, who does it, and which figures are wanted.

use super::figures::Sample;
use super::program::Program;
use super::result::RowResult;
use super::server::Behaviour;
use super::setup::Setup;
use crate::error::Result;

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
}

/// What a program is told to do.
#[derive(Clone, Copy)]
pub(super) struct Work {
    pub(super) task: &'static str,
    pub(super) count: usize,
    pub(super) at_once: usize,
    pub(super) warm_up: usize,
    pub(super) tls: bool,
    pub(super) behaviour: Behaviour,
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

impl Row {
    /// Lets every program do the work, in turn, round by round.
    pub(super) fn measure(self, setup: &Setup, rounds: usize) -> RowResult {
        // Instructions are the same each time.
        let rounds = if self.kind == Kind::Instructions { 1 } else { rounds };
        let empty = || vec![Vec::new(); self.metrics.len()];
        let mut programs: Vec<_> = self.programs.iter().map(|&program| (program, Ok(empty()))).collect();
        for _ in 0..rounds {
            for (program, figures) in &mut programs {
                let Ok(so_far) = figures else { continue };
                match self.once(setup, *program) {
                    Ok(values) => so_far.iter_mut().zip(values).for_each(|(metric, value)| metric.push(value)),
                    Err(error) => *figures = Err(error),
                }
            }
        }
        RowResult { row: self, programs }
    }

    fn once(&self, setup: &Setup, program: Program) -> Result<Vec<f64>> {
        Ok(match self.kind {
            Kind::Inside => {
                let sample = program.run(setup, &self.work)?;
                self.metrics.iter().map(|metric| (metric.of)(&sample)).collect()
            }
            Kind::Instructions => vec![program.instructions(setup, &self.work)?],
            Kind::Start => vec![program.start_ms(setup, &self.work)?],
            Kind::Version => vec![program.version_ms(setup, &self.work)?],
        })
    }
}

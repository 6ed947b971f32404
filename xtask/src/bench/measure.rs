//! A row, measured.

use super::program::{self, Program};
use super::result::RowResult;
use super::row::{Kind, Row};
use super::setup::Setup;
use super::{batch, command_line, workspace};
use crate::error::Result;

/// Lets every program do the work, in turn, round by round. What is not ours and not made by hand is there in the first round
/// only: it takes most of a round's time, and no goal is held against it.
pub(super) fn measure(row: Row, setup: &Setup, rounds: usize) -> RowResult {
    let rounds = if row.is_measured_once() { 1 } else { rounds };
    let empty = || vec![Vec::new(); row.metrics.len()];
    let mut programs: Vec<_> = row.programs.iter().map(|&program| (program, Ok(empty()))).collect();
    for round in 0..rounds {
        for (program, figures) in programs.iter_mut().filter(|(program, _)| round == 0 || !program.is_of_others()) {
            let Ok(so_far) = figures else { continue };
            match once(&row, setup, *program) {
                Ok(values) => so_far.iter_mut().zip(values).for_each(|(metric, value)| metric.push(value)),
                Err(error) => *figures = Err(error),
            }
        }
    }
    RowResult { row, programs }
}

/// The row's figures, in the order of its metrics.
fn once(row: &Row, setup: &Setup, program: Program) -> Result<Vec<f64>> {
    let work = &row.work;
    Ok(match row.kind {
        Kind::Inside => {
            let sample = program.run(setup, work)?;
            row.metrics.iter().map(|metric| (metric.of)(&sample)).collect()
        }
        Kind::Instructions => vec![program.instructions(setup, work)?],
        Kind::Start => vec![command_line::start_ms(program, setup, work)?],
        Kind::Version => vec![command_line::version_ms(program, setup, work)?],
        Kind::BeyondJob => vec![command_line::beyond_job_ms(program, setup, work)?],
        Kind::Picture => vec![command_line::picture(setup, work)?.peak_mib()],
        Kind::Ledger => vec![program::ledger(setup, work)?.wall_us_each()],
        Kind::Batch => {
            let ended = batch::run(setup, work, &[])?;
            let rows = u32::try_from(work.count).unwrap_or(u32::MAX);
            vec![f64::from(rows) / ended.wall.as_secs_f64(), ended.peak_mib()]
        }
        Kind::Survey => {
            let ended = batch::run(setup, work, &["--dry-run"])?;
            vec![ended.wall.as_secs_f64(), ended.peak_mib()]
        }
        Kind::Codegen(flags) => vec![workspace::codegen_ms(setup, flags, work.count)?],
        Kind::Build(package, flags) => workspace::build(setup, package, flags)?,
        Kind::Tests => workspace::tests(setup)?,
    })
}

//! A row, measured.

use super::program::Program;
use super::result::RowResult;
use super::row::{Kind, Row};
use super::setup::Setup;
use crate::error::Result;

/// Lets every program do the work, in turn, round by round.
pub(super) fn measure(row: Row, setup: &Setup, rounds: usize) -> RowResult {
    // Instructions are the same each time.
    let rounds = if row.kind == Kind::Instructions { 1 } else { rounds };
    let empty = || vec![Vec::new(); row.metrics.len()];
    let mut programs: Vec<_> = row.programs.iter().map(|&program| (program, Ok(empty()))).collect();
    for _ in 0..rounds {
        for (program, figures) in &mut programs {
            let Ok(so_far) = figures else { continue };
            match once(&row, setup, *program) {
                Ok(values) => so_far.iter_mut().zip(values).for_each(|(metric, value)| metric.push(value)),
                Err(error) => *figures = Err(error),
            }
        }
    }
    RowResult { row, programs }
}

fn once(row: &Row, setup: &Setup, program: Program) -> Result<Vec<f64>> {
    Ok(match row.kind {
        Kind::Inside => {
            let sample = program.run(setup, &row.work)?;
            row.metrics.iter().map(|metric| (metric.of)(&sample)).collect()
        }
        Kind::Instructions => vec![program.instructions(setup, &row.work)?],
        Kind::Start => vec![program.start_ms(setup, &row.work)?],
        Kind::Version => vec![program.version_ms(setup, &row.work)?],
    })
}

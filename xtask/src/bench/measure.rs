//! A row, measured.

use super::batch;
use super::program::{self, Program};
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
        Kind::Ledger => vec![program::ledger(setup, &row.work)?.wall_us_each()],
        Kind::Batch => {
            let taken = batch::run(setup, &row.work, &[])?;
            let rows = u32::try_from(row.work.count).unwrap_or(u32::MAX);
            vec![f64::from(rows) / taken.seconds(), taken.peak_mib()]
        }
        Kind::Survey => {
            let taken = batch::run(setup, &row.work, &["--dry-run"])?;
            vec![taken.seconds(), taken.peak_mib()]
        }
    })
}

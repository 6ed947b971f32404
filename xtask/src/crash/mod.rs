//! `cargo xtask crash`: kills the program with -9 at seeded points of a paid call, runs `ideogram jobs resume`, and
//! checks the result.
//!
//! Each point is one process, with its own ledger and folder, and a sandbox in another process. The sandbox holds a
//! call, so that the process is killed in exactly the wanted state. When a process is killed, everything that it has
//! written stays, synced or not; so at half of the points what was not synced is dropped as well, as in a power cut.
//! Then two processes at the same time continue what is open.

mod batch;
mod page;
mod picture;
mod point;
mod power_cut;
mod service;
mod state;
mod verdict;

use crate::cargo;
use crate::error::{Error, Result};
use crate::print::say;
pub use batch::{BatchVerdict, kill as kill_batches, run as run_batches};
use point::Point;
use power_cut::PowerCut;
pub use power_cut::Without;
use service::Service;
use state::State;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
pub use verdict::Verdict;
use verdict::{Outcome, judge};

/// How many points run at once, each with its own sandbox.
const AT_ONCE: usize = 3;
/// How often each state must be hit at least, if there are enough points.
const AT_LEAST: usize = 5;

/// Builds the program, kills it at `points` points, prints the result, and writes it into `docs/RELIABILITY.md` if
/// asked to.
///
/// # Errors
/// The program cannot be built or started, a state could not be hit, or the page cannot be written.
pub fn run(root: &Path, points: usize, seed: u64, without: Option<Without>, write: bool) -> Result<ExitCode> {
    let program = cargo::program(root, "ideogram")?;
    let begun = Instant::now();
    let verdict = kill(&program, &root.join("target/crash"), points, seed, without)?;
    for (state, hits) in &verdict.hits {
        say!("{hits:>5}  {state}");
    }
    for state in verdict.missed() {
        say!("not hit often enough: {state}");
    }
    say!("{points} points in {} s: {verdict}", begun.elapsed().as_secs());
    if write {
        page::write(root, points, seed, &verdict)?;
    }
    Ok(if verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Kills a program at `points` points, each with its files below `folder`, which is emptied first.
///
/// # Errors
/// The program cannot be started, or a state could not be hit.
pub fn kill(program: &Path, folder: &Path, points: usize, seed: u64, without: Option<Without>) -> Result<Verdict> {
    let _ = std::fs::remove_dir_all(folder);
    let power_cut = PowerCut::build(folder, without)?;
    let outcomes = all(program, folder, &power_cut, &plan(points, seed))?;
    Ok(judge(&outcomes, AT_LEAST.min(points / State::ALL.len())))
}

/// The plan of the points: the states in turn. In every fourth round the call is synchronous, if the state allows it,
/// and half of the rounds end in a power cut.
fn plan(points: usize, seed: u64) -> Vec<Point> {
    let states = State::ALL.into_iter().cycle();
    let rounds = (0..).flat_map(|round: u64| std::iter::repeat_n(round, State::ALL.len()));
    (0..)
        .zip(states.zip(rounds))
        .take(points)
        .map(|(number, (state, round))| Point {
            number,
            seed,
            state,
            sync: round % 4 == 3 && state.is_in_one_piece(),
            power_cut: (round + round / 4) % 2 == 0,
        })
        .collect()
}

/// Runs the points, some at once; the first error ends them.
fn all(program: &Path, folder: &Path, power_cut: &PowerCut, points: &[Point]) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<Outcome>> {
        let service = Service::start(program)?;
        let mut outcomes = Vec::new();
        while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = point.run(program, &service, power_cut, folder);
            outcomes.push(outcome.inspect_err(|_| next.store(points.len(), Ordering::Relaxed))?);
        }
        Ok(outcomes)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut outcomes = Vec::new();
        for worker in workers {
            outcomes.extend(worker.join().map_err(|_| Error::new("a thread of this program ended early"))??);
        }
        Ok(outcomes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_hits_every_state_both_ways() {
        let plan = plan(200, 1);
        assert_eq!(plan.len(), 200);
        for state in State::ALL {
            let of = |sync| plan.iter().filter(|point| point.state == state && point.sync == sync).count();
            assert!(of(false) >= AT_LEAST, "{state}");
            assert_eq!(of(true) >= AT_LEAST, state.is_in_one_piece(), "{state}");
            for sync in [false, true].into_iter().filter(|sync| !sync || state.is_in_one_piece()) {
                let ends =
                    |cut| plan.iter().any(|point| (point.state, point.sync, point.power_cut) == (state, sync, cut));
                assert!(ends(true) && ends(false), "{state}");
            }
        }
    }
}

//! `cargo xtask bench`: the client beside others at the same work, and the page that says what came of it.
//!
//! Everything runs on this machine: the stub server and the programs of `tests/bench`, built in release, the command line,
//! and fal's own clients, installed from their registries into `target/bench`. A round runs every program of a row once,
//! one after the other, against a fresh server each; a figure is the median over the rounds. What takes minutes, and fal's own
//! clients, are measured in one round. Programs measure themselves, so that their start is not part of it, except where the
//! start is what is measured.

mod batch;
mod causes;
mod command_line;
mod figures;
mod measure;
mod page;
mod process;
mod program;
mod result;
mod row;
mod rows;
mod server;
mod setup;
mod work;
mod workspace;

use crate::error::{Error, Result};
use crate::print::{complain, say};
use result::RowResult;
use row::Row;
use rows::rows;
use setup::Setup;
use std::path::Path;
use std::process::ExitCode;

/// Builds, installs, measures the rows whose name holds `only`, each `rounds` times, and writes the page if they are all.
///
/// # Errors
/// When something cannot be built or installed, no row has the asked name, or the page cannot be written. A program
/// that fails at its work is a line of the page.
pub fn run(root: &Path, quick: bool, rounds: usize, only: &str) -> Result<ExitCode> {
    let chosen: Vec<Row> = rows(quick).into_iter().filter(|row| row.name.contains(only)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = rows(quick).iter().map(|row| row.name).collect();
        return Err(Error::new(format!("no row's name holds `{only}`; there are {}", names.join(", "))));
    }
    let others = chosen.iter().flat_map(|row| row.programs).any(|program| program.is_of_others());
    let setup = Setup::new(root, others)?;
    let mut results = Vec::new();
    for row in chosen {
        complain!("{}: {}", row.name, row.title);
        let result = measure::measure(row, &setup, rounds);
        crate::print::text(&page::section(&result));
        results.push(result);
    }
    let missed: Vec<_> = results.iter().flat_map(RowResult::verdicts).filter(|verdict| !verdict.met).collect();
    for verdict in &missed {
        say!("missed: {verdict}");
    }
    say!("{} goals missed", missed.len());
    if !quick && only.is_empty() {
        let path = root.join("docs/BENCHMARKS.md");
        std::fs::create_dir_all(root.join("docs"))
            .and_then(|()| std::fs::write(&path, page::page(&results, rounds)))
            .map_err(|error| Error::new(error.to_string()).in_file(&path))?;
        say!("wrote docs/BENCHMARKS.md");
    }
    Ok(ExitCode::SUCCESS)
}

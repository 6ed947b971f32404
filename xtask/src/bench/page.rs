//! The page that says what came of it.

use super::figures::median;
use super::program::Program;
use super::result::{RowResult, figure};
use crate::sources::lock::today;
use std::fmt::Write as _;

/// `docs/BENCHMARKS.md`.
pub(super) fn page(results: &[RowResult], rounds: usize) -> String {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut text = format!(
        "# Benchmarks\n\n\
        <!-- Written by `cargo xtask bench`; do not edit. -->\n\n\
        Made on {} by `cargo xtask bench --rounds {rounds}` on {processors} processors, everything on one machine: a stub \
        server that answers as fal does and does no work, and beside `ideogram-client` two minimal clients written by \
        hand on reqwest 0.13 and hyper 1, fal's Python client 1.0.3 and JavaScript client 1.10.1, and curl. The programs \
        are in `tests/bench`.\n\n\
        In a round, every program of a row runs once, one after another, each against a fresh server. A figure is the \
        median of the rounds; the ratio in brackets, to reqwest by hand, is the median of the rounds' ratios. \
        Fal's clients are measured in the first round; instructions, 10,000 jobs and more at once, batches, cold builds and \
        the tests are measured once. Other work on the machine moves all figures of a round, so the ratio is what counts. \
        Rust programs use one thread. CPU is user and system time without the program's start, peak memory the whole \
        process; memory per job is the growth since the start, divided by the jobs. \"Late\" is the time from a job's completion at \
        the server until the client has its result; ideal is the time of the longest job; connections are all that were \
        opened. Our command line has its ledger and its picture safe on the disk when it ends, which the others do not. \
        A cold build starts with everything downloaded and nothing built; its CPU is that of cargo and all compilers. \
        Crates that have no setting for the service's address, such as `fal` 0.3.6, are not measured.\n\n",
        today()
    );
    let verdicts: Vec<_> = results.iter().flat_map(RowResult::verdicts).collect();
    let missed: Vec<_> = verdicts.iter().filter(|verdict| !verdict.met).collect();
    let _ = write!(text, "## Goals\n\n{} goals, {} missed.\n\n", verdicts.len(), missed.len());
    text.push_str("| Work | Figure | Goal | Found | |\n|---|---|---|---|---|\n");
    for verdict in &verdicts {
        let word = if verdict.met { "met" } else { "**missed**" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {word} |",
            verdict.title, verdict.metric, verdict.goal, verdict.found
        );
    }
    text.push('\n');
    if !missed.is_empty() {
        text.push_str("## Missed\n\n");
        for verdict in missed {
            let _ = writeln!(text, "- {verdict}");
        }
        text.push('\n');
    }
    for result in results {
        text.push_str(&section(result));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// One row of the goals as a table of its own.
pub(super) fn section(result: &RowResult) -> String {
    let mut text = format!("## {}\n\n`cargo xtask bench --only {}`\n\n|", title(result.row.title), result.row.name);
    let names = result.row.metrics.iter().map(|metric| metric.name);
    for name in std::iter::once("").chain(names) {
        let _ = write!(text, " {name} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(result.row.metrics.len()));
    text.push('\n');
    for (program, figures) in &result.programs {
        let _ = write!(text, "| {program} |");
        match figures {
            Ok(figures) => {
                for (index, values) in figures.iter().enumerate() {
                    let _ = write!(text, " {}", figure(median(values.clone())));
                    if let Some(ratio) =
                        result.ratio(*program, Program::Reqwest, index).filter(|_| *program != Program::Reqwest)
                    {
                        let _ = write!(text, " ({} ×)", figure(ratio));
                    }
                    text.push_str(" |");
                }
            }
            Err(error) => {
                let error = error.to_string().replace('|', "\\|");
                let _ = write!(text, " failed: {error} |");
                text.push_str(&" |".repeat(result.row.metrics.len().saturating_sub(1)));
            }
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

fn title(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

//! `cargo xtask tidy`: checks rules of the workspace that no compiler checks.

use crate::error::Result;
use crate::print::{complain, say};
use std::path::Path;
use std::process::ExitCode;

/// Runs the command: prints a line for each breach of a rule, and fails if there is one.
///
/// # Errors
/// A file that cannot be read or understood, and a cargo that cannot be asked.
pub fn run(root: &Path) -> Result<ExitCode> {
    let report = crate::tidy::run(root)?;
    for cycle in &report.cycles {
        say!("allowed cycle: {cycle}");
    }
    for breach in &report.breaches {
        complain!("{breach}");
    }
    say!("{} modules, {} breaches", report.modules, report.breaches.len());
    Ok(if report.breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

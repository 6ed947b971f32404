//! `cargo xtask tidy`: hold the workspace to what no compiler looks at.

use crate::error::Result;
use crate::print::{complain, say};
use std::path::Path;
use std::process::ExitCode;

/// Runs the command: a line for each breach, and failure where there is one.
///
/// # Errors
/// A file that cannot be read or understood, and a cargo that cannot be asked.
pub fn run(root: &Path) -> Result<ExitCode> {
    let report = crate::tidy::run(root)?;
    for circle in &report.circles {
        say!("allowed circle: {circle}");
    }
    for breach in &report.breaches {
        complain!("{breach}");
    }
    say!("{} modules, {} breaches", report.modules, report.breaches.len());
    Ok(if report.breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! `cargo xtask lint`: what the upstream documents say and the Rust code does not carry.

use crate::describe::lint;
use crate::error::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// The arguments of `cargo xtask lint`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask lint\n  cargo xtask lint --all")]
pub struct Args {
    /// List every place of every allowance, not only how many there are
    #[arg(long)]
    pub all: bool,
}

/// Runs the command.
///
/// # Errors
/// The files that say what to look at cannot be read.
pub fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let report = lint::lint(root)?;
    let mut places: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    for allowed in &report.allowed {
        let place = format!("{}#{}", allowed.file, allowed.pointer);
        places.entry((allowed.pointer.last(), &allowed.reason)).or_default().push(place);
    }
    for ((keyword, reason), places) in &places {
        println!("allowed `{keyword}` in {} places: {reason}", places.len());
        places.iter().filter(|_| args.all).for_each(|place| println!("    {place}"));
    }
    for problem in &report.problems {
        eprintln!("error: {problem}");
    }
    println!("{} problems, {} allowances", report.problems.len(), report.allowed.len());
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

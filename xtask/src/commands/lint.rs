//! `cargo xtask lint`: lists what the upstream documents contain and the Rust code does not express.

use crate::emit::workspace;
use crate::error::Problems;
use crate::print::{complain, say};
use crate::sources::Sources;
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

/// Runs the command: lists everything for which codegen would stop, and what it leaves out for a reason.
///
/// # Errors
/// Never: problems are its output.
pub fn run(root: &Path, args: &Args) -> Result<ExitCode, Problems> {
    let (described, problems) = workspace::problems(&Sources::load(root));
    let mut places: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    for allowed in &described.allowed {
        let place = format!("{}#{}", allowed.file, allowed.pointer);
        places.entry((allowed.pointer.last(), &allowed.reason)).or_default().push(place);
    }
    for ((keyword, reason), places) in &places {
        say!("allowed `{keyword}` in {} places: {reason}", places.len());
        places.iter().filter(|_| args.all).for_each(|place| say!("    {place}"));
    }
    for problem in &problems {
        complain!("error: {problem}");
    }
    say!("{} problems, {} allowances", problems.len(), described.allowed.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

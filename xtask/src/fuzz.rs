//! `cargo xtask fuzz`: runs the targets of `tests/fuzz`, some at once, and says how long each may take.

use crate::cargo;
use crate::error::{Error, Result};
use std::path::Path;
use std::process::ExitCode;

/// Where the targets stand, a file each.
const TARGETS: &str = "tests/fuzz/targets";

/// How long a run takes, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// All targets.
    Together(u64),
    /// Each target.
    Each(u64),
}

/// Runs some targets, or all of them.
///
/// # Errors
/// There is no such target, or cargo cannot be started.
pub fn run(root: &Path, wanted: &[String], time: Time, seed: u64) -> Result<ExitCode> {
    let chosen = choose(targets(root)?, wanted)?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(chosen.len());
    let status = cargo::command(root)
        // With the whole workspace's features, so that `cargo test --workspace` and this build the same once.
        .args(["test", "--quiet", "--workspace", "--test", "fuzz", "--", "--nocapture", "--exact"])
        .arg(format!("--test-threads={threads}"))
        .args(chosen.iter().map(|name| format!("{name}::{name}")))
        .env("FUZZ_SECONDS", share(time, chosen.len(), threads).to_string())
        .env("FUZZ_SEED", seed.to_string())
        .env("RUST_BACKTRACE", "0")
        .status()
        .map_err(|error| Error::new(format!("cargo cannot be started: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The names of all targets, in order.
fn targets(root: &Path) -> Result<Vec<String>> {
    let unreadable = |error: std::io::Error| Error::new(format!("cannot be listed: {error}")).in_file(TARGETS);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join(TARGETS)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".rs").filter(|name| *name != "main").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn choose(all: Vec<String>, wanted: &[String]) -> Result<Vec<String>> {
    match wanted.iter().find(|name| !all.contains(name)) {
        Some(name) => Err(Error::new(format!("there is no target `{name}`; there are `{}`", all.join("`, `")))),
        None if wanted.is_empty() => Ok(all),
        None => Ok(wanted.to_vec()),
    }
}

/// The seconds of one target. Where a time for all targets is given, they run in groups of as many as there are
/// threads, and the groups share the time.
fn share(time: Time, targets: usize, threads: usize) -> u64 {
    match time {
        Time::Each(seconds) => seconds,
        Time::Together(seconds) => (seconds / targets.div_ceil(threads.max(1)).max(1) as u64).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_all_is_shared_by_those_that_run_at_once() {
        assert_eq!(share(Time::Together(600), 13, 2), 85);
        assert_eq!(share(Time::Together(600), 1, 1), 600);
        assert_eq!(share(Time::Together(1), 13, 1), 1);
        assert_eq!(share(Time::Each(10), 13, 2), 10);
    }

    #[test]
    fn every_target_is_a_file_and_a_module_with_a_test_of_its_name() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let names = targets(&root).unwrap();
        let main = std::fs::read_to_string(root.join(TARGETS).join("main.rs")).unwrap();
        for name in &names {
            let text = std::fs::read_to_string(root.join(TARGETS).join(format!("{name}.rs"))).unwrap();
            assert!(
                main.contains(&format!("\nmod {name};")) && text.contains(&format!("#[test]\nfn {name}()")),
                "{name}"
            );
        }
        assert_eq!(choose(names.clone(), &[]).unwrap(), names);
        let wrong = choose(names, &["see".to_owned()]).unwrap_err().to_string();
        assert!(wrong.starts_with("there is no target `see`; there are `answer`, `bodies`, "), "{wrong}");
    }
}

//! What the workspace costs its maintainers: generating, building from nothing, and testing.

use super::process;
use super::setup::{Setup, step};
use crate::cargo;
use crate::error::{Error, Result};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);
/// The unit in which Linux reports the time of processes: hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// The median time of `cargo xtask codegen --check` in milliseconds, by the program that is built with these flags.
pub(super) fn codegen_ms(setup: &Setup, flags: &[&str], runs: usize) -> Result<f64> {
    let program = cargo::build(&setup.root, "xtask", &[&["--bin", "xtask"], flags].concat())?;
    let mut command = Command::new(program);
    process::median_ms(runs, command.args(["codegen", "--check"]).current_dir(&setup.root), LIMIT)
}

/// Builds a package with nothing built before: processor time and time in seconds, and the number of packages.
pub(super) fn build(setup: &Setup, package: &str, flags: &[&str]) -> Result<Vec<f64>> {
    let target = setup.folder.join("cold");
    let _ = std::fs::remove_dir_all(&target);
    // Downloads are not part of the build time.
    step(cargo::command(&setup.root).args(["fetch", "--locked", "--quiet"]))?;
    let mut command = cargo::command(&setup.root);
    command.args(["build", "--locked", "--quiet", "--package", package]).args(flags);
    // A cache of compiled crates would hide what is measured.
    command.arg("--target-dir").arg(&target).env("RUSTC_WRAPPER", "").env_remove("RUSTC_WORKSPACE_WRAPPER");
    let before = cpu_seconds_of_children()?;
    let ended = process::run(&mut command, LIMIT);
    let cpu = cpu_seconds_of_children()? - before;
    let _ = std::fs::remove_dir_all(&target);
    Ok(vec![cpu, ended?.wall.as_secs_f64(), packages(&setup.root, package)?])
}

/// Runs all tests, built before: the time in minutes, and how many tests took more than a minute.
pub(super) fn tests(setup: &Setup) -> Result<Vec<f64>> {
    let test = || {
        let mut command = cargo::command(&setup.root);
        command.args(["test", "--workspace"]);
        command
    };
    step(test().args(["--no-run", "--quiet"]))?;
    let ended = process::run(&mut test(), LIMIT)?;
    Ok(vec![ended.wall.as_secs_f64() / 60.0, slow_tests(&ended.stdout)])
}

/// Counts the tests that the test harness reports as slow.
fn slow_tests(stdout: &str) -> f64 {
    let told = stdout.lines().filter(|line| line.ends_with("has been running for over 60 seconds")).count();
    f64::from(u32::try_from(told).unwrap_or(u32::MAX))
}

/// How many packages are built for a package, itself included.
fn packages(root: &Path, package: &str) -> Result<f64> {
    let tree = ["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--package", package];
    let tree = cargo::output(root, &tree)?;
    // Behind name and version stands where it comes from, and whether it was listed before.
    let names: BTreeSet<_> = tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>()).collect();
    Ok(f64::from(u32::try_from(names.len()).unwrap_or(u32::MAX)))
}

/// The processor time of all processes that this one has started and seen end, and of those that they started.
fn cpu_seconds_of_children() -> Result<f64> {
    let file = "/proc/self/stat";
    let text = std::fs::read_to_string(file).map_err(|error| Error::new(error.to_string()).in_file(file))?;
    ticks_of_children(&text)
        .map(|ticks| f64::from(ticks) / TICKS_A_SECOND)
        .ok_or_else(|| Error::new("does not tell the time of children").in_file(file))
}

/// User and system time of the children that were waited for, `cutime` and `cstime` in proc(5).
fn ticks_of_children(stat: &str) -> Option<u32> {
    // The second field is the program's name, in brackets, with anything in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let times: Option<Vec<u32>> = fields.split_whitespace().skip(13).take(2).map(|field| field.parse().ok()).collect();
    times.filter(|times| times.len() == 2).map(|times| times.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::{slow_tests, ticks_of_children};

    #[test]
    fn the_time_of_children_is_read() {
        let stat = "7 (a (b) 1 2) S 1 7 7 0 -1 4194304 100 200 0 0 3 4 5000 60 20 0 1 0 99 1000 50";
        assert_eq!(ticks_of_children(stat), Some(5_060));
        assert_eq!(ticks_of_children("7 (a) S 1"), None);
    }

    #[test]
    fn tests_that_take_long_are_counted() {
        let told = "running 2 tests\ntest a::b has been running for over 60 seconds\ntest c ... ok\ntest a::b ... ok\n";
        assert_eq!(slow_tests(told).to_string(), "1");
    }
}

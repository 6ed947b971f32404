//! `cargo xtask conformance`: fal's own clients, and a tester of descriptions, against the sandbox.

mod bodies;
mod endpoints;
pub(crate) mod process;
mod tools;

pub use bodies::ask_framework;
pub use endpoints::with_endpoints;

use crate::cargo;
use crate::error::{Error, Result};
use crate::print::say;
use process::Sandbox;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where the drivers stand.
const DRIVERS: &str = "tests/conformance";
/// Where everything that a run installs and writes goes.
const PLACE: &str = "target/conformance";
/// The key that the drivers call with; a sandbox takes any of this form.
const KEY: &str = "sandbox:key";
/// How long a job runs: long enough to be seen running.
const SERVICE_TIME: [&str; 2] = ["--service-time", "200ms"];
/// No suite takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(900);

/// One set of drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Suite {
    /// fal's Python client, synchronous and asynchronous
    Python,
    /// fal's JavaScript client
    Javascript,
    /// Every answer of the sandbox against `openapi/run.json` and `openapi/queue.json`
    Description,
    /// The documentation page's first examples: curl, Python and JavaScript
    QuickStart,
    /// The command line as an MCP server, by the protocol's own Python client
    Mcp,
    /// The sandbox's own page and the pages of a gallery, in a browser
    Browser,
    /// Endpoints of other shapes, added to a copy of the workspace, by its command line and its sandbox
    Endpoints,
}

impl Suite {
    /// What takes long comes first, so that nothing is waited for alone at the end.
    const ALL: [Self; 7] = [
        Self::Python,
        Self::Browser,
        Self::Description,
        Self::Javascript,
        Self::QuickStart,
        Self::Mcp,
        Self::Endpoints,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Javascript => "javascript",
            Self::Description => "description",
            Self::QuickStart => "quick-start",
            Self::Mcp => "mcp",
            Self::Browser => "browser",
            Self::Endpoints => "endpoints",
        }
    }

    fn command(self, root: &Path) -> Command {
        let place = root.join(PLACE);
        if self == Self::Javascript {
            let mut command = Command::new("node");
            command.args(["--test", "--test-reporter=tap"]).arg(place.join("javascript/all.test.mjs"));
            return command;
        }
        let mut command = Command::new(place.join("venv/bin/python"));
        command.args(["-m", "pytest", "--tb=short"]).arg(root.join(DRIVERS).join(self.name()));
        command
    }
}

/// The counts that a suite reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Reads the closing lines of pytest (`1 failed, 2 passed in 3.4s`) and of node's test runner (`# pass 2`).
    fn read(log: &str) -> Self {
        let mut tally = Self::default();
        let pytest = log.lines().rev().find(|line| line.contains(" in ") && line.ends_with('='));
        let words: Vec<&str> =
            pytest.unwrap_or_default().split([' ', ',', '=']).filter(|word| !word.is_empty()).collect();
        for (count, word) in words.iter().zip(words.iter().skip(1)) {
            tally.add(count, word);
        }
        for line in log.lines().filter_map(|line| line.strip_prefix("# ")) {
            if let Some((word, count)) = line.split_once(' ') {
                tally.add(count, word);
            }
        }
        tally
    }

    fn add(&mut self, count: &str, word: &str) {
        let Ok(count) = count.parse::<u64>() else { return };
        match word {
            "passed" | "pass" => self.passed += count,
            "failed" | "error" | "errors" | "fail" | "cancelled" => self.failed += count,
            _ => {}
        }
    }
}

/// One row of the table at the end.
struct Row {
    suite: Suite,
    tally: Tally,
    time: Duration,
}

/// Runs the command for the workspace at `root`, prints a table and the sum, and says whether all passed.
///
/// # Errors
/// What the suites need cannot be built, installed or started.
pub fn run(root: &Path, suites: &[Suite]) -> Result<bool> {
    let program = cargo::program(root, "ideogram")?;
    let place = root.join(PLACE);
    tools::install(&root.join(DRIVERS), &place)?;
    let wanted = Suite::ALL.into_iter().filter(|suite| suites.is_empty() || suites.contains(suite));
    let run = |suite| {
        let program = if suite == Suite::Endpoints { &with_endpoints(root)? } else { &program };
        run_suite(root, &place, program, suite)
    };
    let rows = two_at_once(wanted, run).into_iter().collect::<Result<Vec<Row>>>()?;
    crate::print::text(&table(&rows));
    Ok(rows.iter().all(|row| row.tally.failed == 0))
}

/// What a function makes of each item, in their order. It works at two of them at once: a suite waits for jobs most of its time.
fn two_at_once<T: Send, R: Send>(items: impl Iterator<Item = T> + Send, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let (items, done) = (Mutex::new(items.enumerate()), Mutex::new(BTreeMap::new()));
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
        while let Some((index, item)) = next() {
            let made = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, made);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        worker();
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Runs one suite against two sandboxes of its own: one that speaks plain HTTP, one that speaks TLS.
fn run_suite(root: &Path, place: &Path, program: &Path, suite: Suite) -> Result<Row> {
    let certificate = place.join(format!("{}.pem", suite.name()));
    let plain = Sandbox::start(program, &SERVICE_TIME)?;
    let [option, time] = SERVICE_TIME.map(OsStr::new);
    let secure = Sandbox::start(program, &[option, time, "--tls".as_ref(), certificate.as_os_str()])?;
    let mut command = suite.command(root);
    command
        .current_dir(place)
        .env("CONFORMANCE_ROOT", root)
        .env("CONFORMANCE_PROGRAM", program)
        .env("SANDBOX_URL", &plain.url)
        .env("SANDBOX_TLS_URL", &secure.url)
        .env("SANDBOX_CA_FILE", &certificate)
        .env("FAL_KEY", KEY)
        .env("PYTHONPATH", root.join(DRIVERS))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    for name in ["FAL_KEY_ID", "FAL_KEY_SECRET", "FAL_RUN_HOST", "FAL_QUEUE_RUN_HOST", "FAL_FORCE_AUTH_BY_USER"] {
        command.env_remove(name);
    }
    let log = place.join(format!("{}.log", suite.name()));
    say!("running {} (log in {})", suite.name(), log.display());
    let started = Instant::now();
    let succeeded = process::run(command, &log, LIMIT)?;
    let text = std::fs::read_to_string(&log).map_err(|error| Error::new(error.to_string()).in_file(&log))?;
    let mut tally = Tally::read(&text);
    if !succeeded || tally.passed == 0 {
        // A suite that ran no test, or crashed, has failed too.
        tally.failed = tally.failed.max(1);
        say!("{text}");
    }
    Ok(Row { suite, tally, time: started.elapsed() })
}

/// Every suite in a line, and below them the line that counts.
fn table(rows: &[Row]) -> String {
    let mut text = String::from("\nsuite        passed  failed  seconds\n");
    let mut sum = Tally::default();
    for Row { suite, tally, time } in rows {
        let (name, seconds) = (suite.name(), time.as_secs_f64());
        let _ = writeln!(text, "{name:<11}  {:>6}  {:>6}  {seconds:>7.1}", tally.passed, tally.failed);
        sum.passed += tally.passed;
        sum.failed += tally.failed;
    }
    let _ = writeln!(text, "\n{} passed, {} failed", sum.passed, sum.failed);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_are_worked_at_and_all_come_in_order() {
        // Each waits for the other of its pair, which has to be under way.
        let barrier = std::sync::Barrier::new(2);
        let made = two_at_once(0..6, |number| {
            barrier.wait();
            number * 10
        });
        assert_eq!(made, [0, 10, 20, 30, 40, 50]);
    }

    #[test]
    fn closing_lines_are_read() {
        for (log, passed, failed) in [
            ("..\n===== 4 failed, 181 passed, 2 warnings, 1 error in 116.30s (0:01:56) =====\n", 181, 5),
            ("===== 12 passed in 3.40s =====", 12, 0),
            ("ok 1 - a\n# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n", 2, 2),
            ("Traceback", 0, 0),
        ] {
            assert_eq!(Tally::read(log), Tally { passed, failed }, "{log}");
        }
    }

    #[test]
    fn the_last_line_is_the_sum() {
        let row =
            |suite, passed, failed| Row { suite, tally: Tally { passed, failed }, time: Duration::from_millis(1500) };
        let text = table(&[row(Suite::Python, 10, 1), row(Suite::QuickStart, 2, 0)]);
        assert!(text.contains("quick-start       2       0      1.5\n"), "{text}");
        assert!(text.ends_with("\n12 passed, 1 failed\n"), "{text}");
    }
}

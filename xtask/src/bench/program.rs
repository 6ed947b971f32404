//! The programs that are measured, and how they are run.

use super::figures::{Figures, Sample};
use super::server::{Behaviour, Counts, Server};
use super::setup::Setup;
use super::work::Work;
use crate::error::{Error, Result};
use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Ours,
    /// The command line with nothing on a disk, whose syncs take what other work lets them.
    OursInMemory,
    Reqwest,
    Hyper,
    Python,
    JavaScript,
    JavaScriptStream,
    Curl,
    /// The least that starting a process costs.
    True,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "**ours**",
            Self::OursInMemory => "ours, files in memory",
            Self::Reqwest => "reqwest, by hand",
            Self::Hyper => "hyper, by hand",
            Self::Python => "Python client",
            Self::JavaScript => "JavaScript client",
            Self::JavaScriptStream => "JavaScript client, streaming",
            Self::Curl => "curl",
            Self::True => "`true`",
        })
    }
}

impl Program {
    /// The name in its orders, and what takes them.
    fn command(self, setup: &Setup) -> Result<(&'static str, Command)> {
        let of = |program: &Path, script: Option<&Path>| {
            let mut command = Command::new(program);
            command.args(script);
            command
        };
        Ok(match self {
            Self::Ours => ("ours", of(&setup.client, None)),
            Self::Reqwest => ("reqwest", of(&setup.client, None)),
            Self::Hyper => ("hyper", of(&setup.client, None)),
            Self::Python => ("python", of(&setup.python, Some(&setup.python_program))),
            Self::JavaScript => ("js", of(Path::new("node"), Some(&setup.node_program))),
            Self::JavaScriptStream => ("js-stream", of(Path::new("node"), Some(&setup.node_program))),
            Self::OursInMemory | Self::Curl | Self::True => return Err(Error::new(format!("{self} takes no orders"))),
        })
    }

    /// Whether it has to be installed from somebody else's registry.
    pub(super) fn is_of_others(self) -> bool {
        matches!(self, Self::Python | Self::JavaScript | Self::JavaScriptStream)
    }

    /// Runs the work once, against a server of its own.
    pub(super) fn run(self, setup: &Setup, work: &Work) -> Result<Sample> {
        let server = Server::start(setup, work.behaviour)?;
        let (mut command, _) = self.ordered(setup, work, &server, work.count)?;
        let figures = figures(&mut command)?;
        Ok(Sample::new(figures, server.stop()?, work.count, work.warm_up))
    }

    /// The instructions that it executes for one call: the difference between runs of many and of few.
    pub(super) fn instructions(self, setup: &Setup, work: &Work) -> Result<f64> {
        let collected = |count| -> Result<f64> {
            let server = Server::start(setup, work.behaviour)?;
            let (plain, program) = self.ordered(setup, work, &server, count)?;
            let mut command = Command::new("valgrind");
            // Sockets pass no time under valgrind's clock, but a run of it is slow: threads take fair turns.
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--fair-sched=try"]);
            command.arg(program).args(plain.get_args());
            let output = finish(&mut command)?;
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let line = text.lines().find_map(|line| line.split_once("Collected : "));
            line.and_then(|(_, number)| number.trim().parse().ok())
                .ok_or_else(|| Error::new(format!("valgrind gave no count for {self}")))
        };
        let extra = u32::try_from(work.count).unwrap_or(u32::MAX);
        Ok((collected(2 * work.count)? - collected(work.count)?) / f64::from(extra))
    }

    fn ordered(
        self,
        setup: &Setup,
        work: &Work,
        server: &Server,
        count: usize,
    ) -> Result<(Command, std::ffi::OsString)> {
        let (name, mut command) = self.command(setup)?;
        let base = if work.tls { &server.addresses.https } else { &server.addresses.http };
        let orders = serde_json::json!({
            "program": name,
            "task": work.task,
            "base": base,
            "endpoint": setup.endpoint,
            "count": count,
            "at_once": work.at_once,
            "warm_up": work.warm_up,
            "ca_file": server.ca_file,
            "file": setup.folder.join(if work.task == "upload" { "upload.png" } else { "download.png" }),
        });
        command.arg(orders.to_string()).env_clear().envs(path_only());
        let program = command.get_program().to_owned();
        Ok((command, program))
    }

    /// The time from the start of a process to its end, in milliseconds, for one run from nothing to a picture's answer.
    pub(super) fn start_ms(self, setup: &Setup, work: &Work) -> Result<f64> {
        let server = Server::start(setup, Behaviour { picture_bytes: 1 << 10, ..Behaviour::default() })?;
        let base = &server.addresses.http;
        let mut command = match self {
            Self::Curl => {
                let mut curl = Command::new("curl");
                curl.args(["-sS", "-f", "-H", "Authorization: Key key_id:key_secret"])
                    .args(["--json", r#"{"prompt":"A fox reading a map, poster"}"#])
                    .arg(format!("{base}/run/{}", setup.endpoint));
                curl
            }
            Self::Ours | Self::OursInMemory => {
                let folder = if self == Self::Ours { setup.folder.clone() } else { Setup::memory()? };
                let mut ideogram = Command::new(&setup.ideogram);
                ideogram
                    .args([&setup.verb, "A fox reading a map, poster", "--sync", "--quiet", "--overwrite", "--output"])
                    .arg(folder.join("made.png"))
                    .arg("--ledger")
                    .arg(folder.join("ledger.db"))
                    .env_clear()
                    .envs(path_only())
                    .envs([("FAL_KEY", "key_id:key_secret"), ("IDEOGRAM_BASE_URL", base)]);
                ideogram
            }
            _ => self.ordered(setup, work, &server, 1)?.0,
        };
        median_of(work.count, &mut command)
    }

    /// The same for a process that does as little as it can: it says its version, or runs an empty script.
    pub(super) fn version_ms(self, setup: &Setup, work: &Work) -> Result<f64> {
        let (program, arguments): (&Path, &[&str]) = match self {
            Self::Ours => (&setup.ideogram, &["--version"]),
            Self::Python => (&setup.python, &["-c", "pass"]),
            Self::JavaScript => (Path::new("node"), &["--eval", "0"]),
            Self::Curl => (Path::new("curl"), &["--version"]),
            _ => (Path::new("true"), &[]),
        };
        median_of(work.count, Command::new(program).args(arguments))
    }
}

/// Lets the ledger write so many rows, on the disk where everything of the bench is.
pub(super) fn ledger(setup: &Setup, work: &Work) -> Result<Sample> {
    let folder = setup.folder.join("ledger");
    let _ = std::fs::remove_dir_all(&folder);
    let ledger = folder.join("ledger.db");
    let orders = serde_json::json!({ "count": work.count, "at_once": work.at_once, "ledger": ledger });
    let figures = figures(Command::new(&setup.ledger).arg(orders.to_string()))?;
    Ok(Sample::new(figures, Counts::default(), work.count, work.warm_up))
}

/// Runs a program to its end, and reads what it prints of itself.
fn figures(command: &mut Command) -> Result<Figures> {
    let output = finish(command)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let name = || command.get_program().display().to_string();
    serde_json::from_str(text.trim()).map_err(|error| Error::new(format!("{} printed no figures: {error}", name())))
}

/// The median time of some runs, in milliseconds.
fn median_of(runs: usize, command: &mut Command) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let begun = Instant::now();
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::new(format!("{} cannot be run: {error}", command.get_program().display())))?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        check(command, &output)?;
    }
    Ok(super::figures::median(times))
}

/// Nothing of the maintainer's environment reaches the programs but where to find others.
fn path_only() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME")
}

/// Runs a command to its end, within bounds.
fn finish(command: &mut Command) -> Result<Output> {
    let failed = |error: &dyn fmt::Display| Error::new(format!("the program cannot be run: {error}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let begun = Instant::now();
    while child.try_wait().map_err(|error| failed(&error))?.is_none() {
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::new(format!("not done after {PATIENCE:?}")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    check(command, &output)?;
    Ok(output)
}

fn check(command: &Command, output: &Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(Error::new(format!("{}: {}: {last}", command.get_program().display(), output.status)))
}

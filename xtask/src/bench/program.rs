//! The programs that are measured, and how they are run.

use super::figures::{Figures, Sample};
use super::process;
use super::server::{Counts, Server};
use super::setup::Setup;
use super::work::Work;
use crate::error::{Error, Result};
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one run may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Ours,
    /// The command line with its files in memory, because the time of syncs to a disk depends on other work.
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
    /// The name of the program in its arguments, and the command that runs it.
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
        Ok(Sample::new(figures, server.stop()?, work))
    }

    /// The instructions that it executes for one call: the difference between runs of many and of few.
    pub(super) fn instructions(self, setup: &Setup, work: &Work) -> Result<f64> {
        let collected = |count| -> Result<f64> {
            let server = Server::start(setup, work.behaviour)?;
            let (plain, program) = self.ordered(setup, work, &server, count)?;
            let mut command = Command::new("valgrind");
            // valgrind runs one thread at a time, and slowly, so its threads are scheduled fairly.
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--fair-sched=try"]);
            command.arg(program).args(plain.get_args());
            let ended = process::run(&mut command, PATIENCE)?;
            let line = ended.stderr.lines().find_map(|line| line.split_once("Collected : "));
            line.and_then(|(_, number)| number.trim().parse().ok())
                .ok_or_else(|| Error::new(format!("valgrind gave no count for {self}")))
        };
        let extra = u32::try_from(work.count).unwrap_or(u32::MAX);
        Ok((collected(2 * work.count)? - collected(work.count)?) / f64::from(extra))
    }

    /// The command that does the work, and the program that it runs.
    pub(super) fn ordered(
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
        if work.tls && self.is_of_others() {
            // What their runtimes take a certificate from.
            command.envs(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].map(|name| (name, &server.ca_file)));
        }
        let program = command.get_program().to_owned();
        Ok((command, program))
    }
}

/// Lets the ledger write so many rows, on the disk where everything of the bench is.
pub(super) fn ledger(setup: &Setup, work: &Work) -> Result<Sample> {
    let folder = setup.folder.join("ledger");
    let _ = std::fs::remove_dir_all(&folder);
    let ledger = folder.join("ledger.db");
    let orders = serde_json::json!({ "count": work.count, "at_once": work.at_once, "ledger": ledger });
    let figures = figures(Command::new(&setup.ledger).arg(orders.to_string()))?;
    Ok(Sample::new(figures, Counts::default(), work))
}

/// Runs a program to its end, and reads what it prints of itself.
fn figures(command: &mut Command) -> Result<Figures> {
    let ended = process::run(command, PATIENCE)?;
    let name = command.get_program().display();
    serde_json::from_str(ended.stdout.trim()).map_err(|error| Error::new(format!("{name} printed no figures: {error}")))
}

/// The programs get only `PATH` and `HOME` from the maintainer's environment.
pub(super) fn path_only() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| name == "PATH" || name == "HOME")
}

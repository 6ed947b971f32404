//! The stub server: one process for each program that is measured.

use super::setup::Setup;
use crate::error::{Error, Result};
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// How the server behaves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behaviour {
    /// What the shortest and the longest job take, in milliseconds.
    pub(super) job_ms: (u32, u32),
    /// How much later every request is answered, in milliseconds.
    pub(super) rtt_ms: u64,
    /// The size of its picture.
    pub(super) picture_bytes: u64,
}

/// A server that runs until it is stopped or dropped.
pub(super) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(super) addresses: Addresses,
    pub(super) ca_file: PathBuf,
}

/// Where it listens.
#[derive(Deserialize)]
pub(super) struct Addresses {
    pub(super) http: String,
    pub(super) https: String,
}

/// What it was asked.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct Counts {
    pub(super) connections: u32,
    pub(super) requests: u32,
}

impl Server {
    pub(super) fn start(setup: &Setup, behaviour: Behaviour) -> Result<Self> {
        let ca_file = setup.folder.join("ca.pem");
        let settings = serde_json::json!({
            "job_ms": behaviour.job_ms.0,
            "job_max_ms": behaviour.job_ms.1,
            "rtt_ms": behaviour.rtt_ms,
            "picture_bytes": behaviour.picture_bytes,
            "ca_file": ca_file,
        });
        let unusable = |why: String| Error::new(format!("the stub server {why}"));
        let mut child = Command::new(&setup.server)
            .arg(settings.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| unusable(format!("cannot be run: {error}")))?;
        let output = child.stdout.take().ok_or_else(|| unusable("has no output".to_owned()))?;
        let mut output = BufReader::new(output);
        let addresses = read_line(&mut output)?;
        Ok(Self { child, output, addresses, ca_file })
    }

    /// Stops it and gives what it has counted.
    pub(super) fn stop(mut self) -> Result<Counts> {
        drop(self.child.stdin.take());
        read_line(&mut self.output)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_line<T: for<'a> Deserialize<'a>>(output: &mut impl BufRead) -> Result<T> {
    let mut line = String::new();
    output.read_line(&mut line).map_err(|error| Error::new(format!("the stub server said nothing: {error}")))?;
    serde_json::from_str(&line).map_err(|error| Error::new(format!("the stub server said `{}`: {error}", line.trim())))
}

//! Child processes: a sandbox that ends with its owner, and a suite with a time limit.

use crate::error::{Error, Result};
use crate::print::say;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a sandbox may take to say where it is.
const START: Duration = Duration::from_secs(30);

/// A sandbox on a port of its own.
pub(crate) struct Sandbox {
    child: Child,
    /// Its origin.
    pub(crate) url: String,
}

impl Sandbox {
    /// Starts one with these arguments beside those of its port and seed, and waits until it serves.
    ///
    /// # Errors
    /// The program cannot be started, or says nothing in time.
    pub(crate) fn start(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["sandbox", "--port", "0", "--seed", "7"]).args(arguments);
        let fail = |error: &dyn std::fmt::Display| Error::new(format!("`{} sandbox`: {error}", program.display()));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| fail(&error))?;
        let stdout = child.stdout.take();
        // From here on, dropping it ends it.
        let mut sandbox = Self { child, url: String::new() };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let lines =
                stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines().map_while(std::io::Result::ok));
            for line in lines {
                if let Some(url) = line.strip_prefix("export IDEOGRAM_BASE_URL=") {
                    let _ = tell.send(url.to_owned());
                }
            }
        });
        sandbox.url = told.recv_timeout(START).map_err(|_| fail(&"it did not say where it serves"))?;
        Ok(sandbox)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program with all its output in a file, and says whether it succeeded; one that takes too long is ended.
///
/// # Errors
/// The file cannot be written, or the program cannot be started.
pub(super) fn run(mut command: Command, log: &Path, limit: Duration) -> Result<bool> {
    let in_log = |error: std::io::Error| Error::new(error.to_string()).in_file(log);
    let file = File::create(log).map_err(in_log)?;
    let both = file.try_clone().map_err(in_log)?;
    let name = command.get_program().to_string_lossy().into_owned();
    let fail = |error: std::io::Error| Error::new(format!("cannot run `{name}`: {error}"));
    let mut child = command.stdin(Stdio::null()).stdout(file).stderr(both).spawn().map_err(fail)?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().map_err(fail)? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            say!("`{name}` was ended after {} seconds", limit.as_secs());
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sleep");
        command.arg("60");
        let started = Instant::now();
        assert!(!run(command, &folder.path().join("log"), Duration::from_millis(50)).unwrap());
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn what_a_program_says_is_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        assert!(!run(command, &log, Duration::from_secs(30)).unwrap());
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "out\nerr\n");
    }
}

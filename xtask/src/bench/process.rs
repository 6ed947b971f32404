//! Runs a process to its end within a time limit, and measures it from outside.

use crate::error::{Error, Result};
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often its memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// A process that has succeeded.
pub(super) struct Ended {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) wall: Duration,
    peak_kib: u32,
}

impl Ended {
    pub(super) fn wall_ms(&self) -> f64 {
        self.wall.as_secs_f64() * 1e3
    }

    /// The most memory that it had.
    pub(super) fn peak_mib(&self) -> f64 {
        f64::from(self.peak_kib) / 1024.0
    }
}

/// Runs a command to its end; one that takes longer than it may is killed.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<Ended> {
    let name = command.get_program().display().to_string();
    let failed = |error: std::io::Error| Error::new(format!("{name} cannot be run: {error}"));
    let begun = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(failed)?;
    let (stdout, stderr) = (gather(child.stdout.take()), gather(child.stderr.take()));
    let told = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    // Its output ends when the process does.
    let stdout = loop {
        match stdout.recv_timeout(LOOK) {
            Ok(text) => break text,
            Err(RecvTimeoutError::Disconnected) => break String::new(),
            Err(RecvTimeoutError::Timeout) if begun.elapsed() > limit => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::new(format!("{name}: not done after {limit:?}")));
            }
            Err(RecvTimeoutError::Timeout) => {
                let status = std::fs::read_to_string(&told).unwrap_or_default();
                peak_kib = high_water(&status).unwrap_or_default().max(peak_kib);
            }
        }
    };
    let status = child.wait().map_err(failed)?;
    let wall = begun.elapsed();
    let stderr = stderr.recv().unwrap_or_default();
    if !status.success() {
        let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        return Err(Error::new(format!("{name}: {status}: {last}")));
    }
    Ok(Ended { stdout, stderr, wall, peak_kib })
}

/// The median time of some runs, in milliseconds.
pub(super) fn median_ms(runs: usize, command: &mut Command, limit: Duration) -> Result<f64> {
    let times: Result<Vec<f64>> = (0..runs).map(|_| Ok(run(command, limit)?.wall_ms())).collect();
    times.map(super::figures::median)
}

/// Reads a pipe to its end.
fn gather(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// The peak resident memory in KiB, from the system's status of a process.
fn high_water(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{high_water, run};
    use std::process::Command;
    use std::time::{Duration, Instant};

    /// Longer than any of these processes takes.
    const LIMIT: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_systems_word_for_memory_is_read() {
        assert_eq!(high_water("Name:\tideogram\nVmPeak:\t  99 kB\nVmHWM:\t   35812 kB\nVmRSS:\t 1 kB\n"), Some(35_812));
        assert_eq!(high_water("Name:\tideogram\n"), None);
    }

    #[test]
    fn more_than_a_pipe_holds_is_read() {
        let ended = run(&mut shell("echo what is told of it >&2; head -c 1000000 /dev/zero"), LIMIT).unwrap();
        assert_eq!((ended.stdout.len(), ended.stderr.as_str()), (1_000_000, "what is told of it\n"));
    }

    #[test]
    fn a_process_that_fails_or_hangs_is_an_error_that_says_so() {
        let error = |script, limit| run(&mut shell(script), limit).map(|ended| ended.stdout).unwrap_err().to_string();
        assert_eq!(error("echo one >&2; echo two >&2; echo >&2; exit 3", LIMIT), "sh: exit status: 3: two");
        let begun = Instant::now();
        assert_eq!(error("exec sleep 60", Duration::from_millis(50)), "sh: not done after 50ms");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}

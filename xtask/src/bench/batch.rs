//! The rows of the command line's batch: a file of requests, against a sandbox of its own.

use super::setup::Setup;
use super::work::Work;
use crate::conformance::process::Sandbox;
use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(3 * 60 * 60);
/// How often its memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a run took.
pub(super) struct Taken {
    wall: Duration,
    peak_kib: u32,
}

impl Taken {
    pub(super) fn seconds(&self) -> f64 {
        self.wall.as_secs_f64()
    }

    pub(super) fn peak_mib(&self) -> f64 {
        f64::from(self.peak_kib) / 1024.0
    }
}

/// Makes the pictures of a file of so many rows, or with `--dry-run` only looks at them.
pub(super) fn run(setup: &Setup, work: &Work, flags: &[&str]) -> Result<Taken> {
    let folder = setup.folder.join("batch");
    let _ = fs::remove_dir_all(&folder);
    let rows = folder.join("rows.jsonl");
    let written = fs::create_dir_all(&folder).and_then(|()| write(&rows, work.count));
    written.map_err(|error| Error::new(error.to_string()).in_file(&rows))?;
    let sandbox = Sandbox::start(&setup.ideogram, &["--flat", "--service-time", "1ms"])?;
    let at_once = work.at_once.to_string();
    let mut command = Command::new(&setup.ideogram);
    command.args(["batch", "rows.jsonl", "--out", "pictures/", "--ledger", "ledger.db", "--yes", "--quiet"]);
    command.args(["--concurrency", &at_once]).args(flags).current_dir(&folder).env_clear();
    command.envs([("FAL_KEY", "key_id:key_secret"), ("IDEOGRAM_BASE_URL", &sandbox.url)]);
    let begun = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
    let mut child =
        child.map_err(|error| Error::new(format!("{} cannot be run: {error}", setup.ideogram.display())))?;
    let peak_kib = watch(&mut child)?;
    let taken = Taken { wall: begun.elapsed(), peak_kib };
    let _ = fs::remove_dir_all(&folder);
    Ok(taken)
}

/// Rows of which none is like another.
fn write(path: &Path, count: usize) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    let mut line = String::new();
    for number in 0..count {
        line.clear();
        let _ = writeln!(line, "{{\"prompt\":\"A fox reading a map, poster {number}\",\"output\":\"{number}.png\"}}");
        file.write_all(line.as_bytes())?;
    }
    file.flush()
}

/// Waits for a process, and gives the most memory that it had.
fn watch(child: &mut Child) -> Result<u32> {
    let status = format!("/proc/{}/status", child.id());
    let (begun, mut peak) = (Instant::now(), 0);
    loop {
        let ended = child.try_wait().map_err(|error| Error::new(error.to_string()))?;
        if let Some(ended) = ended {
            return if ended.success() { Ok(peak) } else { Err(Error::new(format!("the batch: {ended}"))) };
        }
        if begun.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::new(format!("not done after {PATIENCE:?}")));
        }
        peak = peak.max(fs::read_to_string(&status).ok().as_deref().and_then(high_water).unwrap_or_default());
        std::thread::sleep(LOOK);
    }
}

/// The most memory that was resident, in KiB, as the system tells it of a process.
fn high_water(status: &str) -> Option<u32> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::high_water;

    #[test]
    fn the_systems_word_for_memory_is_read() {
        assert_eq!(high_water("Name:\tideogram\nVmPeak:\t  99 kB\nVmHWM:\t   35812 kB\nVmRSS:\t 1 kB\n"), Some(35_812));
        assert_eq!(high_water("Name:\tideogram\n"), None);
    }
}

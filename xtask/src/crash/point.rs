//! One point: a process that is killed in a certain state, and the processes that continue after it.

use super::picture::{Content, content};
use super::power_cut::{PowerCut, cut};
use super::service::{Seen, Service};
use super::state::{Hold, State};
use super::verdict::Outcome;
use crate::error::{Error, Result};
use crate::print::say;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to reach its state, or its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a process may miss its state.
const TRIES: u64 = 12;
/// How often `jobs resume` is run.
const RESUMES: usize = 5;
/// How long a download takes while two processes resume.
const OVERLAP: Duration = Duration::from_millis(200);

/// A row of the ledger as `ideogram jobs` lists it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) prompt: String,
}

/// The fault that slows downloads, so that a second process starts while the first one saves.
pub(super) fn overlap() -> serde_json::Value {
    serde_json::json!({ "calls": ["download"], "fault": "latency", "latency_ms": OVERLAP.as_millis() })
}

/// One process to be killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) number: u64,
    pub(super) seed: u64,
    pub(super) state: State,
    /// Whether the call is synchronous, and does not go through the queue.
    pub(super) sync: bool,
    /// Whether what was not synced is lost.
    pub(super) power_cut: bool,
}

/// Where the point's files are, and the program.
pub(super) struct Place<'a> {
    pub(super) program: &'a Path,
    pub(super) url: &'a str,
    pub(super) power_cut: &'a PowerCut,
    pub(super) folder: PathBuf,
    pub(super) pictures: PathBuf,
    /// Where copies of synced files are kept for the simulated power cut.
    pub(super) synced: PathBuf,
}

impl Place<'_> {
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(arguments).arg("--ledger").arg(self.folder.join("ledger.db")).current_dir(&self.folder);
        command.env_clear().env("PATH", path).env("HOME", &self.folder);
        command.env("IDEOGRAM_BASE_URL", self.url).env("FAL_KEY", "crash:key");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.power_cut.load(&mut command, None);
        command
    }

    /// Runs a command to its end, and gives what it printed.
    pub(super) fn finish(&self, arguments: &[&str]) -> Result<Output> {
        let failed = |error: std::io::Error| Error::new(format!("`{}`: {error}", arguments.join(" ")));
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().map_err(failed)
    }

    /// The numbers of the open rows; none where the ledger cannot be read.
    fn open_rows(&self) -> Result<Option<Vec<String>>> {
        Ok(self.rows(&["jobs", "list", "--json"])?.map(|rows| rows.into_iter().map(|row| row.id).collect()))
    }

    /// The rows that a listing has; none where the ledger cannot be read.
    pub(super) fn rows(&self, arguments: &[&str]) -> Result<Option<Vec<Listed>>> {
        let output = self.finish(arguments)?;
        if !output.status.success() {
            say!("`ideogram jobs`: {}", String::from_utf8_lossy(&output.stderr).trim());
            return Ok(None);
        }
        let listed: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::new(format!("`ideogram jobs --json`: {error}")))?;
        let row = |row: &serde_json::Value| {
            let text = |pointer| Some(row.pointer(pointer)?.as_str()?.to_owned());
            let id = row.pointer("/job/id")?.to_string();
            Some(Listed { id, state: text("/job/state")?, prompt: text("/input/prompt").unwrap_or_default() })
        };
        Ok(Some(listed.get("results").and_then(|rows| rows.as_array()).into_iter().flatten().filter_map(row).collect()))
    }

    /// Runs a command in two processes at once.
    pub(super) fn twice(&self, arguments: &[&str]) -> Result<()> {
        let failed = |error: std::io::Error| Error::new(format!("`{}`: {error}", arguments.join(" ")));
        let start = || self.command(arguments).spawn().map_err(failed);
        let mut both = [start()?, start()?];
        both.iter_mut().try_for_each(|child| child.wait().map(drop).map_err(failed))
    }
}

impl Point {
    /// Kills a process in the state, resumes its request, and returns the outcome. If a process misses the state, its
    /// files are removed and another one is tried.
    pub(super) fn run(self, program: &Path, service: &Service, power_cut: &PowerCut, folder: &Path) -> Result<Outcome> {
        for attempt in 0..TRIES {
            let folder = folder.join(format!("{}-{attempt}", self.number));
            let pictures = folder.join("pictures");
            let synced = folder.join("synced");
            for made in [&pictures, &synced] {
                fs::create_dir_all(made).map_err(|error| Error::new(error.to_string()).in_file(made))?;
            }
            let place = Place { program, url: service.url(), power_cut, folder, pictures, synced };
            let prompt = format!("A fox at point {} of seed {}, try {attempt}", self.number, self.seed);
            if self.kill_once(service, &place, &prompt, attempt)? {
                let outcome = self.recover(service, &place, &prompt)?;
                if outcome.is_clean() {
                    let _ = fs::remove_dir_all(&place.folder);
                } else {
                    say!("point {} ({}): {outcome:?}, see {}", self.number, self.state, place.folder.display());
                }
                return Ok(outcome);
            }
            let _ = fs::remove_dir_all(&place.folder);
        }
        Err(Error::new(format!("point {}: no process of {TRIES} was killed {}", self.number, self.state)))
    }

    /// Starts a process and kills it in the state; returns false if it had left the state already.
    fn kill_once(self, service: &Service, place: &Place<'_>, prompt: &str, attempt: u64) -> Result<bool> {
        let chance = mix(self.seed ^ mix(self.number) ^ attempt);
        let hold = self.state.hold(chance.is_multiple_of(2));
        service.set_faults(&hold.map_or_else(|| serde_json::json!({}), |hold| hold.faults(self.state.calls())))?;
        service.forget()?;
        let mut arguments = vec!["generate", prompt, "--quiet", "--output", "pictures/"];
        arguments.extend(self.sync.then_some("--sync"));
        let mut command = place.command(&arguments);
        if self.power_cut {
            place.power_cut.load(&mut command, Some(&place.synced));
        }
        let mut child = command
            .spawn()
            .map_err(|error| Error::new(format!("cannot run `{}`: {error}", place.program.display())))?;
        let arrived = self.wait(&mut child, service, place, hold, ((chance >> 8) % 8) >> attempt.min(3));
        let _ = child.kill();
        let status = child.wait().map_err(|error| Error::new(format!("the killed process: {error}")))?;
        service.set_faults(&serde_json::json!({}))?;
        // A process that was killed has no exit code.
        let killed = status.code().is_none();
        let still = self.state != State::Before || service.seen()?.requests.iter().all(|request| !self.holds(request));
        let hit = arrived? && killed && still;
        if hit && self.power_cut {
            cut(&place.folder, &place.synced)?;
            cut(&place.pictures, &place.synced)?;
        }
        Ok(hit)
    }

    fn holds(self, request: &super::service::Request) -> bool {
        self.state.calls().contains(&request.call.as_str())
    }

    /// Waits until the process is in the state, and a little longer; returns false if it ended before.
    fn wait(
        self,
        child: &mut Child,
        service: &Service,
        place: &Place<'_>,
        hold: Option<Hold>,
        more: u64,
    ) -> Result<bool> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let ended = child.try_wait().map_err(|error| Error::new(error.to_string()))?.is_some();
            if ended {
                return Ok(false);
            }
            let arrived = match (self.state, hold) {
                // The ledger is opened before anything is sent.
                (State::Before, _) => more > 4 || place.folder.join("ledger.db").exists(),
                (_, Some(hold)) => service.seen()?.is_held(self.state.calls(), hold),
                (_, None) => is_writing(&place.pictures, child.id()),
            };
            if arrived {
                let unit = if hold.is_some() { Duration::from_millis(1) } else { Duration::from_micros(500) };
                std::thread::sleep(unit * u32::try_from(more).unwrap_or_default());
                return Ok(true);
            }
            std::thread::sleep(Duration::from_micros(if hold.is_some() { 2_000 } else { 100 }));
        }
        Err(Error::new(format!("point {} did not come to its state ({}) in {PATIENCE:?}", self.number, self.state)))
    }

    /// Resumes open requests until none is left, or nothing more can be learnt; a request that was never accepted is
    /// closed by hand.
    fn recover(self, service: &Service, place: &Place<'_>, prompt: &str) -> Result<Outcome> {
        service.set_faults(&serde_json::json!({ "seed": 1, "rule": [overlap()] }))?;
        place.twice(&["jobs", "resume", "--quiet", "--timeout", "20s"])?;
        service.set_faults(&serde_json::json!({}))?;
        for _ in 1..RESUMES {
            if place.open_rows()?.is_none_or(|open| open.is_empty()) {
                break;
            }
            place.finish(&["jobs", "resume", "--quiet", "--timeout", "20s"])?;
        }
        let accepted = service.seen()?.accepted(prompt);
        let mut open = place.open_rows()?;
        if accepted == 0 {
            for row in open.iter().flatten() {
                place.finish(&["jobs", "close", row])?;
            }
            open = place.open_rows()?;
        }
        let Content { whole, torn, left_over } = content(&place.pictures)?;
        Ok(Outcome {
            state: self.state,
            accepted,
            open: open.is_none_or(|open| !open.is_empty()),
            whole,
            torn,
            left_over,
        })
    }
}

impl Seen {
    /// Whether a call of this kind is held in this way.
    fn is_held(&self, calls: &[&str], hold: Hold) -> bool {
        let mut wanted = self.requests.iter().filter(|request| calls.contains(&request.call.as_str()));
        wanted.any(|request| request.status.is_some() == (hold == Hold::Answer))
    }
}

/// Whether there is content in the folder, or in a file of the process that has no name there yet.
fn is_writing(pictures: &Path, process: u32) -> bool {
    let listed = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let has_content = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() > 0);
    let unnamed = |path: &Path| fs::read_link(path).is_ok_and(|target| target.starts_with(pictures));
    listed(pictures).any(|entry| has_content(&entry.path()))
        || listed(&PathBuf::from(format!("/proc/{process}/fd")))
            .any(|entry| unnamed(&entry.path()) && has_content(&entry.path()))
}

/// Spreads a number over all bits (the finalizer of splitmix64).
pub(super) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

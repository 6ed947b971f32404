//! `cargo xtask crash --batch`: a batch that is killed at a seeded point, and run again to its end.
//!
//! A process works on eight rows at once, so each kill meets rows in several states; their states in the ledger right
//! after the kill are counted. After half of the kills, what was not synced is lost, as in a power cut. In every other
//! pair of points the service loses replies, resets connections, refuses requests with 429 and is unavailable for a
//! while. In every fifth, the key may not read the history. Then two processes run the command at the same time, and
//! further ones until all rows are saved; without a history, until the only open rows are those that may have been sent
//! when the process was killed.

use super::picture::{Content, content};
use super::point::{Listed, Place, mix, overlap};
use super::power_cut::{PowerCut, Without, cut};
use super::service::Service;
use crate::cargo;
use crate::error::{Error, Result};
use crate::print::say;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Rows of a batch.
const ROWS: usize = 50;
/// Points at once, each beside a sandbox of its own.
const AT_ONCE: usize = 3;
/// How many of the latest jobs and requests are read: more than a batch makes.
const LIMIT: usize = 300;
/// How often the command is run again.
const RUNS: usize = 6;
/// How long a process may take to reach the point where it is killed.
const PATIENCE: Duration = Duration::from_secs(60);
/// The states that rows have to be met in.
const STATES: [&str; 3] = ["sending", "accepted", "saved"];

/// The flags of the command that is killed and run again.
const FLAGS: &[&str] = &["--out", "pictures/", "--concurrency", "8", "--quiet", "--timeout", "20s"];
/// From this run on, requests that are not in the history are bought again, because the service has certainly not
/// accepted them.
const CERTAIN: usize = 2;

/// The result of all points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchVerdict {
    /// Rows that were accepted without a complete picture on the disk, or that are not finished in the end.
    pub lost: usize,
    /// Accepted more than once, or saved under two names.
    pub twice: usize,
    /// Pictures under their final names that are cut.
    pub torn: usize,
    /// Other files in the folder.
    pub left_over: usize,
    /// Rows that stay open because the history cannot be read, and that may have been sent when the process was killed.
    pub left_alone: usize,
    /// Rows by their state right after the kill.
    pub met: BTreeMap<String, usize>,
}

impl BatchVerdict {
    /// Whether every promise was kept, and rows were met in every state.
    pub fn is_good(&self) -> bool {
        self.lost + self.twice + self.torn + self.left_over == 0
            && STATES.iter().all(|state| self.met.get(*state).is_some_and(|count| *count > 0))
    }

    fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.twice += other.twice;
        self.torn += other.torn;
        self.left_over += other.left_over;
        self.left_alone += other.left_alone;
        for (state, count) in &other.met {
            *self.met.entry(state.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for BatchVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, twice, torn, left_over, .. } = self;
        write!(f, "lost {lost}, twice {twice}, torn {torn}, left over {left_over}")
    }
}

/// Builds the program, kills it at `points` points, and prints the result.
///
/// # Errors
/// The program cannot be built or started.
pub fn run(root: &Path, points: usize, seed: u64, without: Option<Without>) -> Result<ExitCode> {
    let program = cargo::program(root, "ideogram")?;
    let begun = Instant::now();
    let verdict = kill(&program, &root.join("target/crash-batch"), points, seed, without)?;
    for (state, count) in &verdict.met {
        say!("{count:>5}  {state}");
    }
    say!("{:>5}  left alone in the end, for lack of a history", verdict.left_alone);
    say!("{points} points of {ROWS} rows in {} s: {verdict}", begun.elapsed().as_secs());
    Ok(if verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Kills a program at `points` points, each with its files below `folder`, which is emptied first.
///
/// # Errors
/// The program cannot be started.
pub fn kill(program: &Path, folder: &Path, points: usize, seed: u64, without: Option<Without>) -> Result<BatchVerdict> {
    let _ = fs::remove_dir_all(folder);
    let power_cut = PowerCut::build(folder, without)?;
    let next = AtomicUsize::new(0);
    let work = || -> Result<BatchVerdict> {
        let service = Service::start(program)?;
        let mut verdict = BatchVerdict::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= points {
                return Ok(verdict);
            }
            let folder = folder.join(number.to_string());
            verdict.add(&point(number as u64, seed, program, &service, &power_cut, &folder)?);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut verdict = BatchVerdict::default();
        for worker in workers {
            verdict.add(&worker.join().map_err(|_| Error::new("a thread of this program ended early"))??);
        }
        Ok(verdict)
    })
}

/// The faults of the service: 5 % of the replies are lost, 5 % of the connections are reset, some requests are refused
/// with 429, and the service is unavailable for a while in the middle.
fn faults() -> Vec<serde_json::Value> {
    let serde_json::Value::Array(rules) = serde_json::json!([
        { "calls": ["submit", "status", "result"], "fault": "ingress-error", "skip": 60, "times": 30 },
        { "calls": ["submit", "status", "result"], "fault": "lost-reply", "probability": 0.05 },
        { "calls": ["submit", "status", "result", "download"], "fault": "reset-before", "probability": 0.05 },
        { "calls": ["submit"], "fault": "rate-limit", "probability": 0.03, "retry_after": "0" },
    ]) else {
        return Vec::new();
    };
    rules
}

/// The fault that makes the history unreadable.
fn no_history() -> serde_json::Value {
    serde_json::json!({ "calls": ["platform"], "fault": "app-error", "status": 403 })
}

/// One batch: it is killed, run again to its end, and checked.
fn point(
    number: u64,
    seed: u64,
    program: &Path,
    service: &Service,
    power_cut: &PowerCut,
    folder: &Path,
) -> Result<BatchVerdict> {
    let (pictures, synced) = (folder.join("pictures"), folder.join("synced"));
    for made in [&pictures, &synced] {
        fs::create_dir_all(made).map_err(|error| Error::new(error.to_string()).in_file(made))?;
    }
    let place = Place { program, url: service.url(), power_cut, folder: folder.to_owned(), pictures, synced };
    let prompt = |row: usize| format!("Row {row} of point {number} of seed {seed}");
    let rows: String =
        (0..ROWS).map(|row| format!("{{\"prompt\":\"{}\",\"output\":\"{row}.png\"}}\n", prompt(row))).collect();
    // Outside the folder, because the simulated power cut removes what no process has synced.
    let file = folder.with_extension("jsonl");
    let path = file.display().to_string();
    let command_line: Vec<&str> = ["batch", &path].iter().chain(FLAGS).copied().collect();
    fs::write(&file, rows).map_err(|error| Error::new(error.to_string()).in_file(&file))?;

    let chance = mix(seed ^ mix(number));
    let (is_faulty, is_cut, is_blind) = (number / 2 % 2 == 1, number % 2 == 1, number % 5 == 4);
    let blind = is_blind.then(no_history);
    let set = |rules: Vec<serde_json::Value>| {
        let rules: Vec<_> = rules.into_iter().chain(blind.clone()).collect();
        service.set_faults(&serde_json::json!({ "seed": chance, "rule": rules }))
    };
    set(if is_faulty { faults() } else { Vec::new() })?;
    service.forget()?;
    let mut command = place.command(&command_line);
    if is_cut {
        power_cut.load(&mut command, Some(&place.synced));
    }
    let mut child = command.spawn().map_err(|error| Error::new(format!("cannot run the program: {error}")))?;
    let wanted = usize::try_from(chance % ROWS as u64).unwrap_or_default();
    let until = Instant::now() + PATIENCE;
    loop {
        let ended = child.try_wait().map_err(|error| Error::new(error.to_string()))?.is_some();
        if ended || Instant::now() > until || accepted(service, &prompt)?.iter().sum::<usize>() >= wanted {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_micros((chance >> 16) % 30_000));
    let _ = child.kill();
    child.wait().map_err(|error| Error::new(format!("the killed process: {error}")))?;
    if is_cut {
        cut(&place.folder, &place.synced)?;
        cut(&place.pictures, &place.synced)?;
    }
    let killed = place.rows(&["jobs", "list", "--all", "--json"])?.unwrap_or_default();
    set(vec![overlap()])?;
    place.twice(&command_line)?;
    set(Vec::new())?;
    let mut finished = false;
    for run in 0..RUNS {
        let again = (run >= CERTAIN && !is_blind).then_some("--retry-unknown");
        let run = place.finish(&command_line.iter().copied().chain(again).collect::<Vec<_>>())?;
        finished = run.status.success();
        if finished {
            break;
        }
    }
    let accepted = accepted(service, &prompt)?;
    let Content { whole, torn, left_over } = content(&place.pictures)?;
    let open = place.rows(&["jobs", "list", "--json"])?;
    let left_alone =
        |row: &usize| is_blind && is_left_alone(&prompt(*row), &killed, open.as_deref().unwrap_or_default());
    let saved = |row: &usize| place.pictures.join(format!("{row}.png")).exists();
    let left: Vec<usize> = (0..ROWS).filter(|row| !saved(row)).collect();
    let mut verdict = BatchVerdict { torn, left_over, ..BatchVerdict::default() };
    for Listed { state, .. } in &killed {
        *verdict.met.entry(state.clone()).or_default() += 1;
    }
    verdict.left_alone = left.iter().filter(|row| left_alone(row)).count();
    verdict.lost = left.len() - verdict.left_alone;
    // A run succeeds when nothing is open; without a history it reports what is still open.
    verdict.lost +=
        usize::from(!finished && !is_blind) + open.map_or(1, |open| open.len().saturating_sub(verdict.left_alone));
    verdict.twice = accepted.iter().filter(|count| **count > 1).count() + whole.saturating_sub(ROWS - left.len());
    if verdict.lost + verdict.twice + torn + left_over == 0 {
        let _ = fs::remove_dir_all(&place.folder);
        let _ = fs::remove_file(&file);
    } else {
        say!("point {number}: {verdict}, see {}", place.folder.display());
    }
    Ok(verdict)
}

/// Whether a row may have been sent when its process was killed, and is still in that state.
fn is_left_alone(prompt: &str, killed: &[Listed], open: &[Listed]) -> bool {
    let is_unknown = |row: &&Listed| row.prompt == prompt && ["sending", "lost"].contains(&row.state.as_str());
    killed.iter().any(|row| is_unknown(&row)) && open.iter().filter(is_unknown).count() == 1
}

/// How often each row was accepted.
fn accepted(service: &Service, prompt: &impl Fn(usize) -> String) -> Result<Vec<usize>> {
    let seen = service.latest(LIMIT)?;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for prompt in seen.prompts() {
        *times.entry(prompt.to_owned()).or_default() += 1;
    }
    Ok((0..ROWS).map(|row| times.get(&prompt(row)).copied().unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::point::Listed;
    use super::{BatchVerdict, STATES, is_left_alone};

    #[test]
    fn only_what_may_have_been_sent_when_it_was_killed_may_be_left_alone() {
        let row = |state: &str| Listed { id: "1".to_owned(), state: state.to_owned(), prompt: "a".to_owned() };
        let is_left = |killed: &[&str], open: &[&str]| {
            let rows = |states: &[&str]| states.iter().map(|state| row(state)).collect::<Vec<_>>();
            is_left_alone("a", &rows(killed), &rows(open))
        };
        assert!(
            is_left(&["sending"], &["sending"]) && is_left(&["sending"], &["lost"]) && is_left(&["lost"], &["lost"])
        );
        for (killed, open) in [
            (vec![], vec!["lost"]),
            (vec!["accepted"], vec!["lost"]),
            (vec!["lost"], vec!["accepted"]),
            (vec!["lost"], vec![]),
        ] {
            assert!(!is_left(&killed, &open), "{killed:?} {open:?}");
        }
        assert!(!is_left_alone("b", &[row("lost")], &[row("lost")]), "another's");
    }

    #[test]
    fn every_broken_promise_and_every_state_that_is_not_met_turns_it_red() {
        let met = STATES.map(|state| (state.to_owned(), 1)).into_iter().collect();
        let good = BatchVerdict { met, ..BatchVerdict::default() };
        assert!(good.is_good());
        let cases: [fn(&mut BatchVerdict); 5] = [
            |verdict| verdict.lost = 1,
            |verdict| verdict.twice = 1,
            |verdict| verdict.torn = 1,
            |verdict| verdict.left_over = 1,
            |verdict| {
                verdict.met.remove("sending");
            },
        ];
        for case in cases {
            let mut bad = good.clone();
            case(&mut bad);
            assert!(!bad.is_good(), "{bad:?}");
        }
    }
}

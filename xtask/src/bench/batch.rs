//! The rows of the command line's batch: a file of requests, against a sandbox of its own.

use super::process::{self, Ended};
use super::setup::Setup;
use super::work::Work;
use crate::conformance::process::Sandbox;
use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long one run may take.
const LIMIT: Duration = Duration::from_secs(3 * 60 * 60);

/// Makes the pictures of a file of so many rows, or with `--dry-run` only looks at them.
pub(super) fn run(setup: &Setup, work: &Work, flags: &[&str]) -> Result<Ended> {
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
    let ended = process::run(&mut command, LIMIT);
    let _ = fs::remove_dir_all(&folder);
    ended
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

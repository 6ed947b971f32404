//! Measures whole processes, from start to end: the command line, and the programs that a user could use instead.

use super::figures::median;
use super::process::{self, Ended};
use super::program::{PATIENCE, Program, path_only};
use super::server::{Behaviour, Server};
use super::setup::Setup;
use super::work::Work;
use crate::error::Result;
use std::path::Path;
use std::process::Command;

/// The time of one run from nothing to a picture's answer, in milliseconds.
pub(super) fn start_ms(program: Program, setup: &Setup, work: &Work) -> Result<f64> {
    let server = Server::start(setup, work.behaviour)?;
    let mut command = match program {
        Program::Curl => {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "-f", "-H", "Authorization: Key key_id:key_secret"])
                .args(["--json", r#"{"prompt":"A fox reading a map, poster"}"#])
                .arg(format!("{}/run/{}", server.addresses.http, setup.endpoint));
            curl
        }
        Program::Ours => ideogram(setup, &server.addresses.http, &setup.folder, &["--sync"]),
        Program::OursInMemory => ideogram(setup, &server.addresses.http, &Setup::memory()?, &["--sync"]),
        _ => program.ordered(setup, work, &server, 1)?.0,
    };
    process::median_ms(work.count, &mut command, PATIENCE)
}

/// The same for a process that does as little as it can: it says its version, or runs an empty script.
pub(super) fn version_ms(program: Program, setup: &Setup, work: &Work) -> Result<f64> {
    let (program, arguments): (&Path, &[&str]) = match program {
        Program::Ours => (&setup.ideogram, &["--version"]),
        Program::Python => (&setup.python, &["-c", "pass"]),
        Program::JavaScript => (Path::new("node"), &["--eval", "0"]),
        Program::Curl => (Path::new("curl"), &["--version"]),
        _ => (Path::new("true"), &[]),
    };
    process::median_ms(work.count, Command::new(program).args(arguments), PATIENCE)
}

/// The time of runs over TLS that submit a job, follow it and save its picture, beyond the job's own time: the median, in
/// milliseconds.
pub(super) fn beyond_job_ms(program: Program, setup: &Setup, work: &Work) -> Result<f64> {
    let (shortest, longest) = work.behaviour.job_ms;
    let mut beyond = Vec::new();
    for number in 0..u32::try_from(work.count).unwrap_or(u32::MAX) {
        // Jobs take different times, because otherwise polls would always come just after, or just before, the end of a
        // job.
        let job_ms = shortest + number * 37 % (longest - shortest + 1);
        let server = Server::start(setup, Behaviour { job_ms: (job_ms, job_ms), ..work.behaviour })?;
        let mut command = match program {
            Program::Ours => {
                let mut ours = ideogram(setup, &server.addresses.https, &setup.folder, &[]);
                ours.env("IDEOGRAM_CA_FILE", &server.ca_file);
                ours
            }
            Program::Curl => {
                let mut curl = Command::new("sh");
                curl.arg(&setup.curl_program).args([&server.addresses.https, &setup.endpoint]);
                curl.arg(&server.ca_file).arg(setup.folder.join("download.png"));
                curl
            }
            _ => program.ordered(setup, work, &server, 1)?.0,
        };
        beyond.push(process::run(&mut command, PATIENCE)?.wall_ms() - f64::from(job_ms));
    }
    Ok(median(beyond))
}

/// The command line saves a picture of the stub server's.
pub(super) fn picture(setup: &Setup, work: &Work) -> Result<Ended> {
    let server = Server::start(setup, work.behaviour)?;
    process::run(&mut ideogram(setup, &server.addresses.http, &setup.folder, &["--sync"]), PATIENCE)
}

/// The command line making one picture, with its picture and its ledger in a folder.
fn ideogram(setup: &Setup, base: &str, folder: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(&setup.ideogram);
    command
        .args([&setup.verb, "A fox reading a map, poster", "--quiet", "--overwrite", "--output"])
        .arg(folder.join("made.png"))
        .arg("--ledger")
        .arg(folder.join("ledger.db"))
        .args(flags)
        .env_clear()
        .envs(path_only())
        .envs([("FAL_KEY", "key_id:key_secret"), ("IDEOGRAM_BASE_URL", base)]);
    command
}

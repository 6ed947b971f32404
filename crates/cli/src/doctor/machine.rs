//! This machine: the settings file, the ledger, the disk, the terminal.

use super::Check;
use crate::args::command;
use crate::config;
use crate::exit::ErrorKind;
use crate::ledger::Ledger;
use crate::settings::env;
use crate::settings::ledger::ledger_path;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// Below this much room a picture may not fit.
const LITTLE: u64 = 16 << 20;

/// Below this much room some pictures may not fit.
const TIGHT: u64 = 256 << 20;

pub(super) fn settings() -> Vec<Check> {
    let path = config::path().map(|path| path.display().to_string()).unwrap_or_default();
    vec![match config::settings(command) {
        Ok(settings) if settings.all.is_empty() => Check::fine("settings", format!("`{path}` sets nothing")),
        Ok(settings) => Check::fine("settings", format!("{} in `{path}`", settings.all.len())),
        Err(failure) => {
            Check::failed("settings", failure.kind(), failure.message(), "correct that line; calls stop until then")
        }
    }]
}

pub(super) fn ledger_and_disk(named: Option<&PathBuf>) -> Vec<Check> {
    let mut checks = Vec::new();
    match ledger_path(named) {
        Ok(path) => {
            checks.push(ledger(&path));
            let folder = path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
            checks.push(disk("disk", folder));
        }
        Err(failure) => {
            checks.push(Check::failed(
                "ledger",
                failure.kind(),
                failure.message(),
                "set `HOME`, or name one with `--ledger`",
            ));
        }
    }
    checks.push(disk("pictures", Path::new(".")));
    checks
}

fn ledger(path: &Path) -> Check {
    let shown = path.display();
    if !path.exists() {
        // The nearest existing folder decides whether the folder can be made.
        let above = path.ancestors().skip(1).find(|above| above.exists());
        return match above {
            Some(above) if above.is_dir() => Check::fine("ledger", format!("`{shown}` is made by the first call")),
            _ => Check::failed(
                "ledger",
                ErrorKind::File,
                format!("`{shown}` cannot be made: what should be a folder is a file"),
                "name another place with `--ledger` or `IDEOGRAM_LEDGER`",
            ),
        };
    }
    match Ledger::open(path) {
        Ok(_) => Check::fine("ledger", format!("`{shown}` is sound")),
        Err(error) => Check::failed(
            "ledger",
            ErrorKind::File,
            error.to_string(),
            "`ideogram jobs salvage` makes a working one of a damaged one; `--ledger` names another",
        ),
    }
}

#[cfg(unix)]
fn disk(name: &'static str, folder: &Path) -> Check {
    let shown = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = shown.display();
    match rustix::fs::statvfs(folder) {
        Ok(found) => {
            let room = judged(name, &shown.to_string(), found.f_bavail.saturating_mul(found.f_frsize));
            match tempfile::tempfile_in(folder) {
                Ok(_) => room,
                Err(error) => Check::failed(
                    name,
                    ErrorKind::File,
                    format!("`{shown}` cannot be written: {error}"),
                    "go to another folder, or correct its permissions",
                ),
            }
        }
        Err(error) => Check::skipped(name, format!("`{shown}`: {error}")),
    }
}

#[cfg(not(unix))]
fn disk(name: &'static str, _: &Path) -> Check {
    Check::skipped(name, "not known here")
}

fn judged(name: &'static str, folder: &str, room: u64) -> Check {
    let found = format!("{} MiB are free in `{folder}`", room >> 20);
    if room < LITTLE {
        Check::failed(name, ErrorKind::File, found, "make room before the next call")
    } else if room < TIGHT {
        Check::warning(name, found, "make room soon")
    } else {
        Check::fine(name, found)
    }
}

pub(super) fn terminal() -> Check {
    if !std::io::stderr().is_terminal() {
        return Check::fine("terminal", "none is here: plain lines, no colours");
    }
    let kind = env::text(env::TERM).unwrap_or_default();
    let colours = if crate::colour::on_stdout() { "colours" } else { "no colours" };
    if kind.is_empty() || kind == "dumb" {
        let advice = "set `TERM` to what your terminal is, where it can more";
        return Check::warning("terminal", format!("`TERM` is `{kind}`: {colours}"), advice);
    }
    Check::fine("terminal", format!("{kind}, {colours}"))
}

#[cfg(test)]
mod tests {
    use super::judged;

    #[test]
    fn a_disk_is_judged_by_its_room() {
        for (room, state) in [(0, "failed"), (20 << 20, "warning"), (1 << 30, "ok")] {
            assert_eq!(judged("disk", "/", room).row().state, state);
        }
    }
}

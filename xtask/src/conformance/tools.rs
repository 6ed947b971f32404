//! What the drivers need, installed in pinned versions below `target/`, once.

use super::process;
use crate::error::{Error, Result};
use crate::print::say;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A generous limit, because registries are slow at times.
const LIMIT: Duration = Duration::from_secs(600);

/// Installs the Python packages and the Node modules, and lays the JavaScript drivers beside the modules.
///
/// # Errors
/// A tool is missing, or an installation fails; the message says what to do.
pub(super) fn install(drivers: &Path, place: &Path) -> Result<()> {
    std::fs::create_dir_all(place).map_err(|error| Error::new(error.to_string()).in_file(place))?;
    for (tool, package) in [("python3", "python3 python3-venv"), ("node", "nodejs"), ("npm", "npm"), ("curl", "curl")] {
        let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_err() {
            return Err(Error::new(format!("`{tool}` is missing: `apt-get install {package}`, or your system's way")));
        }
    }
    python(&drivers.join("requirements.txt"), place, "venv")?;
    let modules = place.join("javascript");
    let package = drivers.join("javascript/package.json");
    once(&package, &modules.join("node_modules/installed.txt"), || {
        copy(&drivers.join("javascript"), &modules)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&modules);
        step(npm, place, "the Node modules cannot be installed: is the package registry in reach?")
    })?;
    // Node looks for modules beside and above the file that imports them.
    copy(&drivers.join("javascript"), &modules)
}

/// Installs Python packages into a folder of that name.
///
/// # Errors
/// As [`install`].
pub(super) fn python(requirements: &Path, place: &Path, name: &str) -> Result<()> {
    let folder = place.join(name);
    once(requirements, &folder.join("installed.txt"), || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&folder);
        step(venv, place, "`python3 -m venv` fails: `apt-get install python3-venv`, or your system's way")?;
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements);
        step(pip, place, "the Python packages cannot be installed: is the package registry in reach?")
    })
}

/// Does the work unless it was done for a file with the same text.
fn once(file: &Path, done: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = std::fs::read(file).map_err(|error| Error::new(error.to_string()).in_file(file))?;
    if std::fs::read(done).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    say!("installing what {} names", file.display());
    work()?;
    std::fs::write(done, wanted).map_err(|error| Error::new(error.to_string()).in_file(done))
}

fn step(command: Command, place: &Path, advice: &str) -> Result<()> {
    let log = place.join("install.log");
    if process::run(command, &log, LIMIT)? {
        return Ok(());
    }
    let said = std::fs::read_to_string(&log).unwrap_or_default();
    Err(Error::new(format!("{advice}\n{}", said.trim_end())))
}

/// Copies the files of a folder, not its folders.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let work = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    };
    work().map_err(|error| Error::new(error.to_string()).in_file(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_installed_is_installed_again_only_when_the_list_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (list, done) = (folder.path().join("list"), folder.path().join("done"));
        let mut times = 0;
        for text in ["a==1", "a==1", "a==2"] {
            std::fs::write(&list, text).unwrap();
            once(&list, &done, || {
                times += 1;
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(times, 2);
        std::fs::write(&list, "a==3").unwrap();
        assert!(once(&list, &done, || Err(Error::new("no"))).is_err());
        assert_eq!(std::fs::read_to_string(&done).unwrap(), "a==2");
    }
}

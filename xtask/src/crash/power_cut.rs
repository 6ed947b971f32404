//! Simulates a power cut: drops what a killed process had written and not synced.
//!
//! A small library, loaded before the C library (`LD_PRELOAD`), keeps copies of what the program syncs. On demand it
//! also disables syncs, locks or unnamed files, to show that the check then fails. The program itself is the one that
//! users get, and contains no code for this.

use crate::error::{Error, Result};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = include_str!("power_cut.c");

/// What is taken away from a program, to show that it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Without {
    /// Nothing that it syncs is kept
    Sync,
    /// Every lock is granted, so a claim keeps nobody out
    Claim,
    /// There are no files without a name, as on some file systems
    Unnamed,
}

/// The library, built.
#[derive(Debug)]
pub(super) struct PowerCut {
    library: PathBuf,
    without: Option<Without>,
}

impl PowerCut {
    /// Builds the library below this folder.
    pub(super) fn build(folder: &Path, without: Option<Without>) -> Result<Self> {
        let (source, library) = (folder.join("power_cut.c"), folder.join("power_cut.so"));
        fs::create_dir_all(folder).map_err(|error| Error::new(error.to_string()).in_file(folder))?;
        fs::write(&source, SOURCE).map_err(|error| Error::new(error.to_string()).in_file(&source))?;
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-pthread", "-o"]).args([&library, &source]);
        let output = compiler.output().map_err(|error| Error::new(format!("cannot run `cc`: {error}")))?;
        if !output.status.success() {
            return Err(Error::new(String::from_utf8_lossy(&output.stderr).trim().to_owned()).in_file(&source));
        }
        Ok(Self { library, without })
    }

    /// Loads the library into a process; what it syncs goes below `synced`, where that is given.
    pub(super) fn load(&self, command: &mut Command, synced: Option<&Path>) {
        command.env("LD_PRELOAD", &self.library);
        if let Some(synced) = synced {
            command.env("CRASH_SYNCED", synced);
        }
        if let Some(without) = self.without {
            let without = match without {
                Without::Sync => "sync",
                Without::Claim => "claim",
                Without::Unnamed => "unnamed",
            };
            command.env("CRASH_WITHOUT", without);
        }
    }
}

/// Restores a folder to what was synced: the names at the folder's last sync, and each file with its content at the
/// file's last sync.
pub(super) fn cut(folder: &Path, synced: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::new(error.to_string()).in_file(folder);
    let kept = |path: &Path| {
        let inode = fs::metadata(path).map_err(failed)?.ino();
        Ok::<_, Error>(fs::read(synced.join(inode.to_string())).unwrap_or_default())
    };
    let names = String::from_utf8_lossy(&kept(folder)?).into_owned();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            continue;
        }
        if names.lines().any(|kept| kept == name) {
            fs::write(&path, kept(&path)?).map_err(failed)?;
        } else {
            fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    /// What a folder holds.
    fn content(folder: &Path) -> Vec<(String, String)> {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let read = |path: PathBuf| {
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
        };
        let mut files: Vec<_> = files.map(read).collect();
        files.sort();
        files
    }

    #[test]
    fn what_was_not_synced_is_gone_after_a_power_cut() {
        // The library has to be in the process that syncs, so `sync` of the coreutils does it.
        let place = tempfile::tempdir().unwrap();
        let (folder, synced) = (place.path().join("folder"), place.path().join("synced"));
        for made in [&folder, &synced] {
            fs::create_dir(made).unwrap();
        }
        let library = PowerCut::build(place.path(), None).unwrap();
        let sync = |path: &Path| {
            let mut command = Command::new("sync");
            library.load(command.arg(path), Some(&synced));
            assert!(command.status().unwrap().success());
        };
        for name in ["whole", "longer", "never", "late"] {
            if name == "late" {
                sync(&folder);
            }
            fs::write(folder.join(name), "one").unwrap();
            if name != "never" {
                sync(&folder.join(name));
            }
        }
        std::io::Write::write_all(&mut File::options().append(true).open(folder.join("longer")).unwrap(), b"two")
            .unwrap();
        cut(&folder, &synced).unwrap();
        let expected = [("longer", "one"), ("never", ""), ("whole", "one")];
        assert_eq!(content(&folder), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}

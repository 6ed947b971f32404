//! The file of a batch: where it is, what it is called, and what its rows are relative to.

use crate::exit::Failure;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Where the rows come from.
pub(super) struct Source {
    /// The file as it was named, for messages.
    pub(super) name: String,
    /// The file that is read; its ending may say what it is.
    pub(super) path: PathBuf,
    /// What the paths in it are relative to.
    pub(super) folder: PathBuf,
    /// What the batch is called.
    pub(super) batch: String,
    /// A copy of what can be read once only.
    spooled: Option<NamedTempFile>,
}

impl Source {
    /// Looks at the file; stdin and pipes are copied to a temporary file first, and have to be given a name.
    pub(super) fn open(path: &Path, name: Option<&str>) -> Result<Self, Failure> {
        let is_stdin = path == "-";
        let cannot = |error: io::Error| Failure::file(format!("cannot read `{}`: {error}", path.display()));
        let once = is_stdin || !std::fs::metadata(path).map_err(cannot)?.is_file();
        let shown = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
        if !once {
            let whole = path.canonicalize().map_err(cannot)?;
            let batch = name.map_or_else(|| whole.display().to_string(), str::to_owned);
            let folder = whole.parent().unwrap_or(Path::new("/")).to_owned();
            return Ok(Self { name: shown, path: path.to_owned(), folder, batch, spooled: None });
        }
        let Some(batch) = name.map(str::to_owned) else {
            return Err(Failure::usage(format!(
                "`{shown}` can be read once only, so the batch needs a name to be known by: `--name NAME`"
            )));
        };
        let spool = || -> io::Result<NamedTempFile> {
            let mut spooled = NamedTempFile::new()?;
            if is_stdin {
                io::copy(&mut io::stdin().lock(), &mut spooled)?;
            } else {
                io::copy(&mut File::open(path)?, &mut spooled)?;
            }
            Ok(spooled)
        };
        let folder = std::env::current_dir().map_err(cannot)?;
        Ok(Self { name: shown, path: path.to_owned(), folder, batch, spooled: Some(spool().map_err(cannot)?) })
    }

    /// The file, to be read from its beginning.
    pub(super) fn file(&self) -> Result<File, Failure> {
        let opened = match &self.spooled {
            Some(spooled) => spooled.reopen(),
            None => File::open(&self.path),
        };
        opened.map_err(|error| Failure::file(format!("cannot read `{}`: {error}", self.name)))
    }
}

//! Files that are there whole or not at all.

use crate::text::cut;
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs;
use tokio::io::{AsyncWriteExt, BufWriter};

/// Bytes that are gathered before the disk is asked: each asking is a trip to another thread.
const GATHERED: usize = 512 << 10;
/// Numbers that are tried where a name is taken.
const NUMBERS: u32 = 10_000;

/// A file beside its destination, which removes itself unless it is put in place.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    file: BufWriter<fs::File>,
}

impl Draft {
    /// Opens a new file beside `destination`: only on the same file system can it be put in place in one step.
    pub(crate) async fn beside(destination: &Path) -> io::Result<Self> {
        let name = destination
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?
            .to_string_lossy();
        let short = cut(&name, 100);
        let unique = format!(".{short}.{:x}-{:x}.part", std::process::id(), crate::retry::random());
        let path = destination.with_file_name(unique);
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&path).await?;
        Ok(Self { path, file: BufWriter::with_capacity(GATHERED, file) })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// Puts the file in place, its content on the disk before its name is.
    pub(crate) async fn put(mut self, destination: &Path) -> io::Result<()> {
        self.settle().await?;
        fs::rename(&self.path, destination).await?;
        self.path = PathBuf::new();
        Ok(())
    }

    /// Puts the file in the folder under this name, or this name with a number where it is taken: nothing is replaced.
    pub(crate) async fn put_new(mut self, folder: &Path, name: &str) -> io::Result<PathBuf> {
        self.settle().await?;
        let (stem, extension) = name.rsplit_once('.').map_or((name, String::new()), |(a, b)| (a, format!(".{b}")));
        for number in 1..NUMBERS {
            let name = if number == 1 { name.to_owned() } else { format!("{stem}-{number}{extension}") };
            let path = folder.join(name);
            // A hard link fails where a rename would replace; not every file system has them.
            match fs::hard_link(&self.path, &path).await {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(_) => match fs::OpenOptions::new().write(true).create_new(true).open(&path).await {
                    Ok(_) => {
                        fs::rename(&self.path, &path).await?;
                        self.path = PathBuf::new();
                        return Ok(path);
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                },
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files of that name"))
    }

    async fn settle(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // A leftover is a nuisance, not a failure; the failure that led here is reported.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

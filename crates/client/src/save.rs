//! Files that are there whole or not at all.

use crate::text::cut;
use std::io;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;

/// A file beside its destination, which removes itself unless it is put in place.
pub(crate) struct Draft {
    path: PathBuf,
    file: Option<tokio::fs::File>,
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
        let file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&path).await?;
        Ok(Self { path, file: Some(file) })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).await,
            None => Err(io::Error::other("the file is in place already")),
        }
    }

    /// Puts the file in place, its content on the disk before its name is.
    pub(crate) async fn put(mut self, destination: &Path) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            file.flush().await?;
            file.sync_all().await?;
        }
        tokio::fs::rename(&self.path, destination).await?;
        self.path = PathBuf::new();
        Ok(())
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

/// Writes a whole file.
pub(crate) async fn atomically(destination: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = Draft::beside(destination).await?;
    draft.write(bytes).await?;
    draft.put(destination).await
}

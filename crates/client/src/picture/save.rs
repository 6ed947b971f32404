//! Files that are saved completely or not at all: written beside their destination, then renamed.

use crate::text::cut;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::fs;
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes that are buffered before they are written: each write is a trip to another thread.
const BUFFER_BYTES: usize = 512 << 10;
/// How far the numbers go that are tried where a name is taken.
const MAX_NUMBER: u32 = 10_000;

/// A file beside its destination that removes itself unless it is persisted.
///
/// A full buffer is written by another thread while the next one fills.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: PathBuf,
    file: Arc<std::fs::File>,
    buffer: Vec<u8>,
    writing: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl TempFile {
    /// Opens a new file beside `destination`: only on the same file system can it be put in place in one step.
    pub(crate) async fn beside(destination: &Path) -> io::Result<Self> {
        let name = destination
            .file_name()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?
            .to_string_lossy();
        let short = cut(&name, 100);
        let unique = format!(".{short}.{:x}-{:x}.part", std::process::id(), crate::chance::random());
        let path = destination.with_file_name(unique);
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&path).await?;
        let file = Arc::new(file.into_std().await);
        Ok(Self { path, file, buffer: Vec::new(), writing: None })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_BYTES { self.write_buffer().await } else { Ok(()) }
    }

    /// Starts to write the buffer, once the one before it is written.
    async fn write_buffer(&mut self) -> io::Result<()> {
        let spare = self.written().await?;
        let piece = std::mem::replace(&mut self.buffer, spare);
        let file = self.file.clone();
        self.writing = Some(spawn_blocking(move || {
            let mut piece = piece;
            (&*file).write_all(&piece)?;
            piece.clear();
            Ok(piece)
        }));
        Ok(())
    }

    /// Waits until the write that is under way is done, and gives its empty buffer back.
    async fn written(&mut self) -> io::Result<Vec<u8>> {
        match self.writing.take() {
            Some(writing) => writing.await.map_err(io::Error::other)?,
            None => Ok(Vec::new()),
        }
    }

    /// Puts the file in place, its content on the disk before its name is.
    pub(crate) async fn persist(mut self, destination: &Path) -> io::Result<()> {
        self.sync().await?;
        fs::rename(&self.path, destination).await?;
        self.path = PathBuf::new();
        Ok(())
    }

    /// Puts the file in the folder under this name, or this name with a number where it is taken: nothing is replaced.
    pub(crate) async fn persist_unique(mut self, folder: &Path, name: &str) -> io::Result<PathBuf> {
        self.sync().await?;
        let (stem, extension) = name.rsplit_once('.').map_or((name, String::new()), |(a, b)| (a, format!(".{b}")));
        for number in 1..MAX_NUMBER {
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

    async fn sync(&mut self) -> io::Result<()> {
        self.write_buffer().await?;
        self.written().await?;
        let file = self.file.clone();
        spawn_blocking(move || file.sync_all()).await.map_err(io::Error::other)?
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // A leftover is a nuisance, not a failure; the failure that led here is reported.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

//! A file that is downloaded into its folder: written by another thread while more of it comes in.

use crate::picture::part::{PartFile, blocking};
use crate::picture::sink::{Content, Sink};
use std::io;
use std::path::PathBuf;
use tokio::task::{JoinHandle, spawn_blocking};

/// How many bytes are collected before they are written, since each write is passed to another thread.
const GATHERED: usize = 512 << 10;

/// A file that is being downloaded. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Draft {
    part: PartFile,
    gathered: Vec<u8>,
    sink: Option<Sink>,
    /// A piece that is being written; this returns the sink and an empty buffer.
    writing: Option<Writing>,
}

type Writing = JoinHandle<io::Result<(Sink, Vec<u8>)>>;

impl Draft {
    /// Opens a file in the folder. `name` is its temporary name, if it needs one.
    pub(crate) async fn open(folder: PathBuf, name: Option<String>) -> io::Result<Self> {
        let part = blocking(move || PartFile::open(&folder, name.as_deref())).await?;
        Ok(Self { part, gathered: Vec::new(), sink: None, writing: None })
    }

    /// Begins to write the file, from its beginning if an earlier download has failed.
    pub(crate) async fn begin(&mut self, md5: bool) -> io::Result<()> {
        // Waits for a write of the earlier download; whether it succeeds does not matter any more.
        let _ = self.written().await;
        self.gathered.clear();
        let file = self.part.handle()?;
        self.sink = Some(blocking(move || Sink::new(file, md5)).await?);
        Ok(())
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED { self.pass_on().await } else { Ok(()) }
    }

    /// Waits until the piece before is written, and starts to write the collected bytes.
    async fn pass_on(&mut self) -> io::Result<()> {
        let spare = self.written().await?;
        let mut piece = std::mem::replace(&mut self.gathered, spare);
        let mut sink = self.sink.take().ok_or_else(stopped)?;
        self.writing = Some(spawn_blocking(move || {
            sink.write(&piece)?;
            piece.clear();
            Ok((sink, piece))
        }));
        Ok(())
    }

    /// Waits until the current piece is written, and returns its empty buffer. Cancel-safe.
    async fn written(&mut self) -> io::Result<Vec<u8>> {
        let Some(writing) = &mut self.writing else { return Ok(Vec::new()) };
        let outcome = writing.await;
        self.writing = None;
        let (sink, spare) = outcome.map_err(io::Error::other)??;
        self.sink = Some(sink);
        Ok(spare)
    }

    /// Writes it from its beginning to its end at once, on another thread.
    pub(crate) async fn fill<T: Send + 'static>(
        &mut self,
        write: impl FnOnce(&mut Sink) -> io::Result<T> + Send + 'static,
    ) -> io::Result<(T, Content)> {
        self.begin(false).await?;
        let mut sink = self.sink.take().ok_or_else(stopped)?;
        blocking(move || Ok((write(&mut sink)?, sink.finish()))).await
    }

    /// Waits until everything is written, and returns what is known of the content.
    pub(crate) async fn finish(&mut self) -> io::Result<Content> {
        self.pass_on().await?;
        self.written().await?;
        Ok(self.sink.take().ok_or_else(stopped)?.finish())
    }

    /// The file itself, once it is finished.
    pub(crate) fn into_part(self) -> PartFile {
        self.part
    }
}

fn stopped() -> io::Error {
    io::Error::other("the file was given up before")
}

//! A file that is downloaded into its folder: written by another thread while more of it comes in.

use crate::picture::part::{PartFile, blocking};
use crate::picture::sink::{Content, Sink};
use std::io;
use std::path::PathBuf;
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes that are gathered before the disk is asked: each asking is a trip to another thread.
const GATHERED: usize = 512 << 10;

/// A file that is being downloaded. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Draft {
    part: PartFile,
    gathered: Vec<u8>,
    sink: Option<Sink>,
    /// A piece on its way to the disk; the sink and an empty buffer come back.
    writing: Option<Writing>,
}

type Writing = JoinHandle<io::Result<(Sink, Vec<u8>)>>;

impl Draft {
    /// Opens a file in the folder. The name is a temporary one, for where one is needed.
    pub(crate) async fn open(folder: PathBuf, name: Option<String>) -> io::Result<Self> {
        let part = blocking(move || PartFile::open(&folder, name.as_deref())).await?;
        Ok(Self { part, gathered: Vec::new(), sink: None, writing: None })
    }

    /// Begins to write it, again where a download has failed before.
    pub(crate) async fn begin(&mut self, md5: bool) -> io::Result<()> {
        // What is still being written comes first; how that ends does not matter any more.
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

    /// Has what is gathered written, once the piece before it is.
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

    /// Waits until the piece that is being written is, and gives its empty buffer back. Cancel-safe.
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

    /// Has all of it written, and tells what it is.
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

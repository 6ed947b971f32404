//! The content of a local picture, from memory, a file or a reader, as bodies of requests.

use super::progress::Attempt;
use super::unreadable::unreadable;
use crate::error::Result;
use crate::limits;
use crate::picture::format::Format;
use bytes::Bytes;
use futures_util::stream;
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};

/// How many bytes are read from a file at once.
const PIECE: usize = 256 << 10;

/// A local picture.
pub(super) enum Content {
    Memory(Bytes),
    File { path: PathBuf, length: u64 },
    Reader(Box<dyn AsyncRead + Send + Sync + Unpin>),
}

/// A part of a local picture that can be sent, and sent again.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Memory(Bytes),
    File { path: PathBuf, offset: u64, length: u64 },
}

impl Content {
    pub(super) async fn open(path: PathBuf) -> Result<Self> {
        let facts = tokio::fs::metadata(&path).await.map_err(|error| unreadable(&path, error))?;
        if !facts.is_file() {
            return Err(unreadable(&path, io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")));
        }
        Ok(Self::File { path, length: facts.len() })
    }

    /// The format, recognised by the content.
    pub(super) async fn format(&self) -> Result<Option<Format>> {
        match self {
            Self::Memory(bytes) => Ok(Format::of(bytes)),
            Self::File { path, .. } => {
                let mut begin = Vec::new();
                let file = File::open(path).await.map_err(|error| unreadable(path, error))?;
                let mut file = file.take(u64::try_from(Format::BYTES).unwrap_or(u64::MAX));
                file.read_to_end(&mut begin).await.map_err(|error| unreadable(path, error))?;
                Ok(Format::of(&begin))
            }
            Self::Reader(_) => Ok(None),
        }
    }
}

impl Piece {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::File { length, .. } => *length,
        }
    }

    /// All of it in memory, up to `limit` bytes.
    pub(super) async fn read(&self) -> Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::File { path, offset, length } => {
                let mut whole = Vec::new();
                let read = async {
                    let mut file = File::open(path).await?;
                    file.seek(SeekFrom::Start(*offset)).await?;
                    file.take(*length).read_to_end(&mut whole).await
                };
                read.await.map_err(|error| unreadable(path, error))?;
                Ok(whole.into())
            }
        }
    }

    /// The content as the body of a request, which reports its progress.
    pub(super) async fn body(&self, attempt: Attempt) -> Result<reqwest::Body> {
        match self {
            Self::Memory(bytes) => {
                // Slices share the memory, and make the progress visible.
                let bytes = bytes.clone();
                let starts = (0..bytes.len()).step_by(PIECE);
                let pieces: Vec<_> = starts.map(|start| bytes.slice(start..bytes.len().min(start + PIECE))).collect();
                let pieces = stream::iter(pieces.into_iter().map(Ok::<_, io::Error>));
                Ok(reqwest::Body::wrap_stream(attempt.measure(pieces)))
            }
            Self::File { path, offset, length } => {
                let opened = async {
                    let mut file = File::open(path).await?;
                    file.set_max_buf_size(PIECE);
                    file.seek(SeekFrom::Start(*offset)).await?;
                    io::Result::Ok(file)
                };
                let file = opened.await.map_err(|error| unreadable(path, error))?;
                let pieces = stream::unfold((file, *length), |(mut file, left)| async move {
                    if left == 0 {
                        return None;
                    }
                    let mut piece = bytes::BytesMut::with_capacity(PIECE.min(usize::try_from(left).unwrap_or(PIECE)));
                    match file.read_buf(&mut piece).await {
                        Ok(0) => {
                            let error = io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter");
                            Some((Err(error), (file, 0)))
                        }
                        Ok(_) => {
                            let read = u64::try_from(piece.len()).unwrap_or(u64::MAX).min(left);
                            piece.truncate(usize::try_from(read).unwrap_or(usize::MAX));
                            Some((Ok(piece.freeze()), (file, left - read)))
                        }
                        Err(error) => Some((Err(error), (file, 0))),
                    }
                });
                Ok(reqwest::Body::wrap_stream(attempt.measure(pieces)))
            }
        }
    }
}

/// Reads the next part of a reader: empty at its end.
pub(super) async fn next_part(reader: &mut (dyn AsyncRead + Send + Sync + Unpin)) -> io::Result<Bytes> {
    let mut part = Vec::new();
    let limit = u64::try_from(limits::PART_BYTES).unwrap_or(u64::MAX);
    reader.take(limit).read_to_end(&mut part).await?;
    Ok(part.into())
}

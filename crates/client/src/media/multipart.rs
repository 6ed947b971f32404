//! Uploads in parts: memory is bounded, each part is retried separately, and the parts are put together in order.

use super::content::{Content, Piece, next_part};
use super::metadata::UploadMetadata;
use super::progress::Meter;
use super::sending::Sending;
use super::storage::{Storage, Token, read};
use crate::call::json;
use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http::header::{CONTENT_LENGTH, ETAG, HeaderMap};
use ideogram_schema::{MultipartCompletion, MultipartUpload, UploadPart};
use tokio::io::AsyncRead;

/// How many parts of a file are sent at the same time; each is read while it is sent.
const FILE_PARTS: usize = 4;
/// How many parts of a reader, which are in memory, are sent at the same time; one more is being read.
const MEMORY_PARTS: usize = 2;

/// Uploads content of any size. `first` is what was read of a reader already.
pub(super) async fn upload(
    sending: &Sending<'_>,
    token: &Token,
    content: Content,
    first: Option<Bytes>,
) -> Result<String> {
    let Sending { storage, metadata, meter } = sending;
    let begun = begin(storage, token, metadata).await?;
    let send = |(number, piece): (u32, Piece)| send(storage, token, &begun, number, piece, meter);
    let step = u64::try_from(limits::PART_BYTES).unwrap_or(u64::MAX);
    let mut parts: Vec<UploadPart> = match content {
        Content::Memory(bytes) => {
            let starts = (0..bytes.len()).step_by(limits::PART_BYTES);
            let pieces = starts.map(|at| Piece::Memory(bytes.slice(at..bytes.len().min(at + limits::PART_BYTES))));
            stream::iter((1..).zip(pieces)).map(send).buffer_unordered(FILE_PARTS).try_collect().await?
        }
        Content::File { path, length } => {
            let starts = (0..length.div_ceil(step)).map(|index| index * step);
            let pieces =
                starts.map(|offset| Piece::File { path: path.clone(), offset, length: step.min(length - offset) });
            stream::iter((1..).zip(pieces)).map(send).buffer_unordered(FILE_PARTS).try_collect().await?
        }
        Content::Reader(reader) => {
            let pieces = pieces_of(reader, first);
            let numbered = pieces.enumerate().map(|(index, piece)| {
                let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                piece.map(|piece| send((number, piece)))
            });
            numbered.try_buffer_unordered(MEMORY_PARTS).try_collect().await?
        }
    };
    parts.sort_unstable_by_key(|part| part.part_number);
    complete(storage, token, &begun, parts).await?;
    Ok(begun.access_url)
}

/// A reader in parts, each read when there is room for it.
fn pieces_of(
    reader: Box<dyn AsyncRead + Send + Sync + Unpin>,
    first: Option<Bytes>,
) -> BoxStream<'static, Result<Piece>> {
    stream::try_unfold((reader, first), |(mut reader, first)| async move {
        let part = match first {
            Some(part) => part,
            None => next_part(&mut *reader)
                .await
                .map_err(|error| Error::new(ErrorKind::File, "the picture cannot be read").with_source(error))?,
        };
        Ok((!part.is_empty()).then_some((Piece::Memory(part), (reader, None))))
    })
    .boxed()
}

async fn begin(storage: &Storage, token: &Token, metadata: &UploadMetadata) -> Result<MultipartUpload> {
    let cdn = storage.cdn(token, token.base.as_str(), metadata.headers(0)?)?;
    let (name, lifecycle) = (metadata.ascii_name(), metadata.lifecycle());
    let attempt = || async {
        let (head, body) = read(cdn.begin_multipart(Some(&name), lifecycle, lifecycle).await).await?;
        json::from_slice(&body).map_err(|error| Error::unreadable(head, error))
    };
    storage.wire.repeat(Operation::Upload, None, attempt).await
}

async fn send(
    storage: &Storage,
    token: &Token,
    begun: &MultipartUpload,
    number: u32,
    piece: Piece,
    meter: &Meter,
) -> Result<UploadPart> {
    // Without its length a streamed body would go out in chunks, which storage hosts refuse.
    let length = HeaderMap::from_iter([(CONTENT_LENGTH, piece.length().into())]);
    let cdn = storage.cdn(token, &begun.access_url, length)?;
    let attempt = || async {
        let attempt = meter.attempt();
        let body = piece.body(attempt.clone()).await?;
        let answer = cdn.upload_part(&begun.upload_id, number.into(), body).await;
        let etag = answer.as_ref().ok().and_then(|answer| answer.headers().get(ETAG)?.to_str().ok()).map(str::to_owned);
        read(answer).await.inspect_err(|_| attempt.failed())?;
        let etag = etag.ok_or_else(|| Error::new(ErrorKind::Decode, "the answer to a part has no `ETag`"))?;
        Ok(UploadPart::new(number.into(), etag))
    };
    storage.wire.repeat(Operation::Part, None, attempt).await
}

async fn complete(storage: &Storage, token: &Token, begun: &MultipartUpload, parts: Vec<UploadPart>) -> Result<()> {
    let cdn = storage.cdn(token, &begun.access_url, HeaderMap::new())?;
    let parts = MultipartCompletion::new(parts);
    let attempt = || async { read(cdn.complete_multipart(&begun.upload_id, &parts).await).await };
    storage.wire.repeat(Operation::Upload, None, attempt).await.map(drop)
}

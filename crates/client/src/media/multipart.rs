//! Uploads in parts: bounded in memory, each part repeated by itself, put together in order.

use super::content::{Content, Meter, Piece, next_part};
use super::storage::{Begun, Part, Token};
use super::upload::Description;
use crate::error::{Error, Kind, Result};
use crate::operation::Operation;
use crate::{Client, limits};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::io::AsyncRead;
use url::Url;

/// Parts of a file that are on their way at once: each is read as it is sent.
const FILE_PARTS: usize = 4;
/// Parts in memory that are on their way at once; one more is being read.
const MEMORY_PARTS: usize = 2;

/// Uploads content of any size. `first` is what was read of a reader already.
pub(super) async fn upload(
    client: &Client,
    token: &Token,
    content: Content,
    first: Option<Bytes>,
    description: &Description,
    meter: &Meter,
) -> Result<String> {
    let begun = begin(client, token, description).await?;
    let send = |(number, piece): (u32, Piece)| send(client, token, &begun, number, piece, meter);
    let step = u64::try_from(limits::PART_BYTES).unwrap_or(u64::MAX);
    let mut parts: Vec<Part> = match content {
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
    complete(client, token, &begun, &parts).await?;
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
                .map_err(|error| Error::new(Kind::File, "the picture cannot be read").with_source(error))?,
        };
        Ok((!part.is_empty()).then_some((Piece::Memory(part), (reader, None))))
    })
    .boxed()
}

async fn begin(client: &Client, token: &Token, description: &Description) -> Result<Begun> {
    let url = format!("{}/files/upload/multipart", token.base.as_str());
    let attempt = || async {
        let url = parse(&url)?;
        let (head, _, body) =
            client.to_cdn(token, Method::POST, url, description.headers()?, reqwest::Body::from(""), 0).await?;
        serde_json::from_slice(&body).map_err(|error| Error::unreadable(head, error))
    };
    client.repeat(Operation::Upload, None, attempt).await
}

async fn send(client: &Client, token: &Token, begun: &Begun, number: u32, piece: Piece, meter: &Meter) -> Result<Part> {
    let url = url_of(begun, &number.to_string())?;
    let attempt = || async {
        let attempt = meter.attempt();
        let body = piece.body(attempt.clone()).await?;
        let sent = client.to_cdn(token, Method::PUT, url.clone(), HeaderMap::new(), body, piece.length()).await;
        let (_, etag, _) = sent.inspect_err(|_| attempt.failed())?;
        let etag = etag.ok_or_else(|| Error::new(Kind::Decode, "the answer to a part has no `ETag`"))?;
        Ok(Part { part_number: number, etag })
    };
    client.repeat(Operation::Part, None, attempt).await
}

async fn complete(client: &Client, token: &Token, begun: &Begun, parts: &[Part]) -> Result<()> {
    let url = url_of(begun, "complete")?;
    let body = serde_json::json!({ "parts": parts }).to_string();
    let attempt = || async {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        client.to_cdn(token, Method::POST, url.clone(), headers, reqwest::Body::from(body.clone()), length).await
    };
    client.repeat(Operation::Upload, None, attempt).await.map(drop)
}

fn url_of(begun: &Begun, last: &str) -> Result<Url> {
    let mut url = parse(&begun.access_url)?;
    match url.path_segments_mut() {
        Ok(mut segments) => segments.pop_if_empty().extend(["multipart", &begun.upload_id, last]),
        Err(()) => return Err(Error::new(Kind::Decode, "the CDN named a URL that is none")),
    };
    Ok(url)
}

fn parse(text: &str) -> Result<Url> {
    Url::parse(text).map_err(|error| Error::new(Kind::Decode, "the CDN named a URL that is none").with_source(error))
}

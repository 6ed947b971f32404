//! A picture on its way to the storage in one piece: to the CDN, or to a signed URL.

use super::content::Piece;
use super::metadata::UploadMetadata;
use super::progress::Meter;
use super::storage::{Storage, read};
use crate::call::json;
use crate::call::operation::Operation;
use crate::error::{Error, Result};
use ideogram_schema::UploadedFile;

/// What an upload needs besides the content, to the CDN and to a signed URL alike.
pub(super) struct Sending<'a> {
    pub(super) storage: &'a Storage,
    pub(super) metadata: &'a UploadMetadata,
    pub(super) meter: &'a Meter,
}

impl Sending<'_> {
    /// To the CDN, with a token.
    pub(super) async fn in_one_piece(&self, piece: &Piece) -> Result<String> {
        let Self { storage, metadata, meter } = self;
        let token = storage.cdn_token().await?;
        let base = storage.wire.bases.cdn.as_str();
        let cdn = storage.cdn(&token, base, metadata.headers(piece.length())?)?;
        let (name, lifecycle) = (metadata.ascii_name(), metadata.lifecycle());
        let attempt = || async {
            let attempt = meter.attempt();
            let body = piece.body(attempt.clone()).await?;
            // The lifecycle has two header names, and both are sent.
            let sent = read(cdn.upload_file(Some(&name), lifecycle, lifecycle, body).await).await;
            let (head, body) = sent.inspect_err(|_| attempt.failed())?;
            let answer: UploadedFile = json::from_slice(&body).map_err(|error| Error::unreadable(head, error))?;
            Ok(answer.access_url)
        };
        storage.wire.repeat(Operation::Upload, None, attempt).await
    }

    /// To a signed URL, with no credential.
    pub(super) async fn to_signed_url(&self, piece: &Piece) -> Result<String> {
        let Self { storage, metadata, meter } = self;
        let announced = storage.announce(metadata).await?;
        let attempt = || async {
            let attempt = meter.attempt();
            let body = piece.body(attempt.clone()).await?;
            let (url, content_type) = (&announced.upload_url, &metadata.content_type);
            let sent = storage.to_signed_url(url, content_type, body, piece.length()).await;
            sent.inspect_err(|_| attempt.failed())
        };
        storage.wire.repeat(Operation::Upload, None, attempt).await?;
        Ok(announced.file_url)
    }
}

//! Uploading a picture.

use super::content::{Content, Piece, next_part};
use super::hosted::HostedUrl;
use super::input::{ImageInput, Located};
use super::metadata::UploadMetadata;
use super::multipart;
use super::progress::Meter;
use super::sending::Sending;
use super::storage::Storage;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::picture::data_uri;
use crate::picture::file_name;
use crate::picture::format::Format;
use crate::picture::progress::{OnProgress, Progress};
use crate::wire::lifecycle::ObjectLifecycle;
use futures_util::future::{BoxFuture, FutureExt};
use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use url::Url;

/// An upload, made by [`Client::upload`](crate::Client::upload), which has its errors; awaiting it gives the picture's
/// [`HostedUrl`]. It costs nothing.
///
/// The picture goes to fal's CDN (`POST /files/upload`) with a token that many uploads share: in one piece up to
/// [`limits::SINGLE_UPLOAD_BYTES`] (100 MiB), above that in parts of [`limits::PART_BYTES`] (10 MiB), read from the disk as
/// they are sent. If the CDN fails, the picture goes to a signed URL of the storage instead, which gets no credential.
/// This does not work for a reader with more than one part, because it can be read only once.
///
/// A picture on the web is not fetched: its URL is the [`HostedUrl`].
///
/// ```no_run
/// use ideogram_client::{Client, ImageInput, ObjectLifecycle};
/// use std::time::Duration;
///
/// # async fn example(client: Client) -> ideogram_client::Result<()> {
/// let one_day = ObjectLifecycle::new().with_expiration(Duration::from_secs(24 * 60 * 60))?;
/// let image = client
///     .upload(ImageInput::path("fox.png"))
///     .with_object_lifecycle(one_day)
///     .on_progress(|progress| println!("{} of {:?} bytes", progress.bytes, progress.total))
///     .await?;
/// println!("uploaded to {image}");
/// # Ok(())
/// # }
/// ```
#[must_use = "an upload begins when it is awaited"]
pub struct Upload {
    storage: Arc<Storage>,
    image: ImageInput,
    inline_up_to: u64,
    lifecycle: Option<ObjectLifecycle>,
    progress: Option<OnProgress>,
}

impl Upload {
    pub(crate) fn new(storage: Arc<Storage>, image: ImageInput) -> Self {
        Self { storage, image, inline_up_to: 0, lifecycle: None, progress: None }
    }

    /// Sends nothing: the picture becomes a `data:` URI, which is sent within the request itself. How large such a
    /// picture may be is not documented by fal; this client inlines at most [`limits::INLINE_BYTES`] (10 MiB), and a
    /// larger picture ends in an error whose [`is_input`](Error::is_input) is true.
    pub fn inline(self) -> Self {
        self.inline_up_to(u64::MAX)
    }

    /// Inlines a picture of at most this many bytes, as [`inline`](Self::inline) does, and uploads a larger one. By default
    /// 0: every local picture is uploaded.
    pub fn inline_up_to(mut self, bytes: u64) -> Self {
        self.inline_up_to = bytes;
        self
    }

    /// How long the uploaded file is kept, and who may read it; by default as the account says. It is sent in the header
    /// `X-Fal-Object-Lifecycle` of the call that uploads the file, or that asks for a signed URL.
    pub fn with_object_lifecycle(mut self, lifecycle: ObjectLifecycle) -> Self {
        self.lifecycle = Some(lifecycle);
        self
    }

    /// Calls this function during the upload, with the number of bytes sent so far. It is called from the task that
    /// sends, so it must not block. It is not called for a picture that is inlined or on the web.
    pub fn on_progress(mut self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    async fn send(self) -> Result<HostedUrl> {
        let Self { storage, image, inline_up_to, lifecycle, progress } = self;
        let path_name = match &image.source {
            super::input::Source::Path(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            _ => None,
        };
        let mut content = match image.source.locate().await? {
            Located::Web(url) => return Ok(HostedUrl::new(url)),
            Located::Here(content) => content,
        };
        // A reader that ends within one part is a picture in memory like any other.
        let mut first = None;
        if let Content::Reader(reader) = &mut content {
            let unread = |error| Error::new(ErrorKind::File, "the picture cannot be read").with_source(error);
            let begin = next_part(&mut **reader).await.map_err(unread)?;
            if begin.len() < limits::PART_BYTES {
                content = Content::Memory(begin);
            } else {
                first = Some(begin);
            }
        }
        let format = match &first {
            Some(begin) => Format::of(begin),
            None => content.format().await?,
        };
        let given = image.file_name.or(path_name).unwrap_or_else(|| "image".to_owned());
        let metadata = UploadMetadata {
            file_name: file_name::clean(&given, format),
            content_type: match (format, image.content_type) {
                (Some(format), _) => format.content_type().to_owned(),
                (None, Some(given)) => given,
                (None, None) => "application/octet-stream".to_owned(),
            },
            lifecycle: lifecycle.as_ref().map(ObjectLifecycle::to_header),
        };
        let whole = match &content {
            Content::Memory(bytes) => Some(Piece::Memory(bytes.clone())),
            Content::File { path, length } => Some(Piece::File { path: path.clone(), offset: 0, length: *length }),
            Content::Reader(_) => None,
        };
        let length = whole.as_ref().map(Piece::length);
        if length == Some(0) {
            return Err(Error::input("the picture is empty"));
        }
        if let Some(piece) = whole.as_ref().filter(|piece| piece.length() <= inline_up_to) {
            return inline(piece, &metadata).await;
        }
        if inline_up_to == u64::MAX {
            return Err(too_large_to_inline());
        }
        let sending = Sending { storage: &storage, metadata: &metadata, meter: &Meter::new(length, progress) };
        let url = if let Some(piece) = whole {
            sending.to_storage(content, &piece).await?
        } else {
            let token = storage.cdn_token().await?;
            multipart::upload(&sending, &token, content, first).await?
        };
        Url::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Error::new(ErrorKind::Decode, "the storage named no usable URL for the uploaded file"))?;
        Ok(HostedUrl::new(url))
    }
}

async fn inline(piece: &Piece, metadata: &UploadMetadata) -> Result<HostedUrl> {
    if piece.length() > limits::INLINE_BYTES {
        return Err(too_large_to_inline());
    }
    let bytes = piece.read().await?;
    Ok(HostedUrl::new(data_uri::encode(&metadata.content_type, &bytes)))
}

fn too_large_to_inline() -> Error {
    Error::input(format!(
        "the picture is larger than {} bytes, so upload it instead of inlining it",
        limits::INLINE_BYTES
    ))
}

impl Sending<'_> {
    /// Tries the CDN first, and then a signed URL if the CDN itself is the reason for the failure.
    async fn to_storage(&self, content: Content, piece: &Piece) -> Result<String> {
        let error = match self.to_cdn(content, piece).await {
            Ok(url) => return Ok(url),
            Err(error) => error,
        };
        // An error of the picture or the key would be the same there.
        if error.is_file() || error.is_input() || error.is_auth() || error.is_exhausted_balance() {
            return Err(error);
        }
        match self.to_signed_url(piece).await {
            Ok(url) => Ok(url),
            // The first error is the one to report.
            Err(_) => Err(error),
        }
    }

    async fn to_cdn(&self, content: Content, piece: &Piece) -> Result<String> {
        let token = self.storage.cdn_token().await?;
        if piece.length() > limits::SINGLE_UPLOAD_BYTES {
            return multipart::upload(self, &token, content, None).await;
        }
        let refused = match self.in_one_piece(piece).await {
            Err(error) if error.is_auth() => error,
            outcome => return outcome,
        };
        // The token may have been revoked, so try once more with a new one.
        self.storage.forget_cdn_token().await;
        self.in_one_piece(piece).await.map_err(|_| refused)
    }
}

impl IntoFuture for Upload {
    type Output = Result<HostedUrl>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("image", &self.image).finish_non_exhaustive()
    }
}

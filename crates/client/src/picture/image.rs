//! A picture that the server made: read it, or save it.

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::picture::data_uri::DataUri;
use crate::picture::download::{self, Incoming};
use crate::picture::progress::{OnProgress, Progress};
use crate::text::cut;
use crate::wire::Wire;
use crate::wire::answer;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use ideogram_schema::File;
use std::fmt;
use std::sync::Arc;

/// A file that the server made, ready to be downloaded; made by [`Client::image`](crate::Client::image).
///
/// It is a `GET` of the file's `url`, by default on fal's CDN; a picture that the answer contains as a `data:` URI
/// (`sync_mode`) is read the same way. A download never carries the API key. It goes over TLS to public addresses only, or to
/// this machine if the client's base URL is on it. How long the CDN keeps a file is the account's setting, or the
/// request's ([`ObjectLifecycle`](crate::ObjectLifecycle)).
///
/// ```no_run
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let response = client.run(&ideogram_client::GenerateInput::new("A fox")).await?;
/// for file in &response.images {
///     let bytes = client.image(file).bytes().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Image {
    wire: Arc<Wire>,
    file: Arc<File>,
    max_bytes: usize,
    any_content: bool,
    request_id: Option<String>,
    part_name: Option<String>,
    progress: Option<OnProgress>,
}

impl Image {
    pub(crate) fn new(wire: Arc<Wire>, file: File) -> Self {
        Self {
            wire,
            file: Arc::new(file),
            max_bytes: limits::IMAGE_BYTES,
            any_content: false,
            request_id: None,
            part_name: None,
            progress: None,
        }
    }

    /// The largest picture that is read, in bytes; by default [`limits::IMAGE_BYTES`]. A larger one ends in an error whose
    /// [`is_too_large`](Error::is_too_large) is true, or, if the answer itself contains the picture as a `data:` URI, whose
    /// [`is_decode`](Error::is_decode) is true.
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Saves any content. By default, text in place of a picture, such as an error page, ends in an error whose
    /// [`is_decode`](Error::is_decode) is true, unless the endpoint's answer says that the file is not a picture
    /// (`content_type`).
    pub fn with_any_content(mut self) -> Self {
        self.any_content = true;
        self
    }

    /// The request that made the file, so that an error of the download can name it
    /// ([`request_id`](Error::request_id)). [`Response::save_to`](crate::Response::save_to) sets it.
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// The name of the temporary file; by default it is random.
    ///
    /// A download is written to a file without a name where the system has such files. Elsewhere, and when an existing file is
    /// replaced, it is written to a temporary file in the same folder. A program that is killed leaves that file behind; with a
    /// name of its own choice it can find and remove it. A file that an earlier run left under this name is removed. A second
    /// attempt at a download that came damaged adds `-2` to the name.
    pub fn with_part_name(mut self, name: impl Into<String>) -> Self {
        self.part_name = Some(name.into());
        self
    }

    /// Calls this function while the picture is saved, with the number of bytes received so far. It is called from the task that
    /// saves, so it must not block. It is not called by [`bytes`](Self::bytes) and [`stream`](Self::stream), nor for a picture that
    /// the answer itself contains.
    pub fn on_progress(mut self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Reports the progress to the caller's function.
    pub(crate) fn tell(&self, bytes: u64, total: Option<u64>) {
        if let Some(progress) = &self.progress {
            progress(Progress { bytes, total });
        }
    }

    /// The file as the endpoint's answer describes it: its URL, and name, type and size where they are given.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Downloads the whole picture into memory.
    ///
    /// # Errors
    /// [`is_expired`](Error::is_expired) when the server no longer has it; [`is_foreign_url`](Error::is_foreign_url) when the
    /// client does not download from the address in its URL; [`is_too_large`](Error::is_too_large) above the size limit;
    /// [`is_connect`](Error::is_connect), [`is_timeout`](Error::is_timeout), a server error or
    /// [`is_decode`](Error::is_decode) when it did not arrive. The picture is paid for in each case:
    /// [`state`](Error::state) is [`Answered`](crate::RequestState::Answered), and [`file_url`](Error::file_url) says where it
    /// is.
    pub async fn bytes(&self) -> Result<Bytes> {
        let read = async {
            if let Some(inline) = self.inline()? {
                return Ok(inline);
            }
            let attempt = || async {
                let Incoming { head, response, .. } = download::start(&self.wire, &self.file.url).await?;
                answer::read(response, self.max_bytes).await.map_err(|error| error.with_head(head))
            };
            self.wire.repeat(Operation::Download, None, attempt).await
        };
        read.await.map_err(|error| self.undelivered(error))
    }

    /// Downloads the picture piece by piece, up to the size limit. When the connection fails after the first piece, the stream
    /// ends with an error; [`bytes`](Self::bytes) and [`save_to`](Self::save_to) begin again in that case.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn example(image: ideogram_client::Image) -> ideogram_client::Result<()> {
    /// let mut pieces = image.stream().await?;
    /// while let Some(piece) = pieces.try_next().await? {
    ///     println!("{} bytes", piece.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), before the stream or as one of its pieces, which is then the last.
    pub async fn stream(&self) -> Result<BoxStream<'static, Result<Bytes>>> {
        let opened = async {
            if let Some(inline) = self.inline()? {
                return Ok(stream::iter([Ok(inline)]).boxed());
            }
            let attempt = || download::start(&self.wire, &self.file.url);
            let Incoming { head, response, .. } = self.wire.repeat(Operation::Download, None, attempt).await?;
            let image = self.clone();
            let pieces = self.bounded(head, response);
            Ok(pieces.map(move |piece| piece.map_err(|error| image.undelivered(error))).boxed())
        };
        opened.await.map_err(|error| self.undelivered(error))
    }

    /// Limits a body: it ends in an error when it exceeds the limit.
    pub(crate) fn bounded(
        &self,
        head: Head,
        response: reqwest::Response,
    ) -> impl futures_util::Stream<Item = Result<Bytes>> + Send + use<> {
        let limit = self.max_bytes;
        stream::unfold(Some((head, response, 0_usize)), move |state| async move {
            let (head, mut response, seen) = state?;
            let piece = match response.chunk().await {
                Ok(piece) => piece?,
                Err(error) => return Some((Err(Error::transport(error).with_head(head)), None)),
            };
            let seen = seen.saturating_add(piece.len());
            if seen > limit {
                return Some((Err(answer::too_large(limit).with_head(head)), None));
            }
            Some((Ok(piece), Some((head, response, seen))))
        })
    }

    fn inline(&self) -> Result<Option<Bytes>> {
        let Some(uri) = DataUri::parse(&self.file.url) else { return Ok(None) };
        uri.decode(self.max_bytes).map(|bytes| Some(bytes.into())).map_err(|why| Error::new(ErrorKind::Decode, why))
    }

    /// The server's name for the file, from its answer or from the URL.
    pub(crate) fn given_name(&self) -> &str {
        let in_url = || {
            let path = self.file.url.split(['?', '#']).next()?;
            let name = path.rsplit('/').next()?;
            (!path.starts_with("data:") && name.contains('.')).then_some(name)
        };
        self.file.file_name.as_deref().or_else(in_url).unwrap_or_default()
    }

    /// Whether text as the content is an error: if the server says that the file is a picture, or does not say what it
    /// is.
    pub(crate) fn must_be_picture(&self) -> bool {
        !self.any_content && self.file.content_type.as_deref().is_none_or(|kind| kind.starts_with("image/"))
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(crate) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(crate) fn part_name(&self) -> Option<&str> {
        self.part_name.as_deref()
    }

    /// An error of this file, which is paid for.
    pub(crate) fn undelivered(&self, error: Error) -> Error {
        error.hiding(&self.wire.secrets).undelivered(&self.file.url, self.request_id.as_deref())
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = cut(&self.file.url, 200);
        f.debug_struct("Image").field("url", &url).field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

//! A picture that the server made: read it, or save it.

use crate::call::head::Head;
use crate::call::operation::Operation;
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::picture::data_uri::DataUri;
use crate::picture::download;
use crate::picture::file_name;
use crate::picture::format::Format;
use crate::picture::save::TempFile;
use crate::text::cut;
use crate::wire::Wire;
use crate::wire::answer;
use crate::wire::answer::BodyStream;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use ideogram_schema::File;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that the server made, ready to be downloaded; made by [`Client::image`](crate::Client::image).
///
/// A picture that stands in the answer as a `data:` URI is read the same way. A download never carries the API key, and
/// goes over TLS to public addresses only; to this machine when the client is set up against it.
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
    file: File,
    max_bytes: usize,
}

impl Image {
    pub(crate) fn new(wire: Arc<Wire>, file: File) -> Self {
        Self { wire, file, max_bytes: limits::IMAGE_BYTES }
    }

    /// The largest picture that is read, in bytes; by default [`limits::IMAGE_BYTES`].
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// What the server said of it.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The whole picture.
    ///
    /// # Errors
    /// [`is_foreign_url`](Error::is_foreign_url) when the server names a place that is not downloaded from;
    /// [`is_too_large`](Error::is_too_large) above the bound; [`is_not_found`](Error::is_not_found),
    /// [`is_connect`](Error::is_connect) or [`is_timeout`](Error::is_timeout) when it cannot be downloaded.
    pub async fn bytes(&self) -> Result<Bytes> {
        if let Some(inline) = self.inline()? {
            return Ok(inline);
        }
        let attempt = || async {
            let (head, body) = download::start(&self.wire, &self.file.url).await?;
            answer::read(&head, body, self.max_bytes).await
        };
        self.wire.repeat(Operation::Download, None, attempt).await
    }

    /// The picture as it comes, piece by piece, up to the bound. Once it has begun, trouble is not made up for by
    /// beginning again, as [`bytes`](Self::bytes) and [`save_to`](Self::save_to) do.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes); each piece may be one, and is then the last.
    pub async fn stream(&self) -> Result<BoxStream<'static, Result<Bytes>>> {
        if let Some(inline) = self.inline()? {
            return Ok(stream::iter([Ok(inline)]).boxed());
        }
        let attempt = || download::start(&self.wire, &self.file.url);
        let (head, body) = self.wire.repeat(Operation::Download, None, attempt).await?;
        Ok(self.bounded(head, body).boxed())
    }

    /// Saves the picture under this path. The file is there whole or not at all; one that was there is replaced.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and [`is_file`](Error::is_file) when it cannot be written.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let file = self.to_temp_file(path).await?.0;
        file.persist(path).await.map_err(|error| unwritable(path, error))
    }

    /// Saves the picture in this folder, and gives its path. The name is the server's, cleaned so that it stays in the
    /// folder, with an extension that fits the content; where there is such a file already, a number is added.
    ///
    /// # Errors
    /// As [`save_to`](Self::save_to).
    pub async fn save_in(&self, folder: impl AsRef<Path>) -> Result<PathBuf> {
        let folder = folder.as_ref();
        let (file, format) = self.to_temp_file(&folder.join("image")).await?;
        let given = self.file.file_name.as_deref().or_else(|| self.name_in_url()).unwrap_or_default();
        let name = file_name::clean(given, format);
        file.persist_unique(folder, &name).await.map_err(|error| unwritable(&folder.join(&name), error))
    }

    /// The picture in a file beside its destination, and what it is.
    async fn to_temp_file(&self, destination: &Path) -> Result<(TempFile, Option<Format>)> {
        let unwritable = |error| unwritable(destination, error);
        if let Some(inline) = self.inline()? {
            let mut file = TempFile::beside(destination).await.map_err(unwritable)?;
            file.write(&inline).await.map_err(unwritable)?;
            return Ok((file, Format::of(&inline)));
        }
        let attempt = || async {
            let (head, body) = download::start(&self.wire, &self.file.url).await?;
            let mut body = std::pin::pin!(self.bounded(head, body));
            let mut file = TempFile::beside(destination).await.map_err(unwritable)?;
            let mut begin = Vec::with_capacity(Format::BYTES);
            while let Some(piece) = body.next().await {
                let piece = piece?;
                begin.extend(piece.iter().take(Format::BYTES - begin.len()));
                file.write(&piece).await.map_err(unwritable)?;
            }
            Ok((file, Format::of(&begin)))
        };
        self.wire.repeat(Operation::Download, None, attempt).await
    }

    /// A body that ends in an error where it passes the bound.
    fn bounded(&self, head: Head, body: BodyStream) -> impl futures_util::Stream<Item = Result<Bytes>> + Send + use<> {
        let limit = self.max_bytes;
        stream::unfold(Some((head, body, 0_usize)), move |state| async move {
            let (head, mut body, seen) = state?;
            let piece = match body.next().await? {
                Ok(piece) => piece,
                Err(error) => return Some((Err(Error::transport(error).with_head(head)), None)),
            };
            let seen = seen.saturating_add(piece.len());
            if seen > limit {
                return Some((Err(answer::too_large(&head, limit)), None));
            }
            Some((Ok(piece), Some((head, body, seen))))
        })
    }

    fn inline(&self) -> Result<Option<Bytes>> {
        let Some(uri) = DataUri::parse(&self.file.url) else { return Ok(None) };
        uri.decode(self.max_bytes).map(|bytes| Some(bytes.into())).map_err(|why| Error::new(ErrorKind::Decode, why))
    }

    fn name_in_url(&self) -> Option<&str> {
        let path = self.file.url.split(['?', '#']).next()?;
        let name = path.rsplit('/').next()?;
        (!path.starts_with("data:") && name.contains('.')).then_some(name)
    }
}

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::File, format!("`{}` cannot be written", path.display())).with_source(error)
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = cut(&self.file.url, 200);
        f.debug_struct("Image").field("url", &url).field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

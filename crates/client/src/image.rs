//! A picture that the server made: read it, or save it.

use crate::data_uri::DataUri;
use crate::error::{Error, Kind, Result};
use crate::operation::Operation;
use crate::text::cut;
use crate::{Client, File, answer, download, limits};
use bytes::Bytes;
use std::fmt;
use std::path::Path;

/// A file that the server made, ready to be downloaded; made by [`Client::image`].
///
/// A picture that stands in the answer as a `data:` URI is read the same way. A download never carries the API key, and
/// goes over TLS to public addresses only; to this machine when the client is set up against it.
///
/// ```no_run
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let response = client.run(&ideogram_client::GenerateInput::new("A fox")).await?;
/// let bytes = client.image(&response.images[0]).bytes().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Image {
    client: Client,
    file: File,
    max_bytes: usize,
}

impl Image {
    pub(crate) fn new(client: Client, file: File) -> Self {
        Self { client, file, max_bytes: limits::IMAGE_BYTES }
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
    /// [`is_too_large`](Error::is_too_large) above the bound; what HTTP has to offer otherwise.
    pub async fn bytes(&self) -> Result<Bytes> {
        if let Some(uri) = DataUri::parse(&self.file.url) {
            return uri.decode(self.max_bytes).map(Bytes::from).map_err(|why| Error::new(Kind::Decode, why));
        }
        let attempt = || async {
            let (head, body) = download::open(&self.client, &self.file.url).await?;
            answer::read(&head, body, self.max_bytes).await
        };
        self.client.repeat(Operation::Download, None, attempt).await
    }

    /// Saves the picture under this path. The file is there whole or not at all; one that was there is replaced.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and [`is_file`](Error::is_file) when it cannot be written.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.bytes().await?;
        crate::save::atomically(path, &bytes).await.map_err(|error| {
            Error::new(Kind::File, format!("`{}` cannot be written", path.display())).with_source(error)
        })
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = cut(&self.file.url, 200);
        f.debug_struct("Image").field("url", &url).field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

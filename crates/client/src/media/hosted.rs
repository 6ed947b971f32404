//! A picture that the endpoints can read.

use crate::text::cut;
use std::fmt;

/// The URL of a picture that the endpoints can read: uploaded, somewhere on the web, or a `data:` URI. Made by
/// [`Client::upload`](crate::Client::upload).
///
/// Every input field for a picture takes it. One upload can be used by any number of requests, for as long as the file
/// is kept. `Debug` shows the first 200 bytes only, since a `data:` URI may be megabytes.
///
/// ```
/// use ideogram_client::{HostedUrl, ImageInput, RemixInput};
///
/// # async fn example(client: ideogram_client::Client) -> ideogram_client::Result<()> {
/// let image: HostedUrl = client.upload(ImageInput::path("fox.png")).inline().await?;
/// assert!(image.is_inline());
/// let input = RemixInput::new("An ice cream", image);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HostedUrl(String);

impl HostedUrl {
    pub(crate) fn new(url: String) -> Self {
        Self(url)
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the URL is a `data:` URI, which contains the picture.
    pub fn is_inline(&self) -> bool {
        self.0.starts_with("data:")
    }
}

impl From<HostedUrl> for String {
    fn from(url: HostedUrl) -> Self {
        url.0
    }
}

impl AsRef<str> for HostedUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for HostedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A data URI may be megabytes.
        write!(f, "HostedUrl({:?})", cut(&self.0, 200))
    }
}

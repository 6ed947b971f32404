//! Where a picture comes from.

use super::content::Content;
use crate::error::{Error, Result};
use crate::limits;
use crate::picture::data_uri::DataUri;
use crate::text::cut;
use bytes::Bytes;
use std::fmt;
use std::path::{Path, PathBuf};
use tokio::io::AsyncRead;
use url::Url;

/// A picture to work on: a URL, a file, bytes, a reader or a `data:` URI.
///
/// ```
/// use ideogram_client::ImageInput;
///
/// let inputs = [
///     ImageInput::url("https://example.com/fox.png"),
///     ImageInput::path("fox.png"),
///     ImageInput::bytes(vec![0x89, b'P', b'N', b'G']).with_file_name("fox.png"),
///     // What a person types: a URL, a data URI, else a path.
///     ImageInput::from_text("fox.png"),
/// ];
/// ```
#[must_use]
pub struct ImageInput {
    pub(super) source: Source,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

pub(super) enum Source {
    Url(String),
    DataUri(String),
    Bytes(Bytes),
    Path(PathBuf),
    Reader(Box<dyn AsyncRead + Send + Sync + Unpin>),
}

/// Where a picture is.
pub(super) enum Located {
    /// At a URL, which the endpoints fetch themselves.
    Web(String),
    /// On this machine.
    Here(Content),
}

impl ImageInput {
    fn new(source: Source) -> Self {
        Self { source, file_name: None, content_type: None }
    }

    /// A picture on the web, at an `http` or `https` URL. The service fetches it, so the service must be able to reach
    /// the URL.
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(Source::Url(url.into()))
    }

    /// A file of this machine. It is read when it is uploaded, and again for each attempt.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(path.into()))
    }

    /// The bytes of a picture in memory, encoded (PNG, JPEG, …). Cloning [`Bytes`] copies nothing.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()))
    }

    /// A `data:` URI, decoded as browsers do it, up to [`limits::IMAGE_BYTES`].
    pub fn data_uri(uri: impl Into<String>) -> Self {
        Self::new(Source::DataUri(uri.into()))
    }

    /// A picture from a reader. It is read once, in parts of [`limits::PART_BYTES`] (10 MiB). One that ends within the
    /// first part is kept in memory; for a longer one, an upload that fails cannot begin again.
    pub fn reader(reader: impl AsyncRead + Send + Sync + Unpin + 'static) -> Self {
        Self::new(Source::Reader(Box::new(reader)))
    }

    /// Interprets a text that a person types: an `http` or `https` URL, a `data:` URI, or else a path.
    pub fn from_text(text: &str) -> Self {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => Self::url(text),
            Some("data") => Self::data_uri(text),
            _ => Self::path(text),
        }
    }

    /// The name that the uploaded file gets, which becomes the end of its URL; by default that of the path, else `image`. Its
    /// extension is replaced by that of the format recognised in the content.
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// The MIME type of content whose format is not recognised, by default `application/octet-stream`; a format that is
    /// recognised in the content ([`Format::of`](crate::Format::of)) takes precedence.
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Whether the picture is on this machine, and not at a URL: everything but [`url`](Self::url).
    pub fn is_local(&self) -> bool {
        !matches!(self.source, Source::Url(_))
    }
}

impl Source {
    /// Finds out where the picture is, and checks that it can be used.
    pub(super) async fn locate(self) -> Result<Located> {
        Ok(match self {
            Self::Url(text) => {
                let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                if url.is_none() {
                    return Err(Error::input(format!("{:?} is not an `http` or `https` URL", cut(&text, 200))));
                }
                Located::Web(text)
            }
            Self::DataUri(text) => Located::Here(Content::Memory(decode(&text)?)),
            Self::Bytes(bytes) => Located::Here(Content::Memory(bytes)),
            Self::Path(path) => Located::Here(Content::open(path).await?),
            Self::Reader(reader) => Located::Here(Content::Reader(reader)),
        })
    }
}

/// The bytes of a data URI.
pub(super) fn decode(text: &str) -> Result<Bytes> {
    let uri = DataUri::parse(text).ok_or_else(|| Error::input("the text is not a `data:` URI"))?;
    uri.decode(limits::IMAGE_BYTES).map(Bytes::from).map_err(Error::input)
}

impl From<&Path> for ImageInput {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for ImageInput {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<Bytes> for ImageInput {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for ImageInput {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<&'static [u8]> for ImageInput {
    fn from(bytes: &'static [u8]) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Url> for ImageInput {
    fn from(url: Url) -> Self {
        Self::url(url)
    }
}

impl fmt::Debug for ImageInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Url(url) => write!(f, "ImageInput::url({:?})", cut(url, 200)),
            Source::DataUri(uri) => write!(f, "ImageInput::data_uri({} bytes)", uri.len()),
            Source::Bytes(bytes) => write!(f, "ImageInput::bytes({} bytes)", bytes.len()),
            Source::Path(path) => write!(f, "ImageInput::path({})", path.display()),
            Source::Reader(_) => f.write_str("ImageInput::reader(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageInput, Source};

    #[test]
    fn what_a_person_types_is_told_apart() {
        assert!(matches!(ImageInput::from_text("HTTPS://a.example/b").source, Source::Url(_)));
        assert!(matches!(ImageInput::from_text("data:image/png;base64,AA").source, Source::DataUri(_)));
        for path in ["fox.png", "C:\\fox.png", "./http:x", "a:b.png"] {
            assert!(matches!(ImageInput::from_text(path).source, Source::Path(_)), "{path}");
        }
    }
}

//! What is known of a file that was downloaded, and what is suspicious about it.

use crate::call::head::Head;
use crate::picture::announced::Announced;
#[cfg(feature = "media")]
use crate::picture::dimensions::Dimensions;
use crate::picture::format::Format;
use crate::picture::sink::Content;
use crate::text::clean;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ideogram_schema::{File, Integer};
use std::fmt;

/// What is known of the content of a file that was downloaded, computed while it was written: size, checksum, format, and
/// warnings. A [`SavedFile`](crate::SavedFile) and a [`Download`](crate::Download) dereference to it.
///
/// ```no_run
/// # async fn example(image: ideogram_client::Image) -> ideogram_client::Result<()> {
/// let saved = image.save_to("fox.png").await?;
/// println!("{} bytes, {:?}, SHA-256 {}", saved.bytes(), saved.format(), saved.sha256());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) format: Option<Format>,
    #[cfg(feature = "media")]
    pub(crate) dimensions: Option<Dimensions>,
    pub(crate) warnings: Vec<DownloadWarning>,
}

impl FileFacts {
    /// The size in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of the content, in lower-case hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The format, judged by the content; `None` for a format that this crate does not know.
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// Width and height in pixels, read from the file's header; `None` if the header does not contain them.
    #[cfg(feature = "media")]
    pub fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    /// What is suspicious about the file; empty if nothing is. Such a file was downloaded twice, with the same content
    /// both times.
    pub fn warnings(&self) -> &[DownloadWarning] {
        &self.warnings
    }
}

/// Something suspicious about a file that was downloaded. [`Display`](fmt::Display) is a clause for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownloadWarning {
    /// The checksum in this header of the download is not that of the content.
    Checksum {
        /// The header's name, in lower case.
        header: &'static str,
    },
    /// The answer of the endpoint named another size (`file_size`).
    Size {
        /// The size in the answer, in bytes.
        announced: i64,
        /// The size of the file, in bytes.
        received: u64,
    },
    /// The file does not end as its format requires: it may be cut.
    NoEnd {
        /// The format that it begins as.
        format: Format,
    },
    /// The content has a format that this crate does not know.
    UnknownFormat,
    /// The server says that it has compressed the file, which was not asked for.
    Encoded {
        /// The header `Content-Encoding`.
        encoding: String,
    },
}

impl fmt::Display for DownloadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum { header } => write!(f, "its content does not have the checksum in the header `{header}`"),
            Self::Size { announced, received } => {
                write!(f, "it has {received} bytes where the answer says {announced}")
            }
            Self::NoEnd { format } => write!(f, "it does not end as {} does, so it may be cut", format.content_type()),
            Self::UnknownFormat => f.write_str("it is of no known format"),
            Self::Encoded { encoding } => write!(f, "the server says that it is encoded as `{}`", clean(encoding, 64)),
        }
    }
}

/// Why this content is refused; if there is a reason, the file is not kept.
pub(crate) fn refusal(content: &Content, head: Option<&Head>, picture: bool) -> Option<String> {
    let Content { bytes, .. } = content;
    let announced = head.and_then(|head| head.content_length).filter(|announced| announced != bytes);
    if let Some(announced) = announced {
        return Some(format!("{bytes} bytes came where {announced} were announced"));
    }
    if *bytes == 0 {
        return Some("it is empty".to_owned());
    }
    let says_text = head.is_some_and(|head| {
        let kind = head.content_type.as_deref().unwrap_or_default().to_ascii_lowercase();
        ["text/", "application/json", "application/xml", "application/problem"]
            .iter()
            .any(|text| kind.starts_with(text))
    });
    (picture && content.format().is_none() && (says_text || content.is_text()))
        .then(|| format!("its {bytes} bytes are text and no picture"))
}

/// The warnings about this content.
pub(crate) fn warnings(content: &Content, announced: &Announced, file: &File, picture: bool) -> Vec<DownloadWarning> {
    let mut warnings = Vec::new();
    let sha256 = Some(STANDARD.encode(&content.sha256));
    for (checksum, actual) in [(&announced.sha256, &sha256), (&announced.md5, &content.md5)] {
        if let (Some((header, checksum)), Some(actual)) = (checksum, actual)
            && checksum.trim_end_matches('=') != actual.trim_end_matches('=')
        {
            warnings.push(DownloadWarning::Checksum { header });
        }
    }
    if let Some(announced) = file.file_size.as_ref().and_then(Integer::get)
        && i64::try_from(content.bytes) != Ok(announced)
    {
        warnings.push(DownloadWarning::Size { announced, received: content.bytes });
    }
    match content.format() {
        Some(format) if !content.is_ended() => warnings.push(DownloadWarning::NoEnd { format }),
        None if picture => warnings.push(DownloadWarning::UnknownFormat),
        _ => {}
    }
    if let Some(encoding) = &announced.encoding {
        warnings.push(DownloadWarning::Encoded { encoding: encoding.clone() });
    }
    warnings
}

//! The metadata of an uploaded file: name, MIME type, lifecycle.

use crate::error::{Error, Result};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};

/// The metadata of an uploaded file.
#[derive(Clone, Debug)]
pub(super) struct UploadMetadata {
    pub(super) file_name: String,
    pub(super) content_type: String,
    pub(super) lifecycle: Option<String>,
}

impl UploadMetadata {
    /// The headers of an upload of this length: the `Content-Length`, which a streamed body does not set itself, and
    /// the MIME type.
    pub(super) fn headers(&self, length: u64) -> Result<HeaderMap> {
        let content_type = HeaderValue::try_from(&self.content_type)
            .map_err(|_| Error::input(format!("{:?} cannot stand in a header", self.content_type)))?;
        Ok(HeaderMap::from_iter([(CONTENT_LENGTH, length.into()), (CONTENT_TYPE, content_type)]))
    }

    /// The file's name in ASCII, for a header.
    pub(super) fn ascii_name(&self) -> String {
        self.file_name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect()
    }

    pub(super) fn lifecycle(&self) -> Option<&str> {
        self.lifecycle.as_deref()
    }
}

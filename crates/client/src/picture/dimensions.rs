//! How large a picture is.

use crate::picture::format::Format;
use std::fmt;

/// Width and height of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Dimensions {
    /// Reads them from the header of an encoded picture; no pixel is decoded. `None` for a format that is not in
    /// [`Format`](crate::Format), and if the header does not contain them.
    ///
    /// ```
    /// use ideogram_client::Dimensions;
    ///
    /// let gif = b"GIF89a\x03\x00\x02\x00\x00\x00\x00";
    /// assert_eq!(Dimensions::of(gif), Some(Dimensions { width: 3, height: 2 }));
    /// ```
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Format::of(bytes)?;
        imagesize::blob_size(bytes).ok().map(Self::from)
    }

    /// Reads them from a file, wherever in it the header stands.
    pub(crate) fn read(file: std::fs::File) -> Option<Self> {
        imagesize::reader_size(std::io::BufReader::new(file)).ok().map(Self::from)
    }

    pub(crate) fn from(size: imagesize::ImageSize) -> Self {
        Self { width: size.width, height: size.height }
    }
}

impl fmt::Display for Dimensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

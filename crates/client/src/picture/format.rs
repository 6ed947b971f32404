//! The format of a picture, recognised by its first bytes.

/// A picture format, recognised by the first bytes of a file, whatever its name or a server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// AVIF.
    Avif,
    /// HEIC or HEIF.
    Heif,
    /// BMP.
    Bmp,
    /// TIFF.
    Tiff,
}

impl Format {
    /// How many bytes [`of`](Self::of) needs.
    pub const BYTES: usize = 16;

    /// The format of a file with these first bytes; `None` if it is none of these.
    ///
    /// ```
    /// use ideogram_client::Format;
    ///
    /// assert_eq!(Format::of(b"\x89PNG\r\n\x1a\n...."), Some(Format::Png));
    /// assert_eq!(Format::of(b"<!doctype html>"), None);
    /// ```
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => Self::Avif,
            [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i' | b'v', _, ..]
            | [_, _, _, _, b'f', b't', b'y', b'p', b'm', b'i', b'f', b'1', ..] => Self::Heif,
            [b'B', b'M', ..] => Self::Bmp,
            [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => Self::Tiff,
            _ => return None,
        })
    }

    /// The MIME type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
            Self::Heif => "image/heif",
            Self::Bmp => "image/bmp",
            Self::Tiff => "image/tiff",
        }
    }

    /// The usual file name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
            Self::Heif => "heif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
        }
    }
}

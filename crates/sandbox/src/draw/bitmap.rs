//! Pictures from outside: decoded within limits, never trusted.

use std::fmt;
use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

/// The limits for a picture from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the encoded file.
    pub max_bytes: usize,
    /// Pixels across.
    pub max_width: u32,
    /// Pixels down.
    pub max_height: u32,
    /// Pixels in all.
    pub max_pixels: u64,
    /// Bytes that a decoder may allocate for one picture.
    pub max_alloc: u64,
    /// Pixels that either side needs.
    pub min_side: u32,
}

impl Default for Limits {
    /// 20 MiB encoded, 8192 pixels a side, 16 megapixels in all, 16 pixels a side at least.
    fn default() -> Self {
        Self {
            max_bytes: 20 << 20,
            max_width: 8192,
            max_height: 8192,
            max_pixels: 16 << 20,
            max_alloc: 256 << 20,
            min_side: 16,
        }
    }
}

/// A decoded picture: rows from the top, four bytes a pixel (red, green, blue, straight alpha).
#[derive(Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Bitmap {
    /// `None` when a side is zero or the bytes are not four a pixel.
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Option<Self> {
        let pixels = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        (pixels > 0 && pixels.checked_mul(4)? == rgba.len()).then_some(Self { width, height, rgba })
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Red, green, blue and straight alpha of each pixel, rows from the top.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }
}

impl fmt::Debug for Bitmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bitmap({}x{})", self.width, self.height)
    }
}

/// Why bytes cannot be used as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file is larger than [`Limits::max_bytes`].
    TooManyBytes {
        /// The limit, in bytes.
        max_bytes: usize,
    },
    /// Neither PNG, JPEG, WebP nor GIF.
    UnknownFormat,
    /// Cut off, damaged, or of a kind that the decoder does not know; with what the decoder said.
    Damaged(String),
    /// More pixels than the limits allow.
    TooLarge {
        /// Widest that is allowed, in pixels.
        max_width: u32,
        /// Highest that is allowed, in pixels.
        max_height: u32,
    },
    /// Fewer pixels than the limits ask for.
    TooSmall {
        /// Narrowest that is allowed, in pixels.
        min_width: u32,
        /// Lowest that is allowed, in pixels.
        min_height: u32,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyBytes { max_bytes } => write!(f, "the picture has more than {max_bytes} bytes"),
            Self::UnknownFormat => f.write_str("the picture is neither PNG, JPEG, WebP nor GIF"),
            Self::Damaged(reason) => write!(f, "the picture cannot be decoded: {reason}"),
            Self::TooLarge { max_width, max_height } => {
                write!(f, "the picture has more than {max_width}x{max_height} pixels")
            }
            Self::TooSmall { min_width, min_height } => {
                write!(f, "the picture has fewer than {min_width}x{min_height} pixels")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// Decodes a PNG, JPEG or WebP, or the first frame of a GIF. The format is recognised by the bytes, not by a name or a
/// type.
///
/// An orientation in the metadata is not applied, so that a picture and its mask are compared as they are stored.
///
/// # Errors
/// What is not one of these formats, is damaged, or is outside the limits. Size is checked before pixels are decoded.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Bitmap, DecodeError> {
    if bytes.len() > limits.max_bytes {
        return Err(DecodeError::TooManyBytes { max_bytes: limits.max_bytes });
    }
    let too_large = DecodeError::TooLarge { max_width: limits.max_width, max_height: limits.max_height };
    let damaged = |error: ImageError| match error {
        ImageError::Limits(_) => too_large.clone(),
        other => DecodeError::Damaged(other.to_string()),
    };
    let format = image::guess_format(bytes).map_err(|_| DecodeError::UnknownFormat)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif) {
        return Err(DecodeError::UnknownFormat);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut decoder_limits = image::Limits::default();
    decoder_limits.max_image_width = Some(limits.max_width);
    decoder_limits.max_image_height = Some(limits.max_height);
    decoder_limits.max_alloc = Some(limits.max_alloc);
    reader.limits(decoder_limits);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width.min(height) < limits.min_side.max(1) {
        return Err(DecodeError::TooSmall { min_width: limits.min_side, min_height: limits.min_side });
    }
    let over = width > limits.max_width || height > limits.max_height;
    if over || u64::from(width) * u64::from(height) > limits.max_pixels || decoder.total_bytes() > limits.max_alloc {
        return Err(too_large);
    }
    let rgba = DynamicImage::from_decoder(decoder).map_err(damaged)?.into_rgba8().into_raw();
    Bitmap::new(width, height, rgba).ok_or_else(|| DecodeError::Damaged("its size is not what it says".to_owned()))
}

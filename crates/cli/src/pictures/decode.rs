//! Decoding, within bounds of size and memory.

use crate::exit::Failure;
use ideogram_client::Format;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageReader, Limits};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read as _, Seek};
use std::path::Path;

/// The longest side of a mask or preview, in pixels.
pub(crate) const MAX_SIDE: u32 = 8_192;

/// The longest side of a picture that is decoded, in pixels.
const MAX_DECODED_SIDE: u32 = 32_768;

/// The most memory that decoding one may take.
const MAX_MEMORY: u64 = 512 << 20;

/// Where a picture is.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Bytes(&'a [u8]),
    Path(&'a Path),
}

/// A picture as one sees it.
pub(crate) struct Decoded {
    pub(crate) picture: DynamicImage,
    /// Whether its EXIF data asked for it to be turned or mirrored.
    pub(crate) turned: bool,
}

/// Why a picture was not decoded.
#[derive(Debug)]
pub(crate) enum Unread {
    /// A format that this tool has no decoder for.
    Format(Format),
    /// It is larger than what is decoded.
    TooLarge,
    /// It is damaged, or no picture.
    Damaged(String),
}

/// Decodes a picture, whatever its name says that it is, and turns it upright where `upright` says so.
pub(crate) fn decode(source: Source<'_>, upright: bool) -> Result<Decoded, Unread> {
    let mut decoder = open(source)?.into_decoder()?;
    let orientation = if upright { decoder.orientation()? } else { Orientation::NoTransforms };
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(Decoded { picture, turned: orientation != Orientation::NoTransforms })
}

/// The picture in a file.
pub(crate) fn read(path: &Path) -> Result<DynamicImage, Failure> {
    decode(Source::Path(path), true).map(|decoded| decoded.picture).map_err(|why| cannot_read(path, why))
}

/// The width and height that one sees, where a mask of that size can be made.
pub(crate) fn size(path: &Path) -> Result<(u32, u32), Failure> {
    let (width, height) = dimensions(path).map_err(|why| cannot_read(path, why))?;
    if width.max(height) > MAX_SIDE {
        let why = format!("it is {width}×{height}, and a side may have {MAX_SIDE} pixels");
        return Err(cannot_read(path, why));
    }
    Ok((width, height))
}

/// The width and height that one sees, from the header and the EXIF data.
pub(crate) fn dimensions(path: &Path) -> Result<(u32, u32), Unread> {
    let mut decoder = open(Source::Path(path))?.into_decoder()?;
    let (width, height) = decoder.dimensions();
    Ok(match decoder.orientation()? {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (height, width)
        }
        _ => (width, height),
    })
}

trait ReadSeek: BufRead + Seek {}
impl<T: BufRead + Seek> ReadSeek for T {}

fn open(source: Source<'_>) -> Result<ImageReader<Box<dyn ReadSeek + '_>>, Unread> {
    let mut input: Box<dyn ReadSeek> = match source {
        Source::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        Source::Path(path) => Box::new(BufReader::new(File::open(path)?)),
    };
    let mut head = Vec::new();
    input.by_ref().take(Format::BYTES as u64).read_to_end(&mut head)?;
    input.rewind()?;
    match Format::of(&head) {
        Some(Format::Png | Format::Jpeg | Format::WebP | Format::Gif) => {}
        Some(other) => return Err(Unread::Format(other)),
        None => return Err(Unread::Damaged(format!("its content is {NO_PICTURE}"))),
    }
    let mut reader = ImageReader::new(input).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_DECODED_SIDE);
    limits.max_image_height = Some(MAX_DECODED_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    Ok(reader)
}

/// What a file is that has none of the known formats.
const NO_PICTURE: &str = "no picture of a known format, such as PNG, JPEG or WebP";

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<ImageError> for Unread {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => {
                write!(f, "it is {}, which is not decoded here; save it as PNG", format.content_type())
            }
            Self::TooLarge => f.write_str("it has more pixels than this tool decodes"),
            Self::Damaged(why) => f.write_str(why),
        }
    }
}

fn cannot_read(path: &Path, why: impl fmt::Display) -> Failure {
    Failure::file(format!("cannot read `{}`: {why}", path.display()))
}

//! Pictures from disk, read within bounds.

use crate::exit::Failure;
use ideogram_client::Format;
use image::{DynamicImage, ImageReader, Limits};
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::path::Path;

/// The longest side of a picture that is read or made, in pixels.
pub(crate) const MAX_SIDE: u32 = 8_192;

/// The most memory that decoding one may take.
const MAX_MEMORY: u64 = 512 << 20;

/// Decodes a picture, whatever its name says that it is.
pub(super) fn read(path: &Path) -> Result<DynamicImage, Failure> {
    open(path)?.decode().map_err(|error| cannot_read(path, error))
}

/// The width and height of a picture, from its header.
pub(super) fn size(path: &Path) -> Result<(u32, u32), Failure> {
    let (width, height) = open(path)?.into_dimensions().map_err(|error| cannot_read(path, error))?;
    if width.max(height) > MAX_SIDE {
        return Err(cannot_read(path, format!("it is {width}×{height}, and a side may have {MAX_SIDE} pixels")));
    }
    Ok((width, height))
}

fn open(path: &Path) -> Result<ImageReader<BufReader<File>>, Failure> {
    let cannot = |error: std::io::Error| cannot_read(path, error);
    let mut file = File::open(path).map_err(cannot)?;
    let mut head = Vec::new();
    file.by_ref().take(Format::BYTES as u64).read_to_end(&mut head).map_err(cannot)?;
    file.rewind().map_err(cannot)?;
    match Format::of(&head) {
        Some(Format::Png | Format::Jpeg | Format::WebP | Format::Gif) => {}
        Some(other) => return Err(cannot_read(path, format!("it is {}; save it as PNG", other.content_type()))),
        None => return Err(cannot_read(path, "its content is no picture of a known format, such as PNG or JPEG")),
    }
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(cannot)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    Ok(reader)
}

fn cannot_read(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::file(format!("cannot read `{}`: {why}", path.display()))
}

//! Pictures on this machine: decoded within bounds, turned upright, written as PNG.

mod decode;
mod texts;
mod thumbnail;

pub(crate) use decode::{MAX_SIDE, Source, Unread, decode, dimensions, read, size};
pub(crate) use texts::{made, made_by, texts};
pub(crate) use thumbnail::thumbnail;

use crate::exit::Failure;
use image::{DynamicImage, ImageFormat};
use std::io::Cursor;

/// A picture as a PNG file.
pub(crate) fn png(picture: &DynamicImage) -> Result<Vec<u8>, Failure> {
    let mut bytes = Cursor::new(Vec::new());
    let written = picture.write_to(&mut bytes, ImageFormat::Png);
    written.map_err(|error| Failure::failed(format!("the picture cannot be written as PNG: {error}")))?;
    Ok(bytes.into_inner())
}

//! Encodes pixels as a PNG file.

#[cfg(feature = "pictures")]
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
#[cfg(feature = "pictures")]
use image::{DynamicImage, RgbaImage};
#[cfg(feature = "pictures")]
use tiny_skia::Pixmap;

use super::picture::{DrawError, Picture};

#[cfg(feature = "pictures")]
/// Encodes a canvas that is painted completely, without alpha.
pub(super) fn opaque(pixmap: Pixmap) -> Result<Picture, DrawError> {
    let (width, height) = (pixmap.width(), pixmap.height());
    let image = image(pixmap.take(), width, height)?;
    // The crate's own loop is compiled with optimisation even where ours is not.
    encode(&DynamicImage::ImageRgb8(image.into_rgb8()))
}

#[cfg(feature = "pictures")]
/// Four bytes a pixel, alpha straight; without alpha where nothing is transparent.
pub(super) fn straight(rgba: Vec<u8>, width: u32, height: u32) -> Result<Picture, DrawError> {
    let is_opaque = rgba.iter().skip(3).step_by(4).all(|alpha| *alpha == 255);
    let image = image(rgba, width, height)?;
    if is_opaque { encode(&DynamicImage::ImageRgb8(image.into_rgb8())) } else { encode(&image) }
}

#[cfg(feature = "pictures")]
fn image(rgba: Vec<u8>, width: u32, height: u32) -> Result<DynamicImage, DrawError> {
    RgbaImage::from_raw(width, height, rgba).map(DynamicImage::ImageRgba8).ok_or(DrawError::Size { width, height })
}

#[cfg(feature = "pictures")]
fn encode(image: &DynamicImage) -> Result<Picture, DrawError> {
    let (width, height) = (image.width(), image.height());
    let mut png = Vec::with_capacity(image.as_bytes().len() / 2);
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive);
    image.write_with_encoder(encoder).map_err(|_| DrawError::Size { width, height })?;
    Ok(Picture { width, height, png })
}

/// A picture of one colour, written by hand: one bit a pixel and a palette of one, so that even a build without
/// optimisation makes it in a few milliseconds.
pub(super) fn of_one_colour(width: u32, height: u32, colour: [u8; 3]) -> Result<Picture, DrawError> {
    let fail = || DrawError::Size { width, height };
    // A byte for the row's filter, then the pixels, all of the first colour.
    let row = 1 + u64::from(width).div_ceil(8);
    let bytes = usize::try_from(row * u64::from(height)).ok().filter(|bytes| (1..=MOST_BYTES).contains(bytes));
    let rows = vec![0; bytes.filter(|_| width > 0).ok_or_else(fail)?];
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // One bit, indexed, and no choice in the rest.
    header.extend([1, 3, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [
        (b"IHDR", header),
        (b"PLTE", colour.to_vec()),
        (b"IDAT", fdeflate::compress_to_vec(&rows)),
        (b"IEND", Vec::new()),
    ] {
        let length = u32::try_from(data.len()).map_err(|_| fail())?;
        let chunk = [name.as_slice(), &data].concat();
        png.extend(length.to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32fast::hash(&chunk).to_be_bytes());
    }
    Ok(Picture { width, height, png })
}

/// No larger picture of one colour is made: 512 megapixels.
const MOST_BYTES: usize = 1 << 26;

//! Pixels to a file.

use image::DynamicImage;
#[cfg(feature = "pictures")]
use image::RgbaImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
#[cfg(feature = "pictures")]
use tiny_skia::Pixmap;

use super::picture::{DrawError, Picture};

#[cfg(feature = "pictures")]
/// A canvas that is painted all over: without alpha.
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

/// A file of these pixels.
pub(super) fn encode(image: &DynamicImage) -> Result<Picture, DrawError> {
    let (width, height) = (image.width(), image.height());
    let mut png = Vec::with_capacity(image.as_bytes().len() / 2);
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive);
    image.write_with_encoder(encoder).map_err(|_| DrawError::Size { width, height })?;
    Ok(Picture { width, height, png })
}

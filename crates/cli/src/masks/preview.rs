//! A preview of a mask: the picture, and beside it the same picture with the part tinted that would be repainted.

use super::Edits;
use image::imageops::{FilterType, replace, resize};
use image::{DynamicImage, GrayImage, RgbImage};

/// The longest side of each half.
const MAX_SIDE: u32 = 768;

/// What the repainted part is tinted with.
const TINT: [u8; 3] = [255, 0, 64];

/// Both halves in one picture; the mask is stretched to the picture's size.
pub(super) fn preview(picture: &DynamicImage, mask: &GrayImage, edits: Edits) -> RgbImage {
    let left = if picture.width().max(picture.height()) > MAX_SIDE {
        picture.thumbnail(MAX_SIDE, MAX_SIDE).into_rgb8()
    } else {
        picture.to_rgb8()
    };
    let (width, height) = left.dimensions();
    let mask = resize(mask, width, height, FilterType::Nearest);
    let mut right = left.clone();
    for (pixel, mask) in right.pixels_mut().zip(mask.pixels()) {
        if mask.0[0].abs_diff(edits.repainted()) < 128 {
            for (channel, tint) in pixel.0.iter_mut().zip(TINT) {
                *channel = u8::midpoint(*channel, tint);
            }
        }
    }
    let mut both = RgbImage::new(width * 2, height);
    replace(&mut both, &left, 0, 0);
    replace(&mut both, &right, i64::from(width), 0);
    both
}

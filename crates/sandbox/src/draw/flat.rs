//! Pictures of one colour: for load tests, and for programs that are built without the feature `pictures`.

use image::DynamicImage;
use image::{Rgb, RgbImage};

use super::picture::{DrawError, Picture};
use super::png;
use super::rng::Rng;
#[cfg(not(feature = "pictures"))]
use super::scene::MaskEdits;
use super::scene::{Operation, Scene};

/// A picture in the size that the scene asks for, in a colour that its seed and prompt decide; nothing is drawn or written.
///
/// # Errors
/// [`DrawError::MaskSize`] for an edit whose mask does not fit its source.
pub fn flat(scene: &Scene) -> Result<Picture, DrawError> {
    let (width, height) = match &scene.operation {
        Operation::Edit { source, mask, .. } => {
            let (image, mask) = ((source.width(), source.height()), (mask.width(), mask.height()));
            if image != mask {
                return Err(DrawError::MaskSize { image, mask });
            }
            image
        }
        _ => scene.ratio.size(),
    };
    let [red, green, blue, ..] = Rng::new(&[&scene.seed.to_le_bytes(), scene.prompt.as_bytes()]).bytes();
    of_one_colour(width, height, [red, green, blue])
}

/// A grey picture of any size, in place of one that an example names.
#[cfg(not(feature = "pictures"))]
pub fn flat_image(width: u32, height: u32) -> Result<Picture, DrawError> {
    of_one_colour(width, height, [128; 3])
}

/// A mask of any size that selects everything.
#[cfg(not(feature = "pictures"))]
pub fn flat_mask(width: u32, height: u32, edits: MaskEdits) -> Result<Picture, DrawError> {
    of_one_colour(width, height, if edits == MaskEdits::Black { [0; 3] } else { [255; 3] })
}

fn of_one_colour(width: u32, height: u32, colour: [u8; 3]) -> Result<Picture, DrawError> {
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(DrawError::Size { width, height });
    }
    png::encode(&DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb(colour))))
}

/// No larger picture is made.
const MOST_PIXELS: u64 = 1 << 26;

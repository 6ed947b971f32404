//! Small pictures.

use crate::pictures::decode::{Source, Unread, decode};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};
use std::path::Path;

/// Of 100: what is lost is not seen in a small picture.
const QUALITY: u8 = 82;

/// A picture in a file as JPEG, upright and within a width and height; one that is smaller stays as it is. What is transparent
/// is white.
pub(crate) fn thumbnail(path: &Path, width: u32, height: u32) -> Result<Vec<u8>, Unread> {
    let picture = decode(Source::Path(path), true)?.picture;
    let fits = picture.width() <= width && picture.height() <= height;
    let small = if fits { picture } else { picture.thumbnail(width, height) };
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&on_white(small))?;
    Ok(bytes)
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (target, image::Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(picture.pixels()) {
        let blend = |value: u8| {
            let mixed = (u32::from(value) * u32::from(*alpha) + 255 * (255 - u32::from(*alpha)) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        *target = Rgb([blend(*red), blend(*green), blend(*blue)]);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::thumbnail;
    use image::{Rgba, RgbaImage};

    #[test]
    fn a_small_picture_keeps_its_shape_and_what_is_transparent_is_white() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        for (size, expected) in [((1200, 400), (300, 100)), ((100, 400), (25, 100)), ((40, 30), (40, 30))] {
            let half = |x, _| if x < size.0 / 2 { Rgba([200, 0, 0, 255]) } else { Rgba([0, 0, 200, 0]) };
            RgbaImage::from_fn(size.0, size.1, half).save(&path).unwrap();
            let small = image::load_from_memory(&thumbnail(&path, 300, 100).unwrap()).unwrap().into_rgb8();
            assert_eq!(small.dimensions(), expected);
            let (left, right) = (small.get_pixel(1, 1).0, small.get_pixel(expected.0 - 2, 1).0);
            assert!(left[0] > 180 && left[1] < 30, "{left:?}");
            assert!(right.iter().all(|value| *value > 240), "{right:?}");
        }
        std::fs::write(&path, "no picture").unwrap();
        assert!(thumbnail(&path, 9, 9).is_err());
    }
}

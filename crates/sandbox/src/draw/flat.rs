//! Pictures of one colour: for load tests, and for programs that are built without the feature `pictures`.

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
        _ => scene.dimensions(),
    };
    let [red, green, blue, ..] = Rng::new(&[&scene.seed.to_le_bytes(), scene.prompt.as_bytes()]).bytes();
    png::of_one_colour(width, height, [red, green, blue])
}

/// A grey picture of any size, in place of a picture that the documentation's examples name.
///
/// # Errors
/// [`DrawError::Size`] for a size that no picture can have.
#[cfg(not(feature = "pictures"))]
pub fn flat_image(width: u32, height: u32) -> Result<Picture, DrawError> {
    png::of_one_colour(width, height, [128; 3])
}

/// A mask of any size that selects everything.
///
/// # Errors
/// [`DrawError::Size`] for a size that no picture can have.
#[cfg(not(feature = "pictures"))]
pub fn flat_mask(width: u32, height: u32, edits: MaskEdits) -> Result<Picture, DrawError> {
    png::of_one_colour(width, height, if edits == MaskEdits::Black { [0; 3] } else { [255; 3] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Limits, decode};

    #[test]
    fn a_flat_picture_has_one_opaque_colour_that_follows_seed_and_prompt() {
        let flat =
            |prompt: &str, seed| decode(&flat(&Scene::new("test", prompt, seed)).unwrap().png, &Limits::default());
        let first = flat("a", 1).unwrap();
        assert_eq!((first.width(), first.height()), (1024, 1024));
        let colour = first.rgba().get(..4).unwrap().to_vec();
        assert!(first.rgba().chunks_exact(4).all(|pixel| pixel == colour) && colour.get(3) == Some(&255));
        assert_eq!(flat("a", 1).unwrap(), first);
        assert_ne!(flat("a", 2).unwrap(), first);
        assert_ne!(flat("b", 1).unwrap(), first);
    }

    #[test]
    fn a_picture_without_a_side_is_refused() {
        assert!(png::of_one_colour(0, 1, [0; 3]).is_err() && png::of_one_colour(1, 0, [0; 3]).is_err());
        assert!(png::of_one_colour(u32::MAX, u32::MAX, [0; 3]).is_err());
    }
}

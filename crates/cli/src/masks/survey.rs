//! Examines how the service would interpret a mask, before anything is paid.

use crate::exit::Failure;
use image::{DynamicImage, GenericImageView as _};

/// Grey values up to here count as black, and from 255 minus this on as white: JPEG blurs what was drawn in two colours.
const TOLERANCE: u8 = 32;

/// How many pixels of a mask are of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) black: u64,
    pub(crate) white: u64,
    pub(crate) grey: u64,
    /// Pixels that are more than half transparent, whatever their colour.
    pub(crate) transparent: u64,
    /// Whether a service that drops the transparency, or lays it over black or white, may see one colour only.
    only_in_alpha: bool,
}

/// What is wrong with a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The shape is in the transparency only.
    OnlyInAlpha,
    /// One colour everywhere.
    OneColour,
    /// More than half is neither black nor white.
    MostlyGrey,
}

impl Survey {
    /// Looks at every pixel.
    pub(crate) fn of(mask: &DynamicImage) -> Self {
        let (width, height) = mask.dimensions();
        let mut survey = Self { width, height, ..Self::default() };
        let (mut over_black, mut over_white) = (Range::default(), Range::default());
        for pixel in mask.to_luma_alpha8().pixels() {
            let [grey, alpha] = pixel.0;
            match grey {
                ..=TOLERANCE => survey.black += 1,
                grey if grey >= 255 - TOLERANCE => survey.white += 1,
                _ => survey.grey += 1,
            }
            survey.transparent += u64::from(alpha < 128);
            let shown = u16::from(grey) * u16::from(alpha) / 255;
            over_black.add(shown);
            over_white.add(shown + 255 - u16::from(alpha));
        }
        let some = survey.transparent > 0 && survey.transparent < survey.pixels();
        survey.only_in_alpha =
            some && (survey.is_one_colour() || over_black.is_one_colour() || over_white.is_one_colour());
        survey
    }

    /// What stops it from being sent, if anything does.
    pub(crate) fn fault(&self) -> Option<Fault> {
        if self.only_in_alpha {
            Some(Fault::OnlyInAlpha)
        } else if self.is_one_colour() {
            Some(Fault::OneColour)
        } else if self.grey > self.pixels() / 2 {
            Some(Fault::MostlyGrey)
        } else {
            None
        }
    }

    /// The sentence about a fault, with the way out.
    pub(crate) fn refusal(&self, name: &str) -> Option<Failure> {
        let seen = match self.fault()? {
            Fault::OnlyInAlpha => format!(
                "the shape of the mask `{name}` is in its transparency only, which a service may not look at; `ideogram \
                 mask alpha {name} -o mask.png` makes it black and white"
            ),
            Fault::OneColour => {
                format!("the mask `{name}` has one colour only: the whole picture would be repainted, or none of it")
            }
            Fault::MostlyGrey => format!(
                "the mask `{name}` is {} grey: it must be black and white, and what a service makes of grey is not \
                 documented",
                self.share(self.grey)
            ),
        };
        Some(Failure::file(seen))
    }

    /// What is odd without being wrong.
    pub(crate) fn note(&self) -> Option<String> {
        (self.grey > 0 && self.fault().is_none()).then(|| {
            format!(
                "{} of the mask is grey, such as soft edges; what a service makes of grey is not documented",
                self.share(self.grey)
            )
        })
    }

    /// The shares of black, white and grey in words.
    pub(crate) fn shares(&self) -> String {
        let [black, white, grey] = [self.black, self.white, self.grey].map(|count| self.share(count));
        format!("{black} black, {white} white, {grey} grey")
    }

    fn pixels(&self) -> u64 {
        self.black + self.white + self.grey
    }

    fn is_one_colour(&self) -> bool {
        [self.black, self.white, self.grey].contains(&self.pixels())
    }

    /// A share of all pixels, rounded so that a little is never said to be nothing, nor nearly all to be all.
    fn share(&self, count: u64) -> String {
        let all = self.pixels().max(1);
        match count * 100 / all {
            0 if count > 0 => "under 1 %".to_owned(),
            percent => format!("{percent} %"),
        }
    }
}

/// The darkest and the lightest value.
#[derive(Default)]
struct Range(Option<(u16, u16)>);

impl Range {
    fn add(&mut self, value: u16) {
        self.0 = Some(self.0.map_or((value, value), |(least, most)| (least.min(value), most.max(value))));
    }

    fn is_one_colour(&self) -> bool {
        self.0.is_none_or(|(least, most)| most - least <= u16::from(TOLERANCE))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Survey};
    use image::{DynamicImage, GrayImage, ImageBuffer, LumaA};

    fn grey(pixels: &[u8]) -> Survey {
        let width = u32::try_from(pixels.len()).unwrap();
        Survey::of(&DynamicImage::ImageLuma8(GrayImage::from_raw(width, 1, pixels.to_vec()).unwrap()))
    }

    fn clear(pixels: &[[u8; 2]]) -> Survey {
        let width = u32::try_from(pixels.len()).unwrap();
        let image = ImageBuffer::<LumaA<u8>, _>::from_raw(width, 1, pixels.concat()).unwrap();
        Survey::of(&DynamicImage::ImageLumaA8(image))
    }

    #[test]
    fn two_colours_are_a_mask_and_one_is_none() {
        assert_eq!((grey(&[0, 255]).fault(), grey(&[0, 255]).note()), (None, None));
        assert_eq!(grey(&[0, 5, 20]).fault(), Some(Fault::OneColour), "the noise of a JPEG is one colour");
        assert_eq!(grey(&[128, 127, 0]).fault(), Some(Fault::MostlyGrey));
        let soft = grey(&[0, 0, 128, 255]);
        assert_eq!(soft.fault(), None);
        assert!(soft.note().is_some_and(|note| note.starts_with("25 % of the mask is grey")));
        assert_eq!(soft.shares(), "50 % black, 25 % white, 25 % grey");
    }

    #[test]
    fn a_shape_that_transparency_alone_draws_is_none() {
        assert_eq!(
            clear(&[[0, 0], [0, 255]]).fault(),
            Some(Fault::OnlyInAlpha),
            "black where it shows, black where not"
        );
        assert_eq!(clear(&[[255, 0], [255, 255]]).fault(), Some(Fault::OnlyInAlpha));
        assert_eq!(clear(&[[0, 0], [255, 255]]).fault(), Some(Fault::OnlyInAlpha), "over white it is all white");
        assert_eq!(clear(&[[0, 255], [255, 255]]).fault(), None);
    }
}

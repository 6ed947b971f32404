//! A picture in upper half blocks: each cell has two pixels, one in the foreground colour and one in the background
//! colour.

use image::RgbImage;
use std::fmt::Write as _;

/// The colours that a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    /// Any.
    All,
    /// The 256 that xterm lists.
    Listed,
}

/// The picture as lines, a pair of its rows in each; each line leaves the terminal as it was.
pub(super) fn draw(picture: &RgbImage, colours: Colours) -> Vec<u8> {
    let mut text = String::new();
    let pixel = |x, y| picture.get_pixel_checked(x, y).map(|pixel| pixel.0);
    for y in (0..picture.height()).step_by(2) {
        let (mut upper_before, mut lower_before) = (None, None);
        for x in 0..picture.width() {
            let (upper, lower) = (pixel(x, y), pixel(x, y + 1));
            if upper != upper_before {
                colour(&mut text, "38", upper, colours);
                upper_before = upper;
            }
            if lower != lower_before {
                colour(&mut text, "48", lower, colours);
                lower_before = lower;
            }
            text.push('▀');
        }
        text.push_str("\x1b[0m\n");
    }
    text.into_bytes()
}

/// Sets the colour of the letter (38) or behind it (48).
fn colour(text: &mut String, which: &str, pixel: Option<[u8; 3]>, colours: Colours) {
    let Some([red, green, blue]) = pixel else { return };
    // Writing to a String cannot fail.
    let _ = match colours {
        Colours::All => write!(text, "\x1b[{which};2;{red};{green};{blue}m"),
        Colours::Listed => write!(text, "\x1b[{which};5;{}m", listed([red, green, blue])),
    };
}

/// The nearest of xterm's colours: one of its cube of 6×6×6, or of its 24 greys.
fn listed(pixel: [u8; 3]) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |value: u8| {
        let distance = |step: u8| STEPS.get(usize::from(step)).map_or(u8::MAX, |level| level.abs_diff(value));
        (0..6).min_by_key(|step| distance(*step)).unwrap_or_default()
    };
    let cube = pixel.map(nearest);
    let level = |step: u8| STEPS.get(usize::from(step)).copied().unwrap_or_default();
    let grey = pixel.iter().map(|value| u16::from(*value)).sum::<u16>() / 3;
    let grey_step = u8::try_from((grey.saturating_sub(3) / 10).min(23)).unwrap_or_default();
    let grey_level = 8 + 10 * grey_step;
    let off = |colour: [u8; 3]| -> u32 {
        pixel.iter().zip(colour).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    if off([grey_level; 3]) < off(cube.map(level)) {
        return 232 + grey_step;
    }
    let [red, green, blue] = cube;
    16 + 36 * red + 6 * green + blue
}

#[cfg(test)]
mod tests {
    use super::{Colours, draw, listed};
    use image::{Rgb, RgbImage};

    #[test]
    fn two_rows_of_pixels_are_a_line_and_a_colour_is_said_once() {
        let picture = RgbImage::from_fn(3, 3, |x, y| Rgb([if x == 2 { 255 } else { 0 }, 0, u8::try_from(y).unwrap()]));
        let text = String::from_utf8(draw(&picture, Colours::All)).unwrap();
        let first = "\x1b[38;2;0;0;0m\x1b[48;2;0;0;1m▀▀\x1b[38;2;255;0;0m\x1b[48;2;255;0;1m▀\x1b[0m\n";
        // The last row has no partner.
        let second = "\x1b[38;2;0;0;2m▀▀\x1b[38;2;255;0;2m▀\x1b[0m\n";
        assert_eq!(text, format!("{first}{second}"));
        assert!(draw(&picture, Colours::Listed).starts_with(b"\x1b[38;5;16m\x1b[48;5;16m"));
    }

    #[test]
    fn the_nearest_listed_colour() {
        for (pixel, colour) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([95, 135, 175], 67),
            ([8, 8, 8], 232),
            ([238, 238, 238], 255),
            ([120, 121, 119], 243),
        ] {
            assert_eq!(listed(pixel), colour, "{pixel:?}");
        }
    }
}

//! The size of a picture: what its ratio asks for, at about one megapixel.

use std::fmt;
use std::str::FromStr;

/// The area that every size comes close to, in pixels.
const AREA: f32 = 1024.0 * 1024.0;
/// Both sides are multiples of this.
const STEP: u16 = 16;
/// How much longer than the other a side may be.
const EXTREME: f32 = 8.0;

/// Width to height, read from a text such as `16:9`.
///
/// ```
/// use ideogram_sandbox::draw::Ratio;
///
/// let wide: Ratio = "16:9".parse().unwrap();
/// assert_eq!(wide.size(), (1280, 720));
/// assert!("16/9".parse::<Ratio>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    width: u32,
    height: u32,
}

impl Ratio {
    /// As wide as high.
    pub const SQUARE: Self = Self { width: 1, height: 1 };

    /// `None` when one of the two is zero.
    pub fn new(width: u32, height: u32) -> Option<Self> {
        (width > 0 && height > 0).then_some(Self { width, height })
    }

    /// Width and height in pixels: multiples of 16, about one megapixel, as close to the ratio as that allows.
    ///
    /// A ratio beyond 8:1 or 1:8 gets the size of that bound.
    pub fn size(self) -> (u32, u32) {
        let ratio = (self.width as f32 / self.height as f32).clamp(1.0 / EXTREME, EXTREME);
        let mut best = (f32::MAX, (1024, 1024));
        for steps in 1..=(4096 / STEP) {
            let height = steps * STEP;
            let columns = (f32::from(height) * ratio / f32::from(STEP)).round().max(1.0);
            let width = columns as u16 * STEP;
            let off_ratio = deviation(f32::from(width) / f32::from(height), ratio);
            let off_area = deviation(f32::from(width) * f32::from(height), AREA);
            // A deviation of 1 % in the ratio is visible; one of 10 % in the area is not.
            let cost = 200.0 * off_ratio + off_area;
            if off_area < 0.25 && cost < best.0 {
                best = (cost, (u32::from(width), u32::from(height)));
            }
        }
        best.1
    }
}

/// How far `actual` is from `wanted`, 0 when equal, the same for twice as for half.
fn deviation(actual: f32, wanted: f32) -> f32 {
    if actual > wanted { actual / wanted - 1.0 } else { wanted / actual - 1.0 }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

/// A text is not a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRatio;

impl fmt::Display for InvalidRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ratio is two whole numbers above zero with a colon between them, such as `16:9`")
    }
}

impl std::error::Error for InvalidRatio {}

impl FromStr for Ratio {
    type Err = InvalidRatio;

    fn from_str(text: &str) -> Result<Self, InvalidRatio> {
        let (width, height) = text.split_once(':').ok_or(InvalidRatio)?;
        let side = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or(InvalidRatio)
        };
        Self::new(side(width)?, side(height)?).ok_or(InvalidRatio)
    }
}

//! The pictures that the sandbox answers with: drawn on this machine, from nothing but the request.
//!
//! A picture shows what was asked for: the prompt as its title, the parameters as its caption, a composition that follows
//! style, seed and prompt. The same [`Scene`] gives the same bytes, on every machine: typefaces come with the crate, chance
//! comes from the seed, and no arithmetic is left to the platform's mathematics library.
//!
//! ```
//! use ideogram_sandbox::draw::{Scene, draw};
//!
//! let mut scene = Scene::new("turbo", "A fox reading a map", 42);
//! scene.style = "design".to_owned();
//! scene.ratio = "1:3".parse().unwrap();
//! let picture = draw(&scene).unwrap();
//! assert_eq!((picture.width, picture.height), scene.ratio.size());
//! assert!(picture.png.starts_with(b"\x89PNG"));
//! ```

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths of pictures are far below what these casts can lose, and casts from floats saturate"
)]

mod bitmap;
mod canvas;
mod caption;
mod color;
mod compose;
mod edit;
mod font;
mod noise;
mod png;
mod rng;
mod size;
mod stand_in;
mod style;
mod text;

use std::fmt;
use std::sync::Arc;

pub use bitmap::{Bitmap, DecodeError, Limits, decode};
pub use size::{InvalidRatio, Ratio};
pub use stand_in::{stand_in, stand_in_mask};

/// Everything that decides what a picture looks like.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scene {
    /// Who drew it, as the caption says: an endpoint id or a shorter name.
    pub endpoint: String,
    /// The title. Any text; what is too long is set smaller, then cut with an ellipsis.
    pub prompt: String,
    /// What is not wanted, shown in the caption with a sign that says so; nothing when empty.
    pub negative_prompt: String,
    /// Whether the title gains a line of phrases, as an expanded prompt does.
    pub expand_prompt: bool,
    /// The style's name in the API; an unknown one is drawn as `auto` is.
    pub style: String,
    /// Width to height; not used by an edit, which has its source's size.
    pub ratio: Ratio,
    /// Any seed; it decides the composition together with style and prompt.
    pub seed: i64,
    /// What the picture is made from.
    pub basis: Basis,
}

impl Scene {
    /// A square picture from nothing, in the style `auto`, its prompt expanded.
    pub fn new(endpoint: impl Into<String>, prompt: impl Into<String>, seed: i64) -> Self {
        Self {
            endpoint: endpoint.into(),
            prompt: prompt.into(),
            negative_prompt: String::new(),
            expand_prompt: true,
            style: "auto".to_owned(),
            ratio: Ratio::SQUARE,
            seed,
            basis: Basis::Nothing,
        }
    }
}

/// What a picture is made from.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Basis {
    /// The prompt alone.
    #[default]
    Nothing,
    /// Another picture, scaled to cover the new one and blended with it.
    Remix {
        /// The other picture.
        source: Arc<Bitmap>,
        /// How much of it shows, from 0 (nothing) to 1 (all but the lettering); a value outside is brought inside.
        strength: f64,
    },
    /// Another picture, of which only what the mask selects is drawn anew.
    Edit {
        /// The other picture.
        source: Arc<Bitmap>,
        /// Of equal size.
        mask: Arc<Bitmap>,
        /// Which colour of the mask selects.
        mask_edits: MaskEdits,
    },
}

/// Which colour of a mask selects what is drawn anew. A mask's pixel counts as the nearer of black and white; what is
/// transparent selects nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MaskEdits {
    /// Black is drawn anew, white is kept.
    #[default]
    Black,
    /// White is drawn anew, black is kept.
    White,
}

/// A finished picture.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The file: eight bits a channel, without metadata.
    pub png: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{}, {} bytes)", self.width, self.height, self.png.len())
    }
}

/// Why a scene cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DrawError {
    /// A mask whose width and height are not those of the picture that it masks.
    MaskSize {
        /// Width and height of the picture, in pixels.
        image: (u32, u32),
        /// Width and height of the mask, in pixels.
        mask: (u32, u32),
    },
    /// No picture of this width and height can be made here: memory, or the PNG format's own bounds.
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaskSize { image, mask } => write!(
                f,
                "the mask has {}x{} pixels and the image {}x{}; make them the same size",
                mask.0, mask.1, image.0, image.1
            ),
            Self::Size { width, height } => write!(f, "no picture of {width}x{height} pixels can be drawn"),
        }
    }
}

impl std::error::Error for DrawError {}

/// Draws the scene. Nothing but processor time is used, for some tens of milliseconds: call it where blocking is allowed.
///
/// # Errors
/// [`DrawError::MaskSize`] for an edit whose mask does not fit its source.
pub fn draw(scene: &Scene) -> Result<Picture, DrawError> {
    compose::compose(scene)
}

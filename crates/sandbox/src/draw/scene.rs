//! The description of a picture.

use super::bitmap::Bitmap;
#[cfg(feature = "pictures")]
use super::font::Face;
use super::size::Ratio;
use std::sync::Arc;

/// Everything that decides what a picture looks like.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scene {
    /// The name in the caption: an endpoint id or a shorter name.
    pub endpoint: String,
    /// The title. Any text; what is too long is set smaller, then cut with an ellipsis.
    pub prompt: String,
    /// The negative prompt, shown in the caption with a sign in front; not shown if empty.
    pub negative_prompt: String,
    /// Whether the title gains a line of phrases, as an expanded prompt does.
    pub expand_prompt: bool,
    /// The style's name in the API; an unknown one is drawn as `auto` is.
    pub style: String,
    /// Width to height; not used by an edit, which has its source's size.
    pub ratio: Ratio,
    /// Width and height in pixels, in place of those that the ratio gives.
    pub size: Option<(u32, u32)>,
    /// Any seed; it decides the composition together with style and prompt.
    pub seed: i64,
    /// What the picture is made from.
    pub operation: Operation,
    /// A typeface for letters that the crate's own typefaces lack; without one they are drawn as boxes with their
    /// codes.
    #[cfg(feature = "pictures")]
    pub extra_face: Option<Face>,
}

impl Scene {
    /// A square picture without a source, in the style `auto`, with an expanded prompt.
    pub fn new(endpoint: impl Into<String>, prompt: impl Into<String>, seed: i64) -> Self {
        Self {
            endpoint: endpoint.into(),
            prompt: prompt.into(),
            negative_prompt: String::new(),
            expand_prompt: true,
            style: "auto".to_owned(),
            ratio: Ratio::SQUARE,
            size: None,
            seed,
            operation: Operation::Generate,
            #[cfg(feature = "pictures")]
            extra_face: None,
        }
    }
}

impl Scene {
    /// Width and height in pixels of a picture that is no edit.
    pub fn dimensions(&self) -> (u32, u32) {
        self.size.unwrap_or_else(|| self.ratio.size())
    }
}

/// What a picture is made from.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// The prompt alone.
    #[default]
    Generate,
    /// Another picture, scaled to cover the new one and blended with it.
    Remix {
        /// The other picture.
        source: Arc<Bitmap>,
        /// How much of it is visible, from 0 (nothing) to 1 (all but the lettering); a value outside is clamped.
        strength: f64,
    },
    /// Another picture, of which only the part that the mask selects is repainted.
    Edit {
        /// The other picture.
        source: Arc<Bitmap>,
        /// Of equal size.
        mask: Arc<Bitmap>,
        /// Which colour of the mask selects.
        mask_edits: MaskEdits,
    },
}

/// Which colour of a mask selects what is repainted. A pixel of a mask counts as black or white, whichever is nearer; a
/// transparent pixel selects nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MaskEdits {
    /// Black is drawn anew, white is kept.
    #[default]
    Black,
    /// White is drawn anew, black is kept.
    White,
}

//! A finished picture, and why there is none.

use std::fmt;

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

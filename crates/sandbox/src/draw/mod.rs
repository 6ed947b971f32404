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
mod example;
mod font;
mod noise;
mod picture;
mod png;
mod rng;
mod scene;
mod size;
mod style;
mod text;
mod trig;

pub use bitmap::{Bitmap, DecodeError, Limits, decode};
pub use compose::draw;
pub use example::{example_image, example_mask};
pub use picture::{DrawError, Picture};
pub use scene::{MaskEdits, Operation, Scene};
pub use size::{InvalidRatio, Ratio};

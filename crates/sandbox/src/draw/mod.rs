//! Draws the pictures that the sandbox returns, from the request alone.
//!
//! A picture shows what was asked for: the prompt as its title, the parameters as its caption, a composition that follows
//! style, seed and prompt. The same [`Scene`] gives the same bytes, on every machine: typefaces are part of the crate,
//! random numbers come from the seed, and the platform's mathematics library is not used.
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
//!
//! Without the feature `pictures`, which is on by default, no typeface and no drawing crate is built, and every picture is
//! [`flat`].

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths of pictures are far below what these casts can lose, and casts from floats saturate"
)]

mod bitmap;
#[cfg(feature = "pictures")]
mod canvas;
#[cfg(feature = "pictures")]
mod caption;
#[cfg(feature = "pictures")]
mod color;
#[cfg(feature = "pictures")]
mod compose;
#[cfg(feature = "pictures")]
mod edit;
#[cfg(feature = "pictures")]
mod example;
mod flat;
#[cfg(feature = "pictures")]
mod font;
#[cfg(feature = "pictures")]
mod noise;
mod picture;
mod png;
mod rng;
mod scene;
mod size;
#[cfg(feature = "pictures")]
mod style;
#[cfg(feature = "pictures")]
mod text;
#[cfg(feature = "pictures")]
mod trig;

pub use bitmap::{Bitmap, DecodeError, Limits, decode};
#[cfg(feature = "pictures")]
pub use compose::draw;
#[cfg(feature = "pictures")]
pub use example::{example_image, example_mask};
pub use flat::flat;
#[cfg(not(feature = "pictures"))]
pub use flat::{flat as draw, flat_image as example_image, flat_mask as example_mask};
#[cfg(feature = "pictures")]
pub use font::Face;
pub use picture::{DrawError, Picture};
pub use scene::{MaskEdits, Operation, Scene};
pub use size::{InvalidRatio, Ratio};

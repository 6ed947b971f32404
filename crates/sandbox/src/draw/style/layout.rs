//! Layout that the styles have in common.

use tiny_skia::Color;

use super::super::canvas::{Canvas, Ink};
use super::super::color::fade;

/// The width of the margins of a whole picture, in pixels.
pub(super) fn margin(canvas: &Canvas) -> f32 {
    canvas.width().min(canvas.height()) * 0.062
}

/// The size of captions on a whole picture, in pixels.
pub(super) fn small(canvas: &Canvas) -> f32 {
    (canvas.unit() * 17.5).max(10.0)
}

/// Darkens the bottom from `top` downwards, so that light letters stand out.
pub(super) fn scrim(canvas: &mut Canvas, top: f32, color: Color, strength: f32) {
    let (width, height) = (canvas.width(), canvas.height());
    let reach = (height - top) * 0.55;
    let from = (top - reach).max(0.0);
    let middle = ((top - from) / (height - from)).clamp(0.01, 0.99);
    let stops = [(0.0, fade(color, 0.0)), (middle, fade(color, strength * 0.72)), (1.0, fade(color, strength))];
    canvas.rect(0.0, from, width, height - from, Ink::vertical(from, height, &stops));
}

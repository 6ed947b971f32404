//! Stand-ins for pictures that an example names and nobody can fetch.

use image::ExtendedColorType;
use tiny_skia::{Color, Path, PathBuilder, Pixmap};

use super::canvas::{Canvas, Ink};
use super::color::{fade, hex};
use super::{DrawError, MaskEdits, Picture};

/// A figure in armour with a shield, of any size.
///
/// # Errors
/// [`DrawError::Size`] for a side of zero, or beyond memory.
pub fn stand_in(width: u32, height: u32) -> Result<Picture, DrawError> {
    let mut canvas = Canvas::new(width, height).ok_or(DrawError::Size { width, height })?;
    knight(&mut canvas);
    finish(&canvas.into_pixmap())
}

/// The mask that selects the shield of [`stand_in`] at the same size, in the colour that `edits` says.
///
/// # Errors
/// [`DrawError::Size`] for a side of zero, or beyond memory.
pub fn stand_in_mask(width: u32, height: u32, edits: MaskEdits) -> Result<Picture, DrawError> {
    let mut canvas = Canvas::new(width, height).ok_or(DrawError::Size { width, height })?;
    let (kept, edited) = match edits {
        MaskEdits::Black => (Color::WHITE, Color::BLACK),
        MaskEdits::White => (Color::BLACK, Color::WHITE),
    };
    canvas.flood(kept);
    if let Some(shield) = shield(&canvas, 1.0) {
        canvas.fill(&shield, edited);
    }
    finish(&canvas.into_pixmap())
}

fn finish(pixmap: &Pixmap) -> Result<Picture, DrawError> {
    super::compose::encode(pixmap.data(), pixmap.width(), pixmap.height(), ExtendedColorType::Rgba8)
}

fn knight(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.flood(Ink::vertical(0.0, height, &[(0.0, hex(0x35_4a5f)), (0.6, hex(0x9f_8f7c)), (1.0, hex(0x3a_3128))]));
    canvas.circle(width * 0.5, height * 0.3, width.min(height) * 0.1, hex(0xc9_d2da));
    if let Some(shield) = shield(canvas, 1.0) {
        canvas.fill(&shield, fade(hex(0x8a_1f2b), 1.0));
    }
}

fn shield(canvas: &Canvas, scale: f32) -> Option<Path> {
    let (width, height) = (canvas.width(), canvas.height());
    let side = width.min(height) * 0.46 * scale;
    let (x, y) = (width / 2.0, height * 0.64);
    let mut path = PathBuilder::new();
    path.move_to(x - side / 2.0, y - side * 0.55);
    path.line_to(x + side / 2.0, y - side * 0.55);
    path.line_to(x + side / 2.0, y);
    path.quad_to(x + side * 0.45, y + side * 0.45, x, y + side * 0.66);
    path.quad_to(x - side * 0.45, y + side * 0.45, x - side / 2.0, y);
    path.close();
    path.finish()
}

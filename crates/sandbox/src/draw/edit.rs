//! Repaints the part of a picture that a mask selects.

use tiny_skia::Rect;

use super::bitmap::Bitmap;
use super::canvas::Canvas;
use super::caption::Words;
use super::picture::{DrawError, Picture};
use super::png;
use super::rng::Rng;
use super::scene::MaskEdits;
use super::style::Look;

/// Whether each pixel is drawn anew.
fn selection(mask: &Bitmap, edits: MaskEdits) -> Vec<bool> {
    let selected = |pixel: &[u8]| {
        let [red, green, blue, alpha] = pixel else { return false };
        // Luma of BT.601 in thousandths.
        let luma = (u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114) / 1000;
        *alpha >= 128
            && match edits {
                MaskEdits::Black => luma < 128,
                MaskEdits::White => luma >= 128,
            }
    };
    mask.rgba().chunks_exact(4).map(selected).collect()
}

/// The source with the words in the part that the mask selects; the mask has the source's size.
pub(super) fn edit(
    look: Look,
    rng: &Rng,
    source: &Bitmap,
    mask: &Bitmap,
    edits: MaskEdits,
    words: &Words,
) -> Result<Picture, DrawError> {
    let (width, height) = (source.width(), source.height());
    let selected = selection(mask, edits);
    let mut rgba = source.rgba().to_vec();
    if let Some(area) = Area::around(&selected, width) {
        let size = DrawError::Size { width: area.width, height: area.height };
        let mut canvas = Canvas::new(area.width, area.height).ok_or(size)?;
        look.art(&mut canvas, rng.clone());
        if let Some(room) = area.largest_rect(&selected, width) {
            look.letter_within(&mut canvas, words, room);
        }
        let row_bytes = width as usize * 4;
        let drawn = canvas.pixmap().data();
        let rows = rgba.chunks_exact_mut(row_bytes).zip(selected.chunks_exact(width as usize));
        let fresh = drawn.chunks_exact(area.width as usize * 4);
        for ((row, selected), fresh) in rows.skip(area.y as usize).zip(fresh) {
            let pixels = row.chunks_exact_mut(4).zip(selected).skip(area.x as usize);
            for ((old, selected), new) in pixels.zip(fresh.chunks_exact(4)) {
                if *selected {
                    old.copy_from_slice(new);
                }
            }
        }
    }
    png::straight(rgba, width, height)
}

/// The part of a picture that holds everything selected.
struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Area {
    fn around(selected: &[bool], width: u32) -> Option<Self> {
        let (mut left, mut right, mut top, mut bottom) = (u32::MAX, 0, u32::MAX, 0);
        for (row, y) in selected.chunks_exact(width as usize).zip(0_u32..) {
            let Some(first) = row.iter().position(|selected| *selected) else { continue };
            let last = row.iter().rposition(|selected| *selected).unwrap_or(first);
            left = left.min(first as u32);
            right = right.max(last as u32);
            top = top.min(y);
            bottom = y;
        }
        (left <= right).then(|| Self { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
    }

    /// The largest upright rectangle of selected pixels, in this area's coordinates, found on a coarse grid.
    fn largest_rect(&self, selected: &[bool], width: u32) -> Option<Rect> {
        const CELLS: u32 = 96;
        let cell = (self.width.max(self.height) / CELLS).max(1);
        let (columns, rows) = (self.width / cell, self.height / cell);
        let mut heights = vec![0_u32; columns as usize];
        let mut best = (0.0, None);
        for row in 0..rows {
            for (column, height) in (0..columns).zip(&mut heights) {
                let full = self.cell_is_selected(selected, width, column * cell, row * cell, cell);
                *height = if full { *height + 1 } else { 0 };
            }
            for (left, _) in heights.iter().enumerate() {
                let mut low = u32::MAX;
                for (height, across) in heights.iter().skip(left).zip(1_u32..) {
                    low = low.min(*height);
                    // Text needs width, so a tall narrow rectangle counts less than a wide one of the same area.
                    let value = across as f32 * low as f32 * (across as f32 / low.max(1) as f32).min(1.0).sqrt();
                    if low > 0 && value > best.0 {
                        let x = left as u32 * cell;
                        let y = (row + 1 - low) * cell;
                        best =
                            (value, Rect::from_xywh(x as f32, y as f32, (across * cell) as f32, (low * cell) as f32));
                    }
                }
            }
        }
        best.1
    }

    fn cell_is_selected(&self, selected: &[bool], width: u32, x: u32, y: u32, cell: u32) -> bool {
        let from = (self.x + x) as usize;
        selected
            .chunks_exact(width as usize)
            .skip((self.y + y) as usize)
            .take(cell as usize)
            .all(|row| row.get(from..from + cell as usize).is_some_and(|part| part.iter().all(|selected| *selected)))
    }
}

//! `design`: a Swiss poster, plain shapes on a strict grid.

use tiny_skia::{Color, PathBuilder, Rect};

use super::super::canvas::Canvas;
use super::super::caption::{Column, Words};
use super::super::color::hex;
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;

/// Paper, ink, and three colours.
const PALETTES: [[u32; 5]; 7] = [
    [0xf3_ede0, 0x17_1717, 0xe6_3b2e, 0x1f_4fa3, 0xf2_b632],
    [0xf5_f0e6, 0x14_213d, 0xfc_7a1e, 0x2a_9d8f, 0xe9_c46a],
    [0xef_e9dd, 0x1b_1b1e, 0xff_5d73, 0x5d_2e8c, 0x2e_c4b6],
    [0xf4_f1ea, 0x10_1d2b, 0xd7_263d, 0x02_80a5, 0xf4_a261],
    [0xf0_ebe0, 0x1e_2a24, 0x3a_7d44, 0xe0_7a5f, 0xf2_cc8f],
    [0xf6_efe8, 0x22_1b2b, 0xf7_2585, 0x43_61ee, 0xff_c300],
    [0xec_e7db, 0x15_1515, 0xc8_553d, 0x58_8b8b, 0xf2_8f3b],
];

/// Where the grid ends and the words begin.
enum Split {
    /// Words below this y.
    Below(f32),
    /// Words left of this x.
    Beside(f32),
}

fn split(canvas: &Canvas) -> Split {
    let (width, height) = (canvas.width(), canvas.height());
    if width > 1.25 * height {
        let cell = height / (height / (190.0 * canvas.unit())).round().max(2.0);
        Split::Beside(width - cell * ((width * 0.56) / cell).floor().max(1.0))
    } else {
        let columns = (width / (205.0 * canvas.unit())).round().max(3.0);
        let cell = width / columns;
        Split::Below(cell * ((height * 0.6) / cell).floor().max(1.0))
    }
}

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let palette = rng.pick(&PALETTES).map(hex);
    let [paper, ..] = palette;
    let (width, height) = (canvas.width(), canvas.height());
    canvas.flood(paper);
    // The grid goes over everything: what the words do not cover shows it.
    let (origin_x, cell) = match split(canvas) {
        Split::Below(_) => (0.0, width / (width / (205.0 * canvas.unit())).round().max(3.0)),
        Split::Beside(left) => {
            let cell = height / (height / (190.0 * canvas.unit())).round().max(2.0);
            (left - (left / cell).ceil() * cell, cell)
        }
    };
    let (columns, rows) = (((width - origin_x) / cell).round() as usize, (height / cell).ceil() as usize);
    for row in 0..rows {
        for column in 0..columns {
            tile(canvas, &mut rng, origin_x + column as f32 * cell, row as f32 * cell, cell, palette);
        }
    }
    // One large shape breaks the rhythm.
    let (x, y) = match split(canvas) {
        Split::Below(bottom) => (rng.below(columns.saturating_sub(1)) as f32 * cell, large_row(&mut rng, bottom, cell)),
        Split::Beside(left) => {
            let free = ((width - left) / cell).round() as usize;
            (left + rng.below(free.saturating_sub(1)) as f32 * cell, large_row(&mut rng, height, cell))
        }
    };
    tile(canvas, &mut rng, x, y, cell * 2.0, palette);
    canvas.grain(&mut rng, 0.07);
}

fn large_row(rng: &mut Rng, bottom: f32, cell: f32) -> f32 {
    let rows = (bottom / cell).round() as usize;
    rng.below(rows.saturating_sub(1)) as f32 * cell
}

fn tile(canvas: &mut Canvas, rng: &mut Rng, x: f32, y: f32, side: f32, palette: [Color; 5]) {
    let [paper, ink, ..] = palette;
    let ground = if rng.chance(0.4) { paper } else { rng.pick(&palette) };
    let mut figure = rng.pick(&palette);
    if figure == ground {
        figure = if ground == ink { paper } else { ink };
    }
    // A hair wider, so that no seam shows between tiles.
    canvas.rect(x, y, side + 0.5, side + 0.5, ground);
    let corner = |number: usize| match number {
        0 => (x, y, 1.0, 1.0),
        1 => (x + side, y, -1.0, 1.0),
        2 => (x + side, y + side, -1.0, -1.0),
        _ => (x, y + side, 1.0, -1.0),
    };
    let (corner_x, corner_y, right, down) = corner(rng.below(4));
    match rng.below(9) {
        0 | 1 => quarter(canvas, (corner_x, corner_y), (right * side, down * side), figure),
        2 => canvas.circle(x + side / 2.0, y + side / 2.0, side * 0.5, figure),
        3 => {
            for (share, color) in [(1.0, figure), (0.66, ground), (0.33, figure)] {
                quarter(canvas, (corner_x, corner_y), (right * side * share, down * side * share), color);
            }
        }
        4 => {
            // A leaf: two quarters, each the other's mirror.
            let mut path = PathBuilder::new();
            let (end_x, end_y) = (corner_x + right * side, corner_y + down * side);
            let handle = 0.552_285 * side;
            path.move_to(corner_x, corner_y);
            path.cubic_to(corner_x + right * handle, corner_y, end_x, end_y - down * handle, end_x, end_y);
            path.cubic_to(end_x - right * handle, end_y, corner_x, corner_y + down * handle, corner_x, corner_y);
            path.close();
            if let Some(path) = path.finish() {
                canvas.fill(&path, figure);
            }
        }
        5 => {
            let mut path = PathBuilder::new();
            path.move_to(corner_x, corner_y);
            path.line_to(corner_x + right * side, corner_y);
            path.line_to(corner_x, corner_y + down * side);
            path.close();
            if let Some(path) = path.finish() {
                canvas.fill(&path, figure);
            }
        }
        6 => {
            let stripe = side / 8.0;
            for number in 0..4_u8 {
                let at = stripe * (2.0 * f32::from(number));
                if right > 0.0 {
                    canvas.rect(x, y + at, side, stripe, figure);
                } else {
                    canvas.rect(x + at, y, stripe, side, figure);
                }
            }
        }
        7 => {
            let gap = side / 5.0;
            for row in 0..5_u8 {
                for column in 0..5_u8 {
                    let (at_x, at_y) = (gap * (f32::from(column) + 0.5), gap * (f32::from(row) + 0.5));
                    canvas.circle(x + at_x, y + at_y, gap * 0.24, figure);
                }
            }
        }
        _ => {
            canvas.circle(x + side / 2.0, y + side / 2.0, side * 0.38, figure);
            canvas.circle(x + side / 2.0, y + side / 2.0, side * 0.17, ground);
        }
    }
}

/// A quarter of a disc around `center`, reaching as far as `reach`, its signs telling the direction.
fn quarter(canvas: &mut Canvas, (x, y): (f32, f32), (reach_x, reach_y): (f32, f32), color: Color) {
    let mut path = PathBuilder::new();
    path.move_to(x, y);
    path.line_to(x + reach_x, y);
    let (handle_x, handle_y) = (reach_x * 0.552_285, reach_y * 0.552_285);
    path.cubic_to(x + reach_x, y + handle_y, x + handle_x, y + reach_y, x, y + reach_y);
    path.close();
    if let Some(path) = path.finish() {
        canvas.fill(&path, color);
    }
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, mut rng: Rng) {
    let [paper, ink, accent, ..] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::margin(canvas), super::small(canvas));
    let panel = match split(canvas) {
        Split::Below(top) => Rect::from_xywh(0.0, top, width, height - top),
        Split::Beside(right) => Rect::from_xywh(0.0, 0.0, right, height),
    };
    let Some(panel) = panel else { return };
    canvas.rect(panel.x(), panel.y(), panel.width(), panel.height(), paper);
    let bar = 7.0 * unit;
    let top = panel.y() + margin * 0.8;
    let room = (panel.width() - 2.0 * margin, panel.bottom() - top - bar - margin * 0.5 - margin);
    let column = Column::set(words, Typeface::Headline, room, 84.0 * unit, small);
    canvas.rect(margin, top, 64.0 * unit, bar, accent);
    let title = top + bar + margin * 0.5;
    if let Some(path) = column.title.outline(margin, title, room.0, Align::Left) {
        canvas.fill(&path, ink);
    }
    column.draw_magic(canvas, margin, title, Align::Left, ink);
    let caption = height - margin - column.caption.height();
    column.caption.draw(canvas, margin, caption, Align::Left, ink);
}

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

/// The squares that everything stands on.
struct Grid {
    /// Where the first column begins, in pixels; left of the picture when columns are counted from its right.
    x: f32,
    cell: f32,
    columns: usize,
    rows: usize,
    /// How many columns on the left belong to the words of a wide picture.
    lettered: usize,
}

impl Grid {
    fn new(canvas: &Canvas) -> Self {
        let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
        if width > 1.25 * height {
            let rows = (height / (190.0 * unit)).round().max(2.0);
            let cell = height / rows;
            let columns = (width / cell).ceil();
            let free = (width * 0.56 / cell).floor().max(1.0);
            let x = width - columns * cell;
            Self { x, cell, columns: columns as usize, rows: rows as usize, lettered: (columns - free) as usize }
        } else {
            let columns = (width / (205.0 * unit)).round().max(3.0);
            let cell = width / columns;
            let rows = (height / cell).ceil() as usize;
            Self { x: 0.0, cell, columns: columns as usize, rows, lettered: 0 }
        }
    }

    /// Where a column begins, on a whole pixel: a seam between tiles would show.
    fn column(&self, number: usize) -> f32 {
        (self.x + number as f32 * self.cell).round()
    }

    /// Where a row begins.
    fn row(&self, number: usize) -> f32 {
        (number as f32 * self.cell).round()
    }
}

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let palette = rng.pick(&PALETTES).map(hex);
    let [paper, ..] = palette;
    canvas.flood(paper);
    // The grid goes over everything: what the words do not cover shows it.
    let grid = Grid::new(canvas);
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            tile(canvas, &mut rng, &grid, (column, row), 1, palette);
        }
    }
    // One large shape breaks the rhythm.
    let free = grid.columns - grid.lettered;
    let column = grid.lettered + rng.below(free.saturating_sub(1));
    let row = rng.below(3.min(grid.rows).saturating_sub(1));
    tile(canvas, &mut rng, &grid, (column, row), 2, palette);
    canvas.grain(&mut rng, 0.06);
}

/// A square of `span` cells with one figure in it.
fn tile(canvas: &mut Canvas, rng: &mut Rng, grid: &Grid, at: (usize, usize), span: usize, palette: [Color; 5]) {
    let (x, y) = (grid.column(at.0), grid.row(at.1));
    // Sides may differ by a pixel; a circle does not care.
    let side = grid.column(at.0 + span) - x;
    let [paper, ink, ..] = palette;
    let ground = if rng.chance(0.4) { paper } else { rng.pick(&palette) };
    let mut figure = rng.pick(&palette);
    if figure == ground {
        figure = if ground == ink { paper } else { ink };
    }
    canvas.rect(x, y, side, grid.row(at.1 + span) - y, ground);
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
    let (margin, small) = (super::layout::margin(canvas), super::layout::small(canvas));
    let (bar, air) = (7.0 * unit, margin * 0.75);
    let grid = Grid::new(canvas);
    let around = 2.0 * air + bar + margin * 0.5;
    let (panel, column) = if words.over_source {
        let room = (width - 2.0 * margin, height * 0.36 - around);
        let column = Column::set(words, Typeface::Headline, room, 50.0 * unit, small);
        let tall = column.height() + around;
        (Rect::from_xywh(0.0, (height - tall).round(), width, tall), column)
    } else if grid.lettered > 0 {
        let right = grid.column(grid.lettered);
        let room = (right - 2.0 * margin, height - around);
        let column = Column::set(words, Typeface::Headline, room, 108.0 * unit, small);
        (Rect::from_xywh(0.0, 0.0, right, height), column)
    } else {
        // As many rows of the grid as leave the title large.
        let mut rows = (height * 0.78 / grid.cell) as usize;
        loop {
            let top = grid.row(rows);
            let room = (width - 2.0 * margin, height - top - around);
            let column = Column::set(words, Typeface::Headline, room, 92.0 * unit, small);
            if column.title.size > 72.0 * unit || top < height * 0.5 {
                break (Rect::from_xywh(0.0, top, width, height - top), column);
            }
            rows -= 1;
        }
    };
    let Some(panel) = panel else { return };
    canvas.rect(panel.x(), panel.y(), panel.width(), panel.height(), paper);
    let top = panel.y() + air;
    canvas.rect(margin, top, 64.0 * unit, bar, accent);
    let title = top + bar + margin * 0.5;
    column.draw_head(canvas, margin, title, Align::Left, ink);
    column.caption.draw(canvas, margin, height - air - column.caption.height(), Align::Left, ink);
}

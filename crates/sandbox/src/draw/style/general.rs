//! `general`: a travel poster, hills cut from paper under a big sun.

use tiny_skia::{Color, PathBuilder, Rect};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{darken, fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;
use super::super::trig::{TURN, sin};

/// Sky above, sky at the horizon, sun, far hills, near hills.
const PALETTES: [[u32; 5]; 7] = [
    [0x2f_5d7c, 0xf6_c08a, 0xff_e3b0, 0xc9_8f86, 0x1f_2f3f],
    [0xf2_a65a, 0xf9_dfb0, 0xff_f6de, 0xe0_9a62, 0x4a_2531],
    [0x8f_c7c4, 0xf4_ead0, 0xfd_f8e8, 0x8d_b8a0, 0x1d_4a45],
    [0x1b_2448, 0x7a_5c8e, 0xf8_e9c8, 0x5b_5186, 0x12_142c],
    [0xd8_5c4a, 0xf6_b678, 0xff_e6b8, 0xb8_5557, 0x2d_1b33],
    [0x9c_bfd9, 0xf3_e4dc, 0xff_fbf2, 0x9d_a9c4, 0x2a_3b5c],
    [0x45_6b5a, 0xe8_dca0, 0xff_f3c4, 0x8d_a66a, 0x1c_3326],
];
const PAPER: u32 = 0xf8_f1e0;
const INK: u32 = 0x2a_2a33;

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [above, horizon, sun, far, near] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    canvas.flood(Ink::vertical(0.0, height * 0.62, &[(0.0, above), (1.0, horizon)]));

    let night = above.red() + above.green() + above.blue() < 0.75;
    if night {
        for _ in 0..140 {
            let (x, y) = (rng.unit() * width, rng.unit() * height * 0.42);
            canvas.circle(x, y, rng.range(0.6, 1.9) * unit, fade(sun, rng.range(0.25, 0.9)));
        }
    }
    let (x, y) = (rng.range(0.28, 0.72) * width, rng.range(0.2, 0.34) * height);
    let radius = width.min(height) * rng.range(0.1, 0.16);
    for halo in [2.3, 1.75, 1.32] {
        canvas.circle(x, y, radius * halo, fade(sun, 0.16));
    }
    canvas.circle(x, y, radius, sun);
    clouds(canvas, &mut rng, lighten(horizon, 0.35));
    birds(canvas, &mut rng, (x, y), mix(near, above, 0.15));

    let ridges = 6_u8;
    let first = rng.range(0.34, 0.4);
    for ridge in 0..ridges {
        let depth = f32::from(ridge) / f32::from(ridges - 1);
        let base = height * (first + (0.7 - first) * depth);
        let color = mix(mix(far, horizon, 0.45 * (1.0 - depth)), near, depth);
        let crest = Crest::new(&mut rng, base, height * (0.085 - 0.03 * depth), width, unit);
        hill(canvas, &crest, color, mix(color, horizon, 0.34 * (1.0 - depth) + 0.06));
        if ridge >= 2 {
            trees(canvas, &mut rng, &crest, depth, darken(mix(color, near, 0.5), 0.18));
        }
    }
    canvas.grain(&mut rng, 0.1);
}

/// The line of a ridge: three waves of falling length.
struct Crest {
    base: f32,
    waves: [(f32, f32, f32); 3],
}

impl Crest {
    fn new(rng: &mut Rng, base: f32, rise: f32, width: f32, unit: f32) -> Self {
        let mut wave = |length: f32, rise: f32| (TURN / (length * rng.range(0.7, 1.3)), rng.range(0.0, TURN), rise);
        let long = (width * 0.75).min(900.0 * unit);
        Self { base, waves: [wave(long, rise), wave(long * 0.37, rise * 0.42), wave(long * 0.12, rise * 0.12)] }
    }

    fn at(&self, x: f32) -> f32 {
        self.waves.iter().fold(self.base, |y, (pace, phase, rise)| y - rise * sin(x * pace + phase))
    }
}

fn hill(canvas: &mut Canvas, crest: &Crest, top: Color, foot: Color) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let mut path = PathBuilder::new();
    path.move_to(-4.0, height + 4.0);
    let steps = 96_u8;
    for step in 0..=steps {
        let x = (width + 8.0) * f32::from(step) / f32::from(steps) - 4.0;
        path.line_to(x, crest.at(x));
    }
    path.line_to(width + 4.0, height + 4.0);
    path.close();
    let Some(path) = path.finish() else { return };
    // The edge of the sheet casts a little shadow on the one behind.
    for (reach, opacity) in [(14.0, 0.05), (8.0, 0.06), (3.0, 0.08)] {
        canvas.stroke(&path, reach * unit, fade(Color::BLACK, opacity));
    }
    canvas
        .fill(&path, Ink::vertical(crest.base - 0.08 * height, crest.base + 0.24 * height, &[(0.0, top), (1.0, foot)]));
    canvas.stroke(&path, 1.4 * unit, lighten(top, 0.14));
}

fn trees(canvas: &mut Canvas, rng: &mut Rng, crest: &Crest, depth: f32, color: Color) {
    let (width, unit) = (canvas.width(), canvas.unit());
    let groups = 2 + rng.below(3);
    for _ in 0..groups {
        let center = rng.unit() * width;
        let spread = rng.range(50.0, 150.0) * unit;
        for _ in 0..(3 + rng.below(8)) {
            let x = center + rng.range(-spread, spread);
            let tall = (20.0 + 62.0 * depth * depth) * unit * rng.range(0.6, 1.25);
            conifer(canvas, x, crest.at(x) + 3.0 * unit, tall, mix(color, Color::BLACK, rng.range(0.0, 0.16)));
        }
    }
}

fn conifer(canvas: &mut Canvas, x: f32, foot: f32, tall: f32, color: Color) {
    let mut path = PathBuilder::new();
    let half = tall * 0.23;
    for tier in 0..4_u8 {
        let tier = f32::from(tier);
        let top = foot - tall * (1.0 - 0.2 * tier);
        let bottom = top + tall * (0.28 + 0.035 * tier);
        let reach = half * (0.42 + 0.2 * tier);
        path.move_to(x, top);
        path.line_to(x + reach, bottom);
        path.line_to(x - reach, bottom);
        path.close();
    }
    path.push_rect(match Rect::from_xywh(x - tall * 0.025, foot - tall * 0.14, tall * 0.05, tall * 0.16) {
        Some(trunk) => trunk,
        None => return,
    });
    if let Some(path) = path.finish() {
        canvas.fill(&path, color);
    }
}

fn clouds(canvas: &mut Canvas, rng: &mut Rng, color: Color) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    for _ in 0..(3 + rng.below(3)) {
        let (x, y) = (rng.unit() * width, rng.range(0.1, 0.36) * height);
        let thick = rng.range(9.0, 17.0) * unit;
        for layer in 0..3_u8 {
            let long = rng.range(90.0, 210.0) * unit;
            let left = x + rng.range(-70.0, 70.0) * unit;
            let top = y + f32::from(layer) * thick * 0.82;
            if let Some(bar) = Rect::from_xywh(left, top, long, thick) {
                canvas.card(bar, thick, fade(color, 0.55));
            }
        }
    }
}

fn birds(canvas: &mut Canvas, rng: &mut Rng, (sun_x, sun_y): (f32, f32), color: Color) {
    let unit = canvas.unit();
    for _ in 0..(4 + rng.below(5)) {
        let (x, y) = (sun_x + rng.range(-170.0, 170.0) * unit, sun_y + rng.range(-70.0, 80.0) * unit);
        let span = rng.range(7.0, 15.0) * unit;
        let mut path = PathBuilder::new();
        path.move_to(x - span, y - span * 0.35);
        path.quad_to(x - span * 0.4, y - span * 0.5, x, y);
        path.quad_to(x + span * 0.4, y - span * 0.5, x + span, y - span * 0.3);
        if let Some(path) = path.finish() {
            canvas.stroke(&path, 2.1 * unit, color);
        }
    }
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, _rng: Rng) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::layout::margin(canvas), super::layout::small(canvas));
    let border = margin * 0.5;
    let paper = hex(PAPER);
    let side_by_side = width > 1.6 * height && !words.over_source;
    let (room, align) = if side_by_side {
        ((width * 0.34 - 1.7 * margin, height - 2.0 * margin), Align::Left)
    } else {
        ((width - 2.0 * margin, height * if words.over_source { 0.26 } else { 0.4 }), Align::Center)
    };
    let largest = if words.over_source { 46.0 } else { 80.0 };
    let column = Column::set(words, Typeface::Serif, room, largest * unit, small);
    let panel = if side_by_side {
        Rect::from_xywh(width * 0.66, 0.0, width * 0.34, height)
    } else {
        let tall = column.height() + margin * 1.2;
        Rect::from_xywh(0.0, height - tall, width, tall)
    };
    let Some(panel) = panel else { return };
    // Paper around the window, and the panel for the words.
    for edge in [
        Rect::from_xywh(0.0, 0.0, width, border),
        Rect::from_xywh(0.0, height - border, width, border),
        Rect::from_xywh(0.0, 0.0, border, height),
        Rect::from_xywh(width - border, 0.0, border, height),
        Some(panel),
    ]
    .into_iter()
    .flatten()
    {
        canvas.rect(edge.x(), edge.y(), edge.width(), edge.height(), paper);
    }
    let (x, y) = if side_by_side {
        (panel.x() + margin * 0.7, (height - column.height()) / 2.0)
    } else {
        (margin, panel.y() + margin * 0.6)
    };
    column.draw(canvas, x, y, align, hex(INK));
}

//! `auto`: coloured light behind a ribbon of fine lines.

use tiny_skia::{BlendMode, Color, PathBuilder};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{darken, fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;

/// Background, then four lights.
const PALETTES: [[u32; 5]; 7] = [
    [0x0b_1026, 0x3a_5bff, 0x8a_3ffc, 0xff_5fa2, 0xff_b86b],
    [0x06_1a1f, 0x00_a6a6, 0x2e_e6a8, 0xc8_f169, 0x1f_6feb],
    [0x1a_0b1e, 0xd6_2f6b, 0xff_7a45, 0xff_d166, 0x7b_2cbf],
    [0x0c_0f1a, 0x2d_7dd2, 0x97_cc04, 0xee_b902, 0xf4_5d01],
    [0x14_0d26, 0x5e_60ce, 0x48_bfe3, 0x72_efdd, 0xe0_6cff],
    [0x1b_1012, 0xe0_3616, 0xff_9b42, 0xf7_d488, 0x8f_2d56],
    [0x08_1620, 0x12_7475, 0x5f_b49c, 0xf2_c14e, 0xf7_8154],
];

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [ground, lights @ ..] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let long = width.max(height);
    canvas.flood(Ink::Linear(
        (0.0, 0.0),
        (width, height),
        vec![(0.0, lighten(ground, 0.05)), (1.0, darken(ground, 0.4))],
    ));

    canvas.blend = BlendMode::Screen;
    for (light, share) in lights.into_iter().zip([0.8, 0.75, 0.6, 0.45]) {
        let center = (rng.range(-0.05, 1.05) * width, rng.range(-0.1, 0.75) * height);
        let reach = long * rng.range(0.45, 0.75) * share;
        canvas.glow(center, (reach, reach * rng.range(0.7, 1.1)), fade(light, 0.85));
    }
    canvas.blend = BlendMode::SourceOver;
    sun(canvas, &mut rng, lights);
    ribbon(canvas, &mut rng, lights);
    let spark = lighten(rng.pick(&lights), 0.7);
    for _ in 0..70 {
        let (x, y) = (rng.unit() * width, rng.unit() * height * 0.8);
        canvas.circle(x, y, rng.range(0.5, 2.2) * unit, fade(spark, rng.range(0.1, 0.7)));
    }
    canvas.grain(&mut rng, 0.13);
}

fn sun(canvas: &mut Canvas, rng: &mut Rng, lights: [Color; 4]) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (x, y) = (rng.range(0.55, 0.8) * width, rng.range(0.2, 0.42) * height);
    let radius = width.min(height) * rng.range(0.15, 0.23);
    let (near, far) = (rng.pick(&lights), rng.pick(&lights));
    canvas.glow((x, y), (radius * 2.4, radius * 2.4), fade(near, 0.5));
    let stops = vec![(0.0, lighten(near, 0.55)), (0.55, near), (1.0, mix(near, far, 0.75))];
    let ink = Ink::Linear((x - radius * 0.7, y - radius), (x + radius * 0.7, y + radius), stops);
    canvas.circle(x, y, radius, ink);
    for ring in 1..=3_u8 {
        let step = f32::from(ring);
        canvas.ring(x, y, radius * (1.0 + 0.16 * step), 1.2 * unit, fade(Color::WHITE, 0.34 / step));
    }
}

/// A sheet of lines between two curves, as a contour plot has it.
fn ribbon(canvas: &mut Canvas, rng: &mut Rng, lights: [Color; 4]) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let mut curve = |low: f32, high: f32| [(); 4].map(|()| rng.range(low, high) * height);
    let (upper, lower) = (curve(0.1, 0.65), curve(0.35, 1.0));
    let [first, second, third, _] = lights.map(|light| lighten(light, 0.35));
    let count = 58_u8;
    for line in 0..count {
        let at = f32::from(line) / f32::from(count - 1);
        // Lines gather towards one edge, so the sheet seems to turn away.
        let at = at * at * (1.6 - 0.6 * at);
        let [a, b, c, d] = zip(upper, lower, |up, low| up + (low - up) * at);
        let mut path = PathBuilder::new();
        path.move_to(-0.02 * width, a);
        path.cubic_to(
            0.3 * width,
            b * 1.1 - 0.05 * height,
            0.62 * width,
            c - 0.25 * height * (1.0 - at),
            1.02 * width,
            d,
        );
        let Some(path) = path.finish() else { continue };
        let opacity = 0.22 + 0.6 * (1.0 - at);
        let stops = vec![(0.0, fade(first, opacity)), (0.5, fade(second, opacity)), (1.0, fade(third, opacity * 0.8))];
        canvas.stroke(&path, (0.8 + 0.9 * (1.0 - at)) * unit, Ink::Linear((0.0, 0.0), (width, 0.0), stops));
    }
}

fn zip(a: [f32; 4], b: [f32; 4], with: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    [with(a0, b0), with(a1, b1), with(a2, b2), with(a3, b3)]
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, _rng: Rng) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let margin = super::layout::margin(canvas);
    let across = if width > 1.9 * height { 0.56 } else { 1.0 };
    let room = ((width - 2.0 * margin) * across, height * 0.5);
    let largest = if words.over_source { 60.0 } else { 96.0 };
    let column = Column::set(words, Typeface::Headline, room, largest * unit, super::layout::small(canvas));
    let top = height - margin - column.height();
    super::layout::scrim(canvas, top, hex(0x05_0712), 0.9);
    column.draw(canvas, margin, top, Align::Left, Color::WHITE);
}

//! `anime`: towering summer clouds over the sea, petals in the wind.

use tiny_skia::{BlendMode, Color, PathBuilder, Rect, Transform};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;
use super::super::trig::{TURN, cos, sin};

/// Sky above, in the middle, at the horizon; cloud in light, in shade; sea; grass; petals.
const PALETTES: [[u32; 8]; 5] = [
    [0x1c_5fd0, 0x4a_9df0, 0xc6_ecfb, 0xff_ffff, 0xa9_c7ee, 0x1f_78b8, 0x2c_6e49, 0xff_b3cf],
    [0x2b_2a6b, 0x9a_4f9e, 0xff_b48a, 0xff_e6cf, 0xc5_7aa6, 0x5a_3f86, 0x2a_2350, 0xff_d1a8],
    [0x0b_1748, 0x24_3b8a, 0x7f_8fd6, 0x9d_adf0, 0x4a_57a8, 0x14_2663, 0x0c_1433, 0xb9_d3ff],
    [0x1a_8fc4, 0x62_cfe0, 0xe7_f8e8, 0xff_ffff, 0xa5_dbe2, 0x1b_94a8, 0x3c_7d3a, 0xff_c2d8],
    [0x3d_5fc4, 0x8f_8fe0, 0xff_c9d6, 0xff_f4f6, 0xc9_a5d8, 0x5c_6cc0, 0x35_4a7d, 0xff_a5bf],
];
const OUTLINE: u32 = 0x16_1c46;

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [above, middle, horizon, lit, shade, sea, grass, petal] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let line = height * rng.range(0.6, 0.66);
    canvas.flood(Ink::vertical(0.0, line, &[(0.0, above), (0.55, middle), (1.0, horizon)]));
    let night = above.red() + above.green() + above.blue() < 0.5;
    if night {
        stars(canvas, &mut rng, line);
    }
    let sun = (width * rng.range(0.12, 0.88), height * rng.range(0.1, 0.24));
    rays(canvas, &mut rng, sun, if night { 0.05 } else { 0.1 });

    // Far heaps are pale and small, near ones bright and tall.
    let left = rng.chance(0.5);
    for depth in 0..3_u8 {
        let near = f32::from(depth) / 2.0;
        for heap in 0..3_u8 {
            let side = if (heap % 2 == 0) == left { 0.08 } else { 0.92 };
            let x = width * (side + rng.range(-0.2, 0.2) + if heap == 2 { rng.range(-0.3, 0.3) } else { 0.0 });
            let tall = height * (0.09 + 0.22 * near) * rng.range(0.6, 1.15);
            let foot = line - height * 0.02 * (1.0 - near);
            cumulus(
                canvas,
                &mut rng,
                (x, foot),
                tall,
                mix(horizon, lit, 0.45 + 0.55 * near),
                mix(horizon, shade, 0.4 + 0.6 * near),
            );
        }
    }
    let haze = [(0.0, fade(horizon, 0.0)), (1.0, fade(horizon, 0.95))];
    canvas.rect(0.0, line - height * 0.1, width, height * 0.1 + 1.0, Ink::vertical(line - height * 0.1, line, &haze));
    water(canvas, &mut rng, line, sea, lit, horizon);
    meadow(canvas, &mut rng, grass);
    flare(canvas, sun, unit);
    for number in 0..46_u8 {
        let near = f32::from(number) / 46.0;
        let size = (5.0 + 17.0 * near * near) * unit * rng.range(0.7, 1.3);
        let (x, y) = (rng.unit() * width, rng.unit() * height * 0.92);
        blossom(
            canvas,
            (x, y),
            size,
            rng.range(0.0, TURN),
            fade(mix(petal, Color::WHITE, rng.unit() * 0.4), 0.55 + 0.4 * near),
        );
    }
}

fn stars(canvas: &mut Canvas, rng: &mut Rng, line: f32) {
    let (width, unit) = (canvas.width(), canvas.unit());
    for _ in 0..260 {
        let (x, y) = (rng.unit() * width, rng.unit() * rng.unit() * line);
        canvas.circle(x, y, rng.range(0.5, 1.9) * unit, fade(Color::WHITE, rng.range(0.3, 1.0)));
    }
    let (x, y) = (rng.range(0.5, 0.9) * width, rng.range(0.06, 0.2) * line);
    let reach = 320.0 * unit;
    let mut tail = PathBuilder::new();
    tail.move_to(x, y);
    tail.line_to(x - reach, y + reach * 0.5);
    if let Some(tail) = tail.finish() {
        let stops = vec![(0.0, Color::WHITE), (1.0, fade(hex(0x9d_c4ff), 0.0))];
        canvas.stroke(&tail, 3.2 * unit, Ink::Linear((x, y), (x - reach, y + reach * 0.5), stops));
    }
    canvas.glow((x, y), (16.0 * unit, 16.0 * unit), Color::WHITE);
}

fn rays(canvas: &mut Canvas, rng: &mut Rng, (x, y): (f32, f32), opacity: f32) {
    let reach = canvas.width().max(canvas.height()) * 1.2;
    canvas.blend = BlendMode::Screen;
    canvas.glow((x, y), (reach * 0.42, reach * 0.42), fade(Color::WHITE, opacity * 5.0));
    let mut angle = rng.range(0.0, 1.0);
    while angle < TURN {
        let wide = rng.range(0.03, 0.12);
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        path.line_to(x + reach * cos(angle), y + reach * sin(angle));
        path.line_to(x + reach * cos(angle + wide), y + reach * sin(angle + wide));
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(
                &path,
                Ink::radial((x, y), reach, &[(0.0, fade(Color::WHITE, opacity)), (1.0, fade(Color::WHITE, 0.0))]),
            );
        }
        angle += wide + rng.range(0.08, 0.3);
    }
    canvas.blend = BlendMode::SourceOver;
}

/// A heap of round puffs, lit from above: the shade first, the light a little higher.
fn cumulus(canvas: &mut Canvas, rng: &mut Rng, (x, foot): (f32, f32), tall: f32, lit: Color, shade: Color) {
    let mut puffs = Vec::new();
    let count = 44_u8;
    for number in 0..count {
        let rise = f32::from(number) / f32::from(count);
        let half = tall * 1.25 * (1.0 - rise * 0.82);
        let center = x + rng.range(-1.0, 1.0) * half;
        puffs.push((
            center,
            foot - tall * rise * rng.range(0.75, 1.05),
            tall * (0.3 - 0.17 * rise) * rng.range(0.65, 1.1),
        ));
    }
    for (x, y, radius) in &puffs {
        canvas.circle(*x, *y, *radius, shade);
    }
    let middle = mix(lit, shade, 0.45);
    for (x, y, radius) in &puffs {
        canvas.circle(x - radius * 0.08, y - radius * 0.14, radius * 0.84, middle);
    }
    for (x, y, radius) in &puffs {
        canvas.circle(x - radius * 0.16, y - radius * 0.26, radius * 0.68, lit);
    }
}

fn water(canvas: &mut Canvas, rng: &mut Rng, line: f32, sea: Color, lit: Color, horizon: Color) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    canvas.rect(
        0.0,
        line,
        width,
        height - line,
        Ink::vertical(line, height, &[(0.0, mix(sea, horizon, 0.4)), (0.3, sea), (1.0, sea)]),
    );
    for _ in 0..120 {
        let at = rng.unit() * rng.unit();
        let (x, y) = (rng.unit() * width, line + 2.0 * unit + (height - line) * 0.6 * at);
        let long = (10.0 + 90.0 * at) * unit * rng.range(0.5, 1.4);
        if let Some(glint) = Rect::from_xywh(x, y, long, (1.2 + 2.2 * at) * unit) {
            canvas.card(glint, 2.0 * unit, fade(lit, rng.range(0.25, 0.75)));
        }
    }
}

/// A slope of grass in the foreground, its blades bent by the wind.
fn meadow(canvas: &mut Canvas, rng: &mut Rng, grass: Color) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (from, to) = (height * rng.range(0.74, 0.84), height * rng.range(0.74, 0.84));
    for layer in 0..3_u8 {
        let down = f32::from(layer) * height * 0.05;
        let color = mix(lighten(grass, 0.2), mix(grass, hex(OUTLINE), 0.35), f32::from(layer) / 2.0);
        let mut path = PathBuilder::new();
        path.move_to(-2.0, height + 2.0);
        path.line_to(-2.0, from + down);
        let mut x = 0.0;
        while x < width {
            let at = x / width;
            let ground = from + (to - from) * at - height * 0.03 * sin(at * TURN * 0.5) + down;
            let tall = rng.range(7.0, 24.0) * unit;
            path.line_to(x, ground);
            path.quad_to(x + 2.0 * unit, ground - tall * 0.6, x + rng.range(5.0, 12.0) * unit, ground - tall);
            path.quad_to(x + 5.0 * unit, ground - tall * 0.5, x + 5.0 * unit, ground);
            x += rng.range(3.5, 7.0) * unit;
        }
        path.line_to(width + 2.0, to + down);
        path.line_to(width + 2.0, height + 2.0);
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(&path, color);
        }
    }
}

/// Discs of light on the line from the sun through the middle.
fn flare(canvas: &mut Canvas, (x, y): (f32, f32), unit: f32) {
    let (to_x, to_y) = (canvas.width() / 2.0 - x, canvas.height() / 2.0 - y);
    canvas.blend = BlendMode::Screen;
    for (at, radius, color) in
        [(0.45, 34.0, 0xff_d9a0), (0.75, 16.0, 0xa0_e8ff), (1.15, 58.0, 0xff_c0e0), (1.4, 24.0, 0xc8_ffc8)]
    {
        let (x, y, radius) = (x + to_x * at, y + to_y * at, radius * unit);
        let color = hex(color);
        canvas.circle(
            x,
            y,
            radius,
            Ink::radial((x, y), radius, &[(0.0, fade(color, 0.06)), (0.9, fade(color, 0.22)), (1.0, fade(color, 0.0))]),
        );
    }
    canvas.blend = BlendMode::SourceOver;
}

/// A cherry petal: a drop with a notch.
fn blossom(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, angle: f32, color: Color) {
    let mut path = PathBuilder::new();
    path.move_to(0.0, 1.0);
    path.cubic_to(-0.9, 0.3, -0.6, -0.9, -0.18, -1.0);
    path.line_to(0.0, -0.72);
    path.line_to(0.18, -1.0);
    path.cubic_to(0.6, -0.9, 0.9, 0.3, 0.0, 1.0);
    path.close();
    let (along, across) = (size * cos(angle), size * sin(angle));
    if let Some(path) = path.finish() {
        canvas.fill_moved(&path, color, Transform::from_row(along, across, -across * 0.6, along * 0.6, x, y));
    }
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, _rng: Rng) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::layout::margin(canvas), super::layout::small(canvas));
    let across = if width > 1.9 * height { 0.62 } else { 1.0 };
    let room = ((width - 2.0 * margin) * across, height * 0.52);
    let largest = if words.over_source { 56.0 } else { 80.0 };
    let column = Column::set(words, Typeface::Comic, room, largest * unit, small);
    let outline = hex(OUTLINE);

    let strip = column.caption.height() + margin * 0.9;
    let slant = width * 0.018;
    let top = height - strip - slant - margin * 0.45 - column.head_height();
    super::layout::scrim(canvas, top + column.title.height(), outline, 0.62);
    // The caption stands on a slanted strip, as a title card has it.
    let mut band = PathBuilder::new();
    band.move_to(0.0, height - strip);
    band.line_to(width, height - strip - slant);
    band.line_to(width, height);
    band.line_to(0.0, height);
    band.close();
    if let Some(band) = band.finish() {
        canvas.fill(&band, fade(outline, 0.94));
    }
    if let Some(path) = column.title.outline(margin, top, room.0, Align::Left) {
        let thick = column.title.size * 0.2;
        let dropped = path.clone().transform(Transform::from_translate(0.0, column.title.size * 0.06));
        if let Some(dropped) = dropped {
            canvas.stroke(&dropped, thick * 1.25, fade(outline, 0.9));
        }
        canvas.stroke(&path, thick, outline);
        canvas.fill(&path, Color::WHITE);
    }
    column.draw_magic(canvas, margin, top, Align::Left, Color::WHITE);
    column.caption.draw(canvas, margin, height - strip + margin * 0.42, Align::Left, Color::WHITE);
}

//! `realistic`: a frame of a film, the sun low over water, with out-of-focus lights and grain.

use tiny_skia::{BlendMode, Color, PathBuilder, Rect};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{darken, fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::noise::{Noise, step};
use super::super::rng::Rng;
use super::super::text::Align;
use super::super::trig::{TURN, sin};

/// Sky from the top to the horizon in four, then the sun, then deep water.
const PALETTES: [[u32; 6]; 6] = [
    [0x1c_2742, 0x4a_4a72, 0xc9_7b63, 0xf6_c28b, 0xff_e9c0, 0x0c_1420],
    [0x0f_1c2e, 0x2a_4a63, 0x7d_95a0, 0xe3_c9a4, 0xff_f0d2, 0x0a_1319],
    [0x24_1a33, 0x6b_3553, 0xd8_5f4c, 0xfb_b05f, 0xff_e1a0, 0x12_0c18],
    [0x3d_5a78, 0x7f_9db5, 0xc9_d3d4, 0xf3_e7d3, 0xff_fbf0, 0x1a_2a36],
    [0x08_0d1c, 0x12_1f3d, 0x27_4068, 0x5d_7ea3, 0xe8_f0fa, 0x04_070e],
    [0x2d_2a38, 0x68_5a68, 0xb5_8d83, 0xec_c3a0, 0xff_ead0, 0x14_1318],
];

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [top, high, low, horizon, sun, deep] = rng.pick(&PALETTES).map(hex);
    let (width, height) = (canvas.width(), canvas.height());
    let line = height * rng.range(0.46, 0.54);
    canvas.flood(Ink::vertical(0.0, line, &[(0.0, top), (0.42, high), (0.78, low), (1.0, horizon)]));

    let sun_x = width * rng.range(0.3, 0.7);
    let sun_y = line - height * rng.range(0.01, 0.09);
    let radius = width.min(height) * rng.range(0.028, 0.045);
    canvas.blend = BlendMode::Screen;
    canvas.glow((sun_x, sun_y), (width.max(height) * 0.6, height * 0.42), fade(horizon, 0.55));
    canvas.glow((sun_x, sun_y), (radius * 6.0, radius * 6.0), fade(sun, 0.8));
    canvas.blend = BlendMode::SourceOver;
    clouds(canvas, &mut rng, (sun_x, line), [high, low, sun]);
    canvas.circle(
        sun_x,
        sun_y,
        radius,
        Ink::radial(
            (sun_x, sun_y),
            radius,
            &[(0.0, lighten(sun, 0.6)), (0.8, lighten(sun, 0.35)), (1.0, fade(sun, 0.6))],
        ),
    );

    for range in 0..3_u8 {
        let near = f32::from(range) / 2.0;
        headland(canvas, &mut rng, line, near, mix(mix(horizon, low, 0.6), darken(deep, 0.1), 0.25 + 0.55 * near));
    }
    water(canvas, &mut rng, line, (sun_x, radius), [horizon, low, high, sun, deep]);
    canvas.blend = BlendMode::Screen;
    canvas.glow((sun_x, line), (width * 0.5, height * 0.05), fade(horizon, 0.55));
    bokeh(canvas, &mut rng, [sun, low, horizon]);
    canvas.blend = BlendMode::SourceOver;
    let reach = (width * width + height * height).sqrt() * 0.56;
    let dark = |opacity| fade(Color::BLACK, opacity);
    canvas.flood(Ink::radial(
        (width / 2.0, height * 0.46),
        reach,
        &[(0.0, dark(0.0)), (0.55, dark(0.02)), (1.0, dark(0.52))],
    ));
    canvas.grain(&mut rng, 0.15);
}

/// A deck of cloud seen from below: it runs together towards the horizon.
fn clouds(canvas: &mut Canvas, rng: &mut Rng, (sun_x, line): (f32, f32), [high, low, sun]: [Color; 3]) {
    let (width, height) = (canvas.width(), canvas.height());
    let noise = Noise::new(rng.word());
    let cover = rng.range(0.42, 0.56);
    let (grain, shift) = (rng.range(1.1, 1.9), rng.range(0.0, 64.0));
    let shadow = darken(mix(high, low, 0.3), 0.18);
    let Some(sky) = Rect::from_xywh(0.0, 0.0, width, line) else { return };
    canvas.texture(sky, 240, 150, |x, y| {
        let rise = 1.0 - y;
        let away = 1.0 / (rise * 0.85 + 0.11);
        let u = (x - sun_x / width) * (width / height) * away * grain;
        let v = away * grain * 1.7 + shift;
        let thick = noise.fractal(u + shift, v, 5);
        // What is thinner towards the sun has its light on the edge.
        let lit = ((thick - noise.fractal(u * 0.97 + shift, v + 0.12 * away, 3)) * 3.0 + 0.42).clamp(0.0, 1.0);
        let near = 1.0 - ((x - sun_x / width).abs() * 1.1 + rise * 0.5).min(1.0);
        let color = mix(shadow, mix(low, sun, 0.35 + 0.65 * near), lit * (0.35 + 0.65 * near));
        fade(color, step(cover, cover + 0.26, thick) * 0.9 * step(0.0, 0.16, rise))
    });
}

/// A strip of land at the horizon, the nearer the higher and darker.
fn headland(canvas: &mut Canvas, rng: &mut Rng, line: f32, near: f32, color: Color) {
    let (width, height) = (canvas.width(), canvas.height());
    let rise = height * (0.03 + 0.035 * near);
    let from_left = rng.chance(0.5);
    let reach = width * rng.range(0.35, 0.75);
    let (pace, phase) = (TURN / (reach * rng.range(0.3, 0.5)), rng.range(0.0, TURN));
    let mut path = PathBuilder::new();
    path.move_to(if from_left { -2.0 } else { width + 2.0 }, line + 1.0);
    let steps = 80_u8;
    for step in 0..=steps {
        let at = f32::from(step) / f32::from(steps);
        let x = if from_left { reach * at } else { width - reach * at };
        let fall = 1.0 - at * at;
        let rough =
            0.62 + 0.25 * sin(x * pace + phase) + 0.09 * sin(x * pace * 3.3 + phase) + 0.04 * sin(x * pace * 9.7);
        path.line_to(x, line - rise * fall * rough.max(0.0));
    }
    path.line_to(if from_left { reach } else { width - reach }, line + 1.0);
    path.close();
    if let Some(path) = path.finish() {
        canvas.fill(&path, color);
    }
}

fn water(canvas: &mut Canvas, rng: &mut Rng, line: f32, (sun_x, radius): (f32, f32), colors: [Color; 5]) {
    let [horizon, low, high, sun, deep] = colors;
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let depth = height - line;
    let stops =
        [(0.0, mix(horizon, low, 0.5)), (0.12, mix(low, high, 0.4)), (0.45, mix(high, deep, 0.55)), (1.0, deep)];
    canvas.rect(0.0, line, width, depth, Ink::vertical(line, height, &stops));
    let noise = Noise::new(rng.word());
    let Some(sea) = Rect::from_xywh(0.0, line, width, depth) else { return };
    canvas.texture(sea, 300, 170, |x, y| {
        let away = 1.0 / (y + 0.035);
        let (u, v) = ((x - 0.5) * (width / height) * away * 1.5, away * 7.0);
        let slope = noise.fractal(u, v, 3) - noise.fractal(u + 0.1, v + 0.45, 3);
        let lit = slope * 3.4;
        let color = if lit > 0.0 { mix(low, horizon, 0.4) } else { darken(deep, 0.25) };
        fade(color, lit.abs().min(1.0) * 0.5 * (1.0 - 0.45 * y))
    });
    for _ in 0..260 {
        // Waves crowd together towards the horizon.
        let at = rng.unit() * rng.unit();
        let y = line + depth * at;
        let reach = (8.0 + 130.0 * at) * unit * rng.range(0.4, 1.3);
        let thick = (0.5 + 5.0 * at) * unit;
        let bright = rng.chance(0.42);
        let color =
            if bright { fade(mix(low, horizon, 0.5), 0.08 * (1.0 - at)) } else { fade(darken(deep, 0.3), 0.14) };
        ripple(canvas, rng.range(-0.05, 1.05) * width, y, reach, thick, color);
    }
    for _ in 0..420 {
        let at = rng.unit() * rng.unit();
        let spread = radius * (0.7 + 5.0 * at);
        let x = sun_x + (rng.unit() + rng.unit() + rng.unit() - 1.5) * 1.3 * spread;
        let reach = (5.0 + 58.0 * at) * unit * rng.range(0.3, 1.2);
        let opacity = rng.range(0.15, 0.75) * (1.0 - 0.75 * at);
        ripple(canvas, x, line + depth * at + unit, reach, (0.9 + 4.0 * at) * unit, fade(lighten(sun, 0.2), opacity));
    }
}

/// A flat lens of light on the water.
fn ripple(canvas: &mut Canvas, x: f32, y: f32, reach: f32, thick: f32, color: Color) {
    let mut path = PathBuilder::new();
    path.move_to(x - reach, y);
    path.quad_to(x, y - thick, x + reach, y);
    path.quad_to(x, y + thick, x - reach, y);
    path.close();
    if let Some(path) = path.finish() {
        canvas.fill(&path, color);
    }
}

/// Lights out of focus in the foreground: discs, a little brighter at the rim.
fn bokeh(canvas: &mut Canvas, rng: &mut Rng, colors: [Color; 3]) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let left = rng.chance(0.5);
    for _ in 0..16 {
        let aside = rng.unit() * rng.unit() * 0.42;
        let x = width * if left { aside } else { 1.0 - aside };
        let y = height * (1.0 - 0.5 * rng.unit() * rng.unit());
        let radius = rng.range(14.0, 58.0) * unit;
        let color = rng.pick(&colors);
        let opacity = rng.range(0.07, 0.2);
        let stops = [
            (0.0, fade(color, opacity * 0.7)),
            (0.86, fade(color, opacity)),
            (0.95, fade(color, opacity * 1.6)),
            (1.0, fade(color, 0.0)),
        ];
        canvas.circle(x, y, radius, Ink::radial((x, y), radius, &stops));
    }
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, _rng: Rng) {
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::layout::margin(canvas), super::layout::small(canvas));
    let across = if width > 1.9 * height { 0.7 } else { 1.0 };
    let room = ((width - 2.0 * margin) * across, height * 0.46);
    let column = Column::set(words, Typeface::Serif, room, 66.0 * unit, small);
    let bar = column.caption.height() + margin * 0.9;
    let (left, top) = ((width - room.0) / 2.0, height - bar - margin * 0.6 - column.head_height());
    super::layout::scrim(canvas, top, hex(0x04_0406), 0.82);
    let black = hex(0x07_0708);
    let mask = (height * 0.055).min(bar);
    for (y, tall) in [(0.0, mask), (height - bar, bar)] {
        if let Some(edge) = Rect::from_xywh(0.0, y, width, tall) {
            canvas.rect(edge.x(), edge.y(), edge.width(), edge.height(), black);
        }
    }
    let light = hex(0xf6_f1e7);
    if let Some(path) = column.title.outline(left, top, room.0, Align::Center) {
        canvas.fill(&path, light);
    }
    column.draw_magic(canvas, left, top, Align::Center, fade(light, 0.8));
    column.caption.draw(canvas, left, height - bar + margin * 0.5, Align::Center, light);
}

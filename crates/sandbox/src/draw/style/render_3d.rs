//! `render_3D`: glossy shapes in a pastel studio.

use tiny_skia::{Color, Path, PathBuilder, Rect, Transform};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{darken, fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;
use super::{TURN, cos, sin};

/// Backdrop, then four materials.
const PALETTES: [[u32; 5]; 6] = [
    [0xf7_d9c9, 0xff_6b6b, 0xff_a94d, 0x4d_abf7, 0xff_f3e6],
    [0xd6_e4ff, 0x5c_7cfa, 0xff_8fab, 0xff_d43b, 0xf8_f9ff],
    [0xdc_f2e6, 0x20_c997, 0xff_922b, 0x74_5cf0, 0xfb_fff9],
    [0xe9_dcff, 0x84_5ef7, 0xf0_6595, 0x3b_c9db, 0xff_f8ff],
    [0xff_e7b8, 0xf7_6707, 0x15_aabf, 0xe6_4980, 0xff_fcef],
    [0xcf_eef5, 0x22_8be6, 0xfa_b005, 0xff_7f7f, 0xf6_fdff],
];

/// Where the light comes from: up and to the left.
const LIGHT: (f32, f32) = (-0.38, -0.46);

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [backdrop, materials @ ..] = rng.pick(&PALETTES).map(hex);
    let (width, height) = (canvas.width(), canvas.height());
    let side = width.min(height);
    let floor = height * 0.6;
    let wall = [
        (0.0, lighten(backdrop, 0.25)),
        (0.5, backdrop),
        (0.64, darken(backdrop, 0.045)),
        (0.72, lighten(backdrop, 0.08)),
        (1.0, lighten(backdrop, 0.34)),
    ];
    canvas.flood(Ink::vertical(0.0, height, &wall));
    canvas.glow((width * 0.28, height * 0.22), (side * 0.8, side * 0.7), fade(Color::WHITE, 0.5));

    let middle = (width * rng.range(0.46, 0.56), floor + height * 0.02);
    let hero = side * 0.23;
    match rng.below(3) {
        0 => arch(canvas, middle, hero, materials, &mut rng),
        1 => ring(canvas, middle, hero, materials, &mut rng),
        _ => spiral(canvas, middle, hero, materials, &mut rng),
    }
    // From the back to the front, so that the nearer covers the farther.
    let spread = width.min(side * 2.4);
    let mut balls: Vec<(f32, f32, f32, Color)> = Vec::new();
    for _ in 0..60 {
        let radius = side * rng.range(0.028, 0.105);
        let near = rng.unit();
        let x = middle.0 + rng.range(-0.5, 0.5) * spread;
        let y = floor + height * (0.02 + 0.15 * near) - radius;
        let clear = balls.iter().all(|(other_x, other_y, other, _)| {
            let (away_x, away_y) = (x - other_x, y - other_y);
            away_x * away_x + away_y * away_y > (radius + other) * (radius + other) * 1.2
        });
        let inside = x - radius > width * 0.03 && x + radius < width * 0.97;
        let aside = (x - middle.0).abs() > hero * 0.9 || near > 0.6;
        if clear && inside && aside && balls.len() < 11 {
            balls.push((x, y, radius, rng.pick(&materials)));
        }
    }
    balls.sort_by(|a, b| (a.1 + a.2).total_cmp(&(b.1 + b.2)));
    for (x, y, radius, color) in balls {
        shadow(canvas, x, y + radius, radius, 0.34);
        ball(canvas, x, y, radius, color, backdrop);
    }
    for _ in 0..5 {
        let radius = side * rng.range(0.012, 0.032);
        let (x, y) = (width * rng.range(0.06, 0.94), height * rng.range(0.3, 0.52));
        ball(canvas, x, y, radius, rng.pick(&materials), backdrop);
    }
    canvas.grain(&mut rng, 0.05);
}

/// The shadow of a thing that stands at `x`, `y` on the floor.
fn shadow(canvas: &mut Canvas, x: f32, y: f32, radius: f32, strength: f32) {
    let color = hex(0x2a_2350);
    canvas.glow((x + radius * 0.45, y + radius * 0.08), (radius * 1.7, radius * 0.5), fade(color, strength * 0.6));
    canvas.glow((x + radius * 0.06, y - radius * 0.02), (radius * 0.8, radius * 0.2), fade(color, strength * 1.3));
}

fn ball(canvas: &mut Canvas, x: f32, y: f32, radius: f32, color: Color, around: Color) {
    let focus = (x + LIGHT.0 * radius, y + LIGHT.1 * radius);
    let shade = mix(darken(color, 0.42), hex(0x2a_1f5e), 0.3);
    let stops = vec![
        (0.0, lighten(color, 0.5)),
        (0.28, lighten(color, 0.12)),
        (0.62, color),
        (0.9, shade),
        (1.0, mix(shade, around, 0.42)),
    ];
    canvas.circle(x, y, radius, Ink::Radial { focus, center: (x, y), radius: radius * 1.02, stops });
    // Light thrown back by the floor, then the softbox on the gloss.
    canvas.glow(
        (x + radius * 0.1, y + radius * 0.72),
        (radius * 0.55, radius * 0.22),
        fade(lighten(around, 0.3), 0.34),
    );
    canvas.glow(focus, (radius * 0.42, radius * 0.3), fade(Color::WHITE, 0.85));
    canvas.glow(
        (x + LIGHT.0 * radius * 1.08, y + LIGHT.1 * radius * 1.12),
        (radius * 0.17, radius * 0.11),
        Color::WHITE,
    );
}

/// Strokes from wide and dark to narrow and light, each nearer to the light: a tube.
fn tube(canvas: &mut Canvas, path: &Path, thick: f32, color: Color) {
    let shade = mix(darken(color, 0.45), hex(0x2a_1f5e), 0.3);
    let layers = 26_u8;
    for layer in 0..layers {
        let at = f32::from(layer) / f32::from(layers - 1);
        let tone =
            if at < 0.45 { mix(shade, color, at / 0.45) } else { mix(color, lighten(color, 0.62), (at - 0.45) / 0.55) };
        let shift = thick * 0.27 * at;
        let moved = path.clone().transform(Transform::from_translate(LIGHT.0 * shift, LIGHT.1 * shift));
        if let Some(moved) = moved {
            // The round of a tube: thickness falls as the height of a half circle.
            canvas.stroke(&moved, (thick * (1.0 - at * at).max(0.0).sqrt() * 0.999).max(thick * 0.05), tone);
        }
    }
    let gloss = path.clone().transform(Transform::from_translate(LIGHT.0 * thick * 0.36, LIGHT.1 * thick * 0.36));
    if let Some(gloss) = gloss {
        canvas.stroke(&gloss, thick * 0.07, fade(Color::WHITE, 0.6));
    }
}

fn arch(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4], rng: &mut Rng) {
    let [first, second, third, _] = materials;
    let thick = hero * 0.36;
    for (radius, color) in [(hero * 1.2, first), (hero * 0.82, second), (hero * 0.44, third)] {
        let mut path = PathBuilder::new();
        let handle = radius * 0.552_285;
        let rise = radius * 0.28;
        path.move_to(x - radius, y);
        path.line_to(x - radius, y - rise);
        path.cubic_to(x - radius, y - rise - handle, x - handle, y - rise - radius, x, y - rise - radius);
        path.cubic_to(x + handle, y - rise - radius, x + radius, y - rise - handle, x + radius, y - rise);
        path.line_to(x + radius, y);
        shadow(canvas, x - radius, y + thick * 0.4, thick * 0.75, 0.4);
        shadow(canvas, x + radius, y + thick * 0.4, thick * 0.75, 0.4);
        if let Some(path) = path.finish() {
            tube(canvas, &path, thick, color);
        }
    }
    let _ = rng;
}

fn ring(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4], rng: &mut Rng) {
    let [first, second, ..] = materials;
    let thick = hero * rng.range(0.42, 0.56);
    let radius = hero * 0.92;
    let center = y - radius - thick * 0.4;
    shadow(canvas, x, y + thick * 0.1, radius * 0.9, 0.5);
    if let Some(path) = PathBuilder::from_circle(x, center, radius) {
        tube(canvas, &path, thick, first);
    }
    ball(canvas, x, center, radius * 0.42, second, lighten(second, 0.5));
}

fn spiral(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4], rng: &mut Rng) {
    let [first, second, ..] = materials;
    let (turns, thick) = (rng.range(2.6, 3.4), hero * 0.24);
    let center = y - hero * 1.15;
    shadow(canvas, x, y + thick * 0.2, hero, 0.5);
    let mut path = PathBuilder::new();
    let steps = 140_u8;
    for step in 0..=steps {
        let at = f32::from(step) / f32::from(steps);
        let angle = TURN * turns * at + 0.6;
        let reach = hero * (0.12 + 1.05 * at);
        let (px, py) = (x + reach * cos(angle), center + reach * sin(angle));
        if step == 0 {
            path.move_to(px, py);
        } else {
            path.line_to(px, py);
        }
    }
    if let Some(path) = path.finish() {
        tube(canvas, &path, thick, first);
    }
    ball(canvas, x, center, hero * 0.17, second, lighten(second, 0.5));
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, mut rng: Rng) {
    let [backdrop, first, ..] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::margin(canvas), super::small(canvas));
    let room = (width - 2.0 * margin - small * 2.0, height * 0.52);
    let column = Column::set(words, Typeface::Round, room, 88.0 * unit, small);
    let ink = mix(darken(first, 0.68), hex(0x24_1c4a), 0.6);

    let pad = small;
    let card = Rect::from_xywh(
        margin,
        height - margin - column.caption.height() - 1.6 * pad,
        width - 2.0 * margin,
        column.caption.height() + 1.6 * pad,
    );
    if let Some(card) = card {
        canvas.card(card, pad * 1.2, fade(Color::WHITE, 0.82));
        column.caption.draw(canvas, card.x() + pad, card.y() + pad, Align::Left, ink);
    }
    let x = margin + pad;
    let y = margin * 1.1;
    // Lighter behind the letters than the scene may be.
    let veil = lighten(backdrop, 0.3);
    let reach = y + column.head_height();
    canvas.rect(
        0.0,
        0.0,
        width,
        reach * 1.35,
        Ink::vertical(0.0, reach * 1.35, &[(0.0, fade(veil, 0.86)), (0.72, fade(veil, 0.74)), (1.0, fade(veil, 0.0))]),
    );
    extrude(canvas, &column, (x, y), room.0, ink);
    column.draw_magic(canvas, x, y, Align::Center, ink);
}

/// Letters with depth: the same outline again and again, down to the right, then the face.
fn extrude(canvas: &mut Canvas, column: &Column, (x, y): (f32, f32), width: f32, ink: Color) {
    let Some(path) = column.title.outline(x, y, width, Align::Center) else { return };
    let depth = (column.title.size * 0.075).max(1.0);
    let layers = (depth.ceil() as u16).clamp(1, 24);
    let soft = path.clone().transform(Transform::from_translate(depth * 1.2, depth * 2.0));
    if let Some(soft) = soft {
        canvas.fill(&soft, fade(hex(0x2a_2350), 0.16));
    }
    for layer in (1..=layers).rev() {
        let at = depth * f32::from(layer) / f32::from(layers);
        if let Some(moved) = path.clone().transform(Transform::from_translate(at * 0.55, at)) {
            canvas.fill(&moved, mix(ink, Color::BLACK, 0.25));
        }
    }
    let bounds = path.bounds();
    let face = Ink::vertical(bounds.top(), bounds.bottom(), &[(0.0, lighten(ink, 0.34)), (1.0, lighten(ink, 0.14))]);
    canvas.fill(&path, face);
}

//! `render_3D`: glossy shapes in a pastel studio.

use tiny_skia::{Color, Path, PathBuilder, Rect, Transform};

use super::super::canvas::{Canvas, Ink};
use super::super::caption::{Column, Words};
use super::super::color::{darken, fade, hex, lighten, mix};
use super::super::font::Typeface;
use super::super::rng::Rng;
use super::super::text::Align;
use super::super::trig::{TURN, cos, sin};

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
/// The colour of what the light does not reach.
const SHADOW: u32 = 0x2f_2460;

/// Where the scene stands: in the lower part, or on the right of a wide picture.
struct Stage {
    x: f32,
    floor: f32,
    /// Half the width of the large piece in the middle.
    hero: f32,
    left: f32,
    right: f32,
}

fn is_wide(canvas: &Canvas) -> bool {
    canvas.width() > 1.45 * canvas.height()
}

fn stage(canvas: &Canvas) -> Stage {
    let (width, height) = (canvas.width(), canvas.height());
    if is_wide(canvas) {
        let reach = (width * 0.29).min(height * 0.95);
        let x = width - reach;
        Stage { x, floor: height * 0.66, hero: height * 0.185, left: x - reach * 0.95, right: width }
    } else {
        let hero = (width * 0.2).min(height * 0.135);
        Stage { x: width / 2.0, floor: height * 0.72, hero, left: 0.0, right: width }
    }
}

pub(super) fn art(canvas: &mut Canvas, mut rng: Rng) {
    let [backdrop, materials @ ..] = rng.pick(&PALETTES).map(hex);
    let (width, height) = (canvas.width(), canvas.height());
    let stage = stage(canvas);
    let horizon = (stage.floor / height - 0.06).clamp(0.2, 0.85);
    let wall = [
        (0.0, lighten(backdrop, 0.16)),
        (horizon - 0.12, lighten(backdrop, 0.05)),
        (horizon, darken(backdrop, 0.07)),
        (horizon + 0.07, lighten(backdrop, 0.1)),
        (1.0, lighten(backdrop, 0.3)),
    ];
    canvas.flood(Ink::vertical(0.0, height, &wall));
    canvas.glow((width * 0.2, height * 0.16), (width * 0.7, height * 0.6), fade(Color::WHITE, 0.5));

    let balls = balls(&mut rng, &stage, width, materials);
    for ball in balls.iter().filter(|ball| ball.foot() <= stage.floor) {
        ball.draw(canvas, backdrop);
    }
    let top = podium(canvas, &stage, backdrop);
    match rng.below(3) {
        0 => arch(canvas, (stage.x, top), stage.hero, materials),
        1 => ring(canvas, (stage.x, top), stage.hero, materials, &mut rng),
        _ => spiral(canvas, (stage.x, top), stage.hero, materials, &mut rng),
    }
    for ball in balls.iter().filter(|ball| ball.foot() > stage.floor) {
        ball.draw(canvas, backdrop);
    }
    canvas.grain(&mut rng, 0.045);
}

/// A ball on the floor.
struct Ball {
    x: f32,
    y: f32,
    radius: f32,
    color: Color,
}

/// Balls around the podium that do not touch, from the back to the front.
fn balls(rng: &mut Rng, stage: &Stage, width: f32, materials: [Color; 4]) -> Vec<Ball> {
    let mut balls: Vec<Ball> = Vec::new();
    let wide = (stage.right - stage.left).min(stage.hero * 9.0);
    for _ in 0..120 {
        let near = rng.unit();
        let radius = stage.hero * rng.range(0.12, 0.3 + 0.22 * near);
        let x = stage.x + rng.range(-0.5, 0.5) * wide;
        let y = stage.floor + stage.hero * (0.95 * near - 0.12) - radius;
        let color = rng.pick(&materials);
        let clear = balls.iter().all(|other| {
            let (away_x, away_y, reach) = (x - other.x, y - other.y, (radius + other.radius) * 1.06);
            away_x * away_x + away_y * away_y > reach * reach
        });
        let inside = x - radius > stage.left.max(width * 0.02) && x + radius < width * 0.98;
        let beside_podium = (x - stage.x).abs() > stage.hero * 1.5 + radius || near > 0.75;
        if clear && inside && beside_podium && balls.len() < 12 {
            balls.push(Ball { x, y, radius, color });
        }
    }
    balls.sort_by(|a, b| a.foot().total_cmp(&b.foot()));
    balls
}

impl Ball {
    fn foot(&self) -> f32 {
        self.y + self.radius
    }

    fn draw(&self, canvas: &mut Canvas, around: Color) {
        shadow(canvas, self.x, self.foot(), self.radius, 0.5);
        sphere(canvas, self.x, self.y, self.radius, self.color, around);
    }
}

/// A low drum for the piece in the middle. Gives the y of its top.
fn podium(canvas: &mut Canvas, stage: &Stage, backdrop: Color) -> f32 {
    let (half, tall) = (stage.hero * 1.5, stage.hero * 0.26);
    let flat = half * 0.2;
    let (foot, top) = (stage.floor, stage.floor - tall);
    shadow(canvas, stage.x, foot + flat * 0.8, half, 0.55);
    let stops = vec![
        (0.0, lighten(backdrop, 0.3)),
        (0.3, lighten(backdrop, 0.5)),
        (0.75, darken(backdrop, 0.1)),
        (1.0, darken(backdrop, 0.22)),
    ];
    let side = Ink::Linear((stage.x - half, 0.0), (stage.x + half, 0.0), stops);
    let oval = |y: f32| Rect::from_xywh(stage.x - half, y - flat, half * 2.0, flat * 2.0);
    if let (Some(upper), Some(lower)) = (oval(top), oval(foot)) {
        let mut body = PathBuilder::new();
        body.push_oval(lower);
        if let Some(drum) = Rect::from_ltrb(stage.x - half, top, stage.x + half, foot) {
            body.push_rect(drum);
        }
        if let Some(body) = body.finish() {
            canvas.fill(&body, side);
        }
        if let Some(lid) = PathBuilder::from_oval(upper) {
            let stops = vec![(0.0, lighten(backdrop, 0.75)), (1.0, lighten(backdrop, 0.3))];
            canvas.fill(&lid, Ink::Linear((stage.x - half, top), (stage.x + half, top), stops));
        }
    }
    top
}

/// The shadow of a thing that stands at `x`, `y` on the floor.
fn shadow(canvas: &mut Canvas, x: f32, y: f32, radius: f32, strength: f32) {
    let color = hex(SHADOW);
    canvas.glow((x + radius * 0.5, y + radius * 0.02), (radius * 1.75, radius * 0.42), fade(color, strength * 0.55));
    canvas.glow((x + radius * 0.08, y - radius * 0.03), (radius * 0.82, radius * 0.17), fade(color, strength));
}

/// What a material turns to away from the light: darker, and towards violet.
fn shade(color: Color) -> Color {
    mix(darken(color, 0.32), hex(SHADOW), 0.28)
}

fn sphere(canvas: &mut Canvas, x: f32, y: f32, radius: f32, color: Color, around: Color) {
    // The gradient's middle lies towards the light, so only the far side is in shade.
    let lit = (x + LIGHT.0 * radius * 0.9, y + LIGHT.1 * radius * 0.9);
    let stops = [
        (0.0, lighten(color, 0.42)),
        (0.3, lighten(color, 0.14)),
        (0.56, color),
        (0.84, shade(color)),
        (1.0, mix(shade(color), hex(SHADOW), 0.25)),
    ];
    canvas.circle(x, y, radius, Ink::radial(lit, radius * 1.62, &stops));
    // At a low angle the surface mirrors the room.
    let room = lighten(around, 0.35);
    let rim = [(0.0, fade(room, 0.0)), (0.8, fade(room, 0.0)), (0.94, fade(room, 0.16)), (1.0, fade(room, 0.5))];
    canvas.circle(x, y, radius, Ink::radial((x, y), radius, &rim));
    let gloss = (x + LIGHT.0 * radius, y + LIGHT.1 * radius);
    canvas.glow(gloss, (radius * 0.34, radius * 0.24), fade(Color::WHITE, 0.75));
    canvas.glow(gloss, (radius * 0.15, radius * 0.1), Color::WHITE);
}

/// Strokes from wide and dark to narrow and light, each nearer to the light: a tube.
fn tube(canvas: &mut Canvas, path: &Path, thick: f32, color: Color) {
    let layers = 26_u8;
    for layer in 0..layers {
        let at = f32::from(layer) / f32::from(layers - 1);
        let tone = if at < 0.4 {
            mix(shade(color), color, at / 0.4)
        } else {
            mix(color, lighten(color, 0.5), (at - 0.4) / 0.6)
        };
        let shift = thick * 0.3 * at;
        if let Some(moved) = path.clone().transform(Transform::from_translate(LIGHT.0 * shift, LIGHT.1 * shift)) {
            // A tube's height falls off as half a circle does.
            canvas.stroke(&moved, thick * (1.0 - at * at).max(0.004).sqrt(), tone);
        }
    }
    let shift = thick * 0.42;
    if let Some(gloss) = path.clone().transform(Transform::from_translate(LIGHT.0 * shift, LIGHT.1 * shift)) {
        canvas.stroke(&gloss, thick * 0.08, fade(Color::WHITE, 0.55));
    }
}

fn arch(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4]) {
    let [first, second, third, _] = materials;
    let thick = hero * 0.32;
    let foot = y - thick * 0.42;
    for (radius, color) in [(hero * 1.12, first), (hero * 0.77, second), (hero * 0.42, third)] {
        let mut path = PathBuilder::new();
        let handle = radius * 0.552_285;
        let rise = radius * 0.24;
        path.move_to(x - radius, foot);
        path.line_to(x - radius, foot - rise);
        path.cubic_to(x - radius, foot - rise - handle, x - handle, foot - rise - radius, x, foot - rise - radius);
        path.cubic_to(x + handle, foot - rise - radius, x + radius, foot - rise - handle, x + radius, foot - rise);
        path.line_to(x + radius, foot);
        for end in [x - radius, x + radius] {
            shadow(canvas, end, y, thick * 0.55, 0.4);
        }
        if let Some(path) = path.finish() {
            tube(canvas, &path, thick, color);
        }
    }
}

fn ring(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4], rng: &mut Rng) {
    let [first, second, ..] = materials;
    let thick = hero * rng.range(0.42, 0.54);
    let radius = hero * 0.86;
    let center = y - radius - thick * 0.46;
    shadow(canvas, x, y, radius * 0.75, 0.5);
    if let Some(path) = PathBuilder::from_circle(x, center, radius) {
        tube(canvas, &path, thick, first);
    }
    sphere(canvas, x, center, radius * 0.44, second, lighten(second, 0.5));
}

fn spiral(canvas: &mut Canvas, (x, y): (f32, f32), hero: f32, materials: [Color; 4], rng: &mut Rng) {
    let [first, second, ..] = materials;
    let (turns, thick, reach) = (rng.range(2.3, 2.9), hero * 0.26, hero * 1.05);
    let center = y - reach - thick * 0.42;
    shadow(canvas, x, y, hero * 0.7, 0.5);
    let mut path = PathBuilder::new();
    let steps = 160_u8;
    for step in 0..=steps {
        let at = f32::from(step) / f32::from(steps);
        // It ends at the bottom, on the podium.
        let angle = TURN * (0.25 - turns * (1.0 - at));
        let out = reach * (0.2 + 0.8 * at);
        let (to_x, to_y) = (x + out * cos(angle), center + out * sin(angle));
        if step == 0 {
            path.move_to(to_x, to_y);
        } else {
            path.line_to(to_x, to_y);
        }
    }
    if let Some(path) = path.finish() {
        tube(canvas, &path, thick, first);
    }
    sphere(canvas, x, center, hero * 0.2, second, lighten(second, 0.5));
}

pub(super) fn letter(canvas: &mut Canvas, words: &Words, mut rng: Rng) {
    let [_, first, ..] = rng.pick(&PALETTES).map(hex);
    let (width, height, unit) = (canvas.width(), canvas.height(), canvas.unit());
    let (margin, small) = (super::layout::margin(canvas), super::layout::small(canvas));
    let ink = mix(darken(first, 0.62), hex(SHADOW), 0.6);
    let pad = small;
    if words.over_source {
        let inner = width - 2.0 * (margin + pad * 1.4);
        let column = Column::set(words, Typeface::Round, (inner, height * 0.4), 50.0 * unit, small);
        let tall = column.height() + 2.4 * pad;
        let Some(card) = Rect::from_xywh(margin, height - margin - tall, width - 2.0 * margin, tall) else { return };
        canvas.card(card, pad * 1.4, fade(Color::WHITE, 0.9));
        column.draw(canvas, card.x() + pad * 1.4, card.y() + pad * 1.3, Align::Left, ink);
        return;
    }

    let (x, y) = (margin, margin);
    let (room, align) = if is_wide(canvas) {
        let stage = stage(canvas);
        ((stage.x - stage.hero * 1.7 - margin * 1.5, height * 0.72), Align::Left)
    } else {
        let stage = stage(canvas);
        ((width - 2.0 * margin, stage.floor - stage.hero * 2.75 - 1.5 * margin), Align::Center)
    };
    let caption = Column::set(words, Typeface::Round, (width - 2.0 * (margin + pad), height), small, small).caption;
    let card = Rect::from_xywh(
        margin,
        height - margin - caption.height() - 1.5 * pad,
        width - 2.0 * margin,
        caption.height() + 1.5 * pad,
    );
    let Some(card) = card else { return };
    canvas.card(card, pad * 1.4, fade(Color::WHITE, 0.86));
    caption.draw(canvas, card.x() + pad, card.y() + pad, Align::Left, ink);

    let column = Column::set_head(words, Typeface::Round, room, 104.0 * unit, small);
    let y = if is_wide(canvas) { ((card.y() - column.head_height()) / 2.0).max(y) } else { y };
    candy(canvas, &column, (x, y), room.0, align, first);
    column.draw_magic(canvas, x, y + small * 0.4, align, ink);
}

/// Letters with depth: the same outline again and again, down to the right, then a face lit from above.
fn candy(canvas: &mut Canvas, column: &Column, (x, y): (f32, f32), width: f32, align: Align, color: Color) {
    let Some(path) = column.title.outline(x, y, width, align) else { return };
    let size = column.title.size;
    let depth = (size * 0.085).max(1.0);
    let moved = |by: f32, down: f32| path.clone().transform(Transform::from_translate(by, down));
    for (reach, opacity) in [(1.9, 0.07), (1.6, 0.09), (1.3, 0.12)] {
        if let Some(soft) = moved(depth * reach, depth * reach * 1.2) {
            canvas.stroke(&soft, size * 0.05 * reach, fade(hex(SHADOW), opacity));
        }
    }
    let flank = shade(darken(color, 0.2));
    let layers = (depth.ceil() as u16).clamp(1, 32);
    for layer in (1..=layers).rev() {
        let at = depth * f32::from(layer) / f32::from(layers);
        if let Some(layer) = moved(at * 0.7, at) {
            canvas.fill(&layer, flank);
        }
    }
    let face = darken(color, 0.06);
    let bounds = path.bounds();
    let stops = [(0.0, lighten(face, 0.2)), (1.0, darken(face, 0.1))];
    canvas.fill(&path, Ink::vertical(bounds.top(), bounds.bottom(), &stops));
    // A bevel: the face a little smaller and lighter, up towards the light.
    if let Some(path) = moved(LIGHT.0 * size * 0.022, LIGHT.1 * size * 0.022) {
        canvas.stroke(&path, (size * 0.012).max(0.6), fade(Color::WHITE, 0.4));
    }
}

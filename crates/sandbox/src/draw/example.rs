//! Replacements for the pictures at the example URLs of the documentation, which cannot be fetched.

use tiny_skia::{Color, Path, PathBuilder, Rect};

use super::canvas::{Canvas, Ink};
use super::color::{darken, fade, hex, lighten, mix};
use super::noise::{Noise, step};
use super::picture::{DrawError, Picture};
use super::png;
use super::rng::Rng;
use super::scene::MaskEdits;

const STEEL: u32 = 0xb9_c6d3;
const CLOTH: u32 = 0xa8_2633;

/// A figure in armour behind a large shield, at any size.
///
/// # Errors
/// [`DrawError::Size`] for a side of zero, or beyond memory.
///
/// ```
/// use ideogram_sandbox::draw::{Limits, MaskEdits, decode, example_image, example_mask};
///
/// let image = decode(&example_image(256, 256)?.png, &Limits::default())?;
/// let mask = decode(&example_mask(256, 256, MaskEdits::Black)?.png, &Limits::default())?;
/// assert_eq!((image.width(), image.height()), (mask.width(), mask.height()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn example_image(width: u32, height: u32) -> Result<Picture, DrawError> {
    let mut canvas = Canvas::new(width, height).ok_or(DrawError::Size { width, height })?;
    landscape(&mut canvas);
    knight(&mut canvas);
    canvas.grain(&mut Rng::new(&[b"stand-in"]), 0.08);
    png::opaque(canvas.into_pixmap())
}

/// The mask that selects the shield of [`example_image`] at the same size, in the colour that `edits` says.
///
/// # Errors
/// [`DrawError::Size`] for a side of zero, or beyond memory.
pub fn example_mask(width: u32, height: u32, edits: MaskEdits) -> Result<Picture, DrawError> {
    let mut canvas = Canvas::new(width, height).ok_or(DrawError::Size { width, height })?;
    let (kept, edited) = match edits {
        MaskEdits::Black => (Color::WHITE, Color::BLACK),
        MaskEdits::White => (Color::BLACK, Color::WHITE),
    };
    canvas.flood(kept);
    let figure = Figure::of(&canvas);
    if let Some(shield) = figure.shield(1.0) {
        canvas.fill(&shield, edited);
    }
    png::opaque(canvas.into_pixmap())
}

fn landscape(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    let (dusk, glow, ground) = (hex(0x24_3350), hex(0xf0_b27a), hex(0x2b_2a2c));
    let horizon = height * 0.74;
    canvas.flood(Ink::vertical(0.0, horizon, &[(0.0, dusk), (0.55, mix(dusk, glow, 0.45)), (1.0, glow)]));
    let noise = Noise::new(7);
    if let Some(sky) = Rect::from_xywh(0.0, 0.0, width, horizon) {
        canvas.texture(sky, 160, 110, |x, y| {
            let away = 1.0 / (1.08 - y);
            let thick = noise.fractal((x - 0.5) * away * 2.6 + 9.0, away * 3.0, 5);
            fade(mix(dusk, lighten(glow, 0.3), y), step(0.48, 0.78, thick) * 0.8)
        });
    }
    canvas.glow((width * 0.5, height * 0.42), (width * 0.55, height * 0.42), fade(lighten(glow, 0.5), 0.55));
    for (layer, rise) in [(0.25, 0.1), (0.6, 0.05)] {
        let mut path = PathBuilder::new();
        path.move_to(0.0, height);
        for x in 0..=60_u8 {
            let at = f32::from(x) / 60.0;
            let hill = Noise::new(if layer < 0.5 { 3 } else { 5 }).fractal(at * 5.0, layer, 4);
            path.line_to(at * width, horizon - height * rise * (hill * 2.0 - 0.4));
        }
        path.line_to(width, height);
        path.close();
        if let Some(path) = path.finish() {
            canvas.fill(&path, mix(mix(dusk, glow, 0.35), ground, layer));
        }
    }
    canvas.rect(
        0.0,
        horizon,
        width,
        height,
        Ink::vertical(horizon, height, &[(0.0, lighten(ground, 0.12)), (1.0, darken(ground, 0.4))]),
    );
}

/// The figure's own measure: its middle, and the side of the square that it stands in.
struct Figure {
    x: f32,
    y: f32,
    side: f32,
}

impl Figure {
    fn of(canvas: &Canvas) -> Self {
        let (width, height) = (canvas.width(), canvas.height());
        Self { x: width / 2.0, y: height * 0.5, side: width.min(height) }
    }

    /// A point given in parts of the side, from the middle.
    fn at(&self, (x, y): (f32, f32)) -> (f32, f32) {
        (self.x + x * self.side, self.y + y * self.side)
    }

    /// A closed shape through these points, its corners rounded by half.
    fn shape(&self, points: &[(f32, f32)]) -> Option<Path> {
        let mut path = PathBuilder::new();
        let next = points.iter().cycle().skip(1);
        for ((from, to), is_first) in points.iter().zip(next).zip(std::iter::once(true).chain(std::iter::repeat(false)))
        {
            let (corner_x, corner_y) = self.at(*from);
            let (middle_x, middle_y) = self.at((f32::midpoint(from.0, to.0), f32::midpoint(from.1, to.1)));
            if is_first {
                path.move_to(middle_x, middle_y);
            } else {
                path.quad_to(corner_x, corner_y, middle_x, middle_y);
            }
        }
        if let (Some(first), Some(second)) = (points.first(), points.get(1)) {
            let (corner_x, corner_y) = self.at(*first);
            let (end_x, end_y) = self.at((f32::midpoint(first.0, second.0), f32::midpoint(first.1, second.1)));
            path.quad_to(corner_x, corner_y, end_x, end_y);
        }
        path.close();
        path.finish()
    }

    fn shield(&self, scale: f32) -> Option<Path> {
        let corner = |x: f32, y: f32| self.at((x * scale, 0.13 + y * scale));
        let mut path = PathBuilder::new();
        let (left, right, top) = (corner(-0.21, -0.2), corner(0.21, -0.2), corner(0.0, -0.245));
        let (left_low, right_low, tip) = (corner(-0.21, 0.06), corner(0.21, 0.06), corner(0.0, 0.34));
        let (left_bend, right_bend) = (corner(-0.19, 0.24), corner(0.19, 0.24));
        path.move_to(left.0, left.1);
        path.quad_to(top.0, top.1, right.0, right.1);
        path.line_to(right_low.0, right_low.1);
        path.quad_to(right_bend.0, right_bend.1, tip.0, tip.1);
        path.quad_to(left_bend.0, left_bend.1, left_low.0, left_low.1);
        path.close();
        path.finish()
    }
}

fn knight(canvas: &mut Canvas) {
    let figure = Figure::of(canvas);
    let side = figure.side;
    let (steel, cloth) = (hex(STEEL), hex(CLOTH));
    let metal = |left: f32, right: f32| {
        let stops = vec![
            (0.0, darken(steel, 0.55)),
            (0.3, lighten(steel, 0.55)),
            (0.5, steel),
            (0.85, darken(steel, 0.5)),
            (1.0, darken(steel, 0.2)),
        ];
        Ink::Linear(figure.at((left, 0.0)), figure.at((right, 0.0)), stops)
    };
    let feet = figure.at((0.0, 0.45));
    canvas.glow(feet, (side * 0.4, side * 0.05), fade(Color::BLACK, 0.7));
    let cape = [
        (-0.16, -0.24),
        (0.16, -0.24),
        (0.24, 0.0),
        (0.33, 0.44),
        (0.1, 0.42),
        (-0.1, 0.44),
        (-0.33, 0.42),
        (-0.24, 0.0),
    ];
    let fold = Ink::Linear(
        figure.at((-0.33, 0.0)),
        figure.at((0.33, 0.0)),
        vec![(0.0, darken(cloth, 0.6)), (0.5, cloth), (1.0, darken(cloth, 0.65))],
    );
    if let Some(cape) = figure.shape(&cape) {
        canvas.fill(&cape, fold);
    }
    for (left, right) in [(-0.13, -0.015), (0.015, 0.13)] {
        let leg = [(left, 0.1), (right, 0.1), (right - 0.01, 0.45), (left - 0.01, 0.45)];
        if let Some(leg) = figure.shape(&leg) {
            canvas.fill(&leg, metal(left, right));
        }
    }
    let torso = [(-0.2, -0.24), (0.2, -0.24), (0.17, 0.0), (0.15, 0.18), (-0.15, 0.18), (-0.17, 0.0)];
    if let Some(torso) = figure.shape(&torso) {
        canvas.fill(&torso, metal(-0.19, 0.19));
    }
    sword(canvas, &figure);
    // Arms, then the round plates over the shoulders.
    for mirror in [-1.0, 1.0] {
        let arm = [(0.15, -0.19), (0.24, -0.18), (0.29, 0.02), (0.25, 0.13), (0.17, 0.1)].map(|(x, y)| (x * mirror, y));
        if let Some(arm) = figure.shape(&arm) {
            canvas.fill(&arm, metal(0.22 * mirror - 0.09, 0.22 * mirror + 0.09));
        }
        for (plate, radius) in [(0.0, 0.083), (0.032, 0.068), (0.06, 0.052)] {
            let (x, y) = figure.at((mirror * (0.195 + plate * 0.8), -0.175 + plate * 1.25));
            let reach = radius * side;
            let shine =
                [(0.0, lighten(steel, 0.7)), (0.45, steel), (0.9, darken(steel, 0.5)), (1.0, darken(steel, 0.62))];
            canvas.circle(x, y, reach, Ink::radial((x - reach * 0.3, y - reach * 0.5), reach * 1.5, &shine));
        }
    }
    helmet(canvas, &figure, metal(-0.1, 0.1));
    shield(canvas, &figure);
}

fn helmet(canvas: &mut Canvas, figure: &Figure, metal: Ink) {
    let (steel, cloth, side) = (hex(STEEL), hex(CLOTH), figure.side);
    let plume = [(0.0, -0.41), (-0.03, -0.49), (0.06, -0.5), (0.2, -0.44), (0.24, -0.26), (0.15, -0.34), (0.06, -0.38)];
    let feather = Ink::Linear(
        figure.at((0.0, -0.5)),
        figure.at((0.2, -0.26)),
        vec![(0.0, lighten(cloth, 0.15)), (1.0, darken(cloth, 0.45))],
    );
    if let Some(plume) = figure.shape(&plume) {
        canvas.fill(&plume, feather);
    }
    let neck = [(-0.1, -0.26), (0.1, -0.26), (0.13, -0.19), (-0.13, -0.19)];
    if let Some(neck) = figure.shape(&neck) {
        canvas.fill(&neck, darken(steel, 0.45));
    }
    let head = [(-0.11, -0.44), (0.11, -0.44), (0.112, -0.3), (0.07, -0.205), (-0.07, -0.205), (-0.112, -0.3)];
    if let Some(head) = figure.shape(&head) {
        canvas.fill(&head, metal);
    }
    let dark = hex(0x0d_1118);
    let slit = figure.at((-0.082, -0.34));
    if let Some(slit) = Rect::from_xywh(slit.0, slit.1, side * 0.164, side * 0.017) {
        canvas.card(slit, side * 0.008, dark);
    }
    let ridge = figure.at((-0.004, -0.42));
    canvas.rect(ridge.0, ridge.1, side * 0.008, side * 0.2, fade(lighten(steel, 0.7), 0.8));
    for row in 0..3_u8 {
        for column in 0..3_u8 {
            for mirror in [-1.0, 1.0] {
                let at = (mirror * (0.022 + 0.016 * f32::from(column)), -0.295 + 0.018 * f32::from(row));
                let (x, y) = figure.at(at);
                canvas.circle(x, y, side * 0.0042, dark);
            }
        }
    }
}

fn sword(canvas: &mut Canvas, figure: &Figure) {
    let side = figure.side;
    let (x, hilt) = figure.at((0.285, 0.02));
    let tip = hilt - side * 0.46;
    let mut blade = PathBuilder::new();
    let half = side * 0.016;
    blade.move_to(x - half, hilt);
    blade.line_to(x - half, tip + side * 0.04);
    blade.line_to(x, tip);
    blade.line_to(x + half, tip + side * 0.04);
    blade.line_to(x + half, hilt);
    blade.close();
    let edge = vec![(0.0, hex(0xff_ffff)), (0.49, hex(0xd5_dee6)), (0.51, hex(0x7d_8a98)), (1.0, hex(0xa9_b6c2))];
    if let Some(blade) = blade.finish() {
        canvas.fill(&blade, Ink::Linear((x - half, 0.0), (x + half, 0.0), edge));
    }
    let gold = hex(0xc9_9b3f);
    for (width, top, tall) in [(0.13, 0.0, 0.018), (0.02, 0.015, 0.11)] {
        if let Some(part) = Rect::from_xywh(x - side * width / 2.0, hilt + side * top, side * width, side * tall) {
            canvas.card(part, side * 0.008, gold);
        }
    }
    canvas.circle(x, hilt + side * 0.13, side * 0.018, gold);
}

fn shield(canvas: &mut Canvas, figure: &Figure) {
    let (steel, cloth, side) = (hex(STEEL), hex(CLOTH), figure.side);
    let Some(rim) = figure.shield(1.0) else { return };
    let bounds = rim.bounds();
    let across =
        |stops: Vec<(f32, Color)>| Ink::Linear((bounds.left(), bounds.top()), (bounds.right(), bounds.bottom()), stops);
    canvas.fill(&rim, across(vec![(0.0, lighten(steel, 0.5)), (0.5, darken(steel, 0.15)), (1.0, darken(steel, 0.6))]));
    let Some(field) = figure.shield(0.9) else { return };
    canvas.fill(&field, across(vec![(0.0, lighten(cloth, 0.12)), (0.55, cloth), (1.0, darken(cloth, 0.5))]));
    let light = hex(0xf0_e4c8);
    for (x, y, wide, tall) in [(-0.024, -0.16, 0.048, 0.4), (-0.14, -0.05, 0.28, 0.048)] {
        let (left, top) = figure.at((x, 0.13 + y));
        canvas.rect(left, top, side * wide, side * tall, fade(light, 0.92));
    }
}

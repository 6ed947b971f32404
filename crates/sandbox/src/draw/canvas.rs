//! A pixmap with the few ways of painting that the styles need.

use tiny_skia::{
    BlendMode, Color, FillRule, FilterQuality, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path,
    PathBuilder, Pattern, Pixmap, PixmapPaint, Point, RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::rng::Rng;

/// What a shape is filled with.
#[derive(Clone, Debug)]
pub(super) enum Ink {
    /// One colour.
    Flat(Color),
    /// Colours along a line; each stop is a position from 0 to 1.
    Linear((f32, f32), (f32, f32), Vec<(f32, Color)>),
    /// Colours from a focus outwards to a circle.
    Radial { focus: (f32, f32), center: (f32, f32), radius: f32, stops: Vec<(f32, Color)> },
}

impl From<Color> for Ink {
    fn from(color: Color) -> Self {
        Self::Flat(color)
    }
}

impl Ink {
    /// From top to bottom of the stretch `from..to`.
    pub(super) fn vertical(from: f32, to: f32, stops: &[(f32, Color)]) -> Self {
        Self::Linear((0.0, from), (0.0, to), stops.to_vec())
    }

    /// Out from the centre.
    pub(super) fn radial(center: (f32, f32), radius: f32, stops: &[(f32, Color)]) -> Self {
        Self::Radial { focus: center, center, radius, stops: stops.to_vec() }
    }

    fn shader(&self, transform: Transform) -> Shader<'static> {
        let (stops, gradient) = match self {
            Self::Flat(color) => return Shader::SolidColor(*color),
            Self::Linear(from, to, stops) => {
                (stops, LinearGradient::new(point(*from), point(*to), gradient(stops), SpreadMode::Pad, transform))
            }
            Self::Radial { focus, center, radius, stops } => (
                stops,
                RadialGradient::new(
                    point(*focus),
                    0.0,
                    point(*center),
                    *radius,
                    gradient(stops),
                    SpreadMode::Pad,
                    transform,
                ),
            ),
        };
        // A gradient without extent has no shader, and is replaced by its last colour, which would fill nearly
        // everything.
        gradient.unwrap_or_else(|| Shader::SolidColor(stops.last().map_or(Color::TRANSPARENT, |stop| stop.1)))
    }
}

fn point((x, y): (f32, f32)) -> Point {
    Point::from_xy(x, y)
}

fn gradient(stops: &[(f32, Color)]) -> Vec<GradientStop> {
    stops.iter().map(|(position, color)| GradientStop::new(*position, *color)).collect()
}

/// A picture in the making.
pub(super) struct Canvas {
    pixmap: Pixmap,
    /// How the next shapes mix with what is there.
    pub(super) blend: BlendMode,
}

impl Canvas {
    /// `None` for a side of zero, or a size beyond what memory can address.
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        Some(Self { pixmap: Pixmap::new(width, height)?, blend: BlendMode::SourceOver })
    }

    pub(super) fn width(&self) -> f32 {
        self.pixmap.width() as f32
    }

    pub(super) fn height(&self) -> f32 {
        self.pixmap.height() as f32
    }

    /// The geometric mean of the sides over 1024: what a length that fits a picture of 1024 by 1024 is multiplied by.
    pub(super) fn unit(&self) -> f32 {
        (self.width() * self.height()).sqrt() / 1024.0
    }

    pub(super) fn pixmap(&self) -> &Pixmap {
        &self.pixmap
    }

    pub(super) fn into_pixmap(self) -> Pixmap {
        self.pixmap
    }

    fn paint(&self, ink: &Ink, transform: Transform) -> Paint<'static> {
        Paint { shader: ink.shader(transform), blend_mode: self.blend, anti_alias: true, ..Paint::default() }
    }

    pub(super) fn fill(&mut self, path: &Path, ink: impl Into<Ink>) {
        let paint = self.paint(&ink.into(), Transform::identity());
        self.pixmap.fill_path(path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// Shape and ink both moved by `transform`.
    pub(super) fn fill_moved(&mut self, path: &Path, ink: impl Into<Ink>, transform: Transform) {
        let paint = self.paint(&ink.into(), Transform::identity());
        self.pixmap.fill_path(path, &paint, FillRule::Winding, transform, None);
    }

    pub(super) fn stroke(&mut self, path: &Path, width: f32, ink: impl Into<Ink>) {
        let paint = self.paint(&ink.into(), Transform::identity());
        let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint, &stroke, Transform::identity(), None);
    }

    /// Everything.
    pub(super) fn flood(&mut self, ink: impl Into<Ink>) {
        let (width, height) = (self.width(), self.height());
        self.rect(0.0, 0.0, width, height, ink);
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, ink: impl Into<Ink>) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            self.fill(&PathBuilder::from_rect(rect), ink);
        }
    }

    pub(super) fn circle(&mut self, x: f32, y: f32, radius: f32, ink: impl Into<Ink>) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&path, ink);
        }
    }

    pub(super) fn ring(&mut self, x: f32, y: f32, radius: f32, width: f32, ink: impl Into<Ink>) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.stroke(&path, width, ink);
        }
    }

    /// A soft spot: `color` in the middle, nothing at the rim of the ellipse.
    pub(super) fn glow(&mut self, (x, y): (f32, f32), (radius_x, radius_y): (f32, f32), color: Color) {
        let Some(path) = PathBuilder::from_circle(0.0, 0.0, 1.0) else { return };
        let faint = |opacity| super::color::fade(color, opacity);
        // Close to a Gaussian, so that the edge is not visible.
        let stops = [(0.0, faint(1.0)), (0.25, faint(0.78)), (0.5, faint(0.37)), (0.75, faint(0.1)), (1.0, faint(0.0))];
        let ink = Ink::radial((0.0, 0.0), 1.0, &stops);
        self.fill_moved(&path, ink, Transform::from_row(radius_x, 0.0, 0.0, radius_y, x, y));
    }

    /// A rectangle with round corners.
    pub(super) fn card(&mut self, rect: Rect, radius: f32, ink: impl Into<Ink>) {
        if let Some(path) = rounded(rect, radius) {
            self.fill(&path, ink);
        }
    }

    /// Film grain: noise that brightens and darkens by up to `amount`, between 0 and 1.
    pub(super) fn grain(&mut self, rng: &mut Rng, amount: f32) {
        const SIDE: u32 = 256;
        let Some(mut tile) = Pixmap::new(SIDE, SIDE) else { return };
        for chunk in tile.data_mut().chunks_exact_mut(8) {
            // The mean of two bytes: middling values are likelier, as in film.
            let [a, b, c, d, ..] = rng.bytes();
            let first = u8::midpoint(a, b);
            let second = u8::midpoint(c, d);
            chunk.copy_from_slice(&[first, first, first, 255, second, second, second, 255]);
        }
        let transform = Transform::identity();
        let paint = Paint {
            shader: Pattern::new(tile.as_ref(), SpreadMode::Repeat, FilterQuality::Nearest, amount, transform),
            blend_mode: BlendMode::Overlay,
            anti_alias: false,
            ..Paint::default()
        };
        if let Some(all) = Rect::from_xywh(0.0, 0.0, self.width(), self.height()) {
            self.pixmap.fill_rect(all, &paint, transform, None);
        }
    }

    /// A coarse picture, computed point by point, stretched softly over the rectangle. `color` gets the point's position
    /// in the rectangle, from 0 to 1 each way.
    pub(super) fn texture(&mut self, area: Rect, columns: u16, rows: u16, color: impl Fn(f32, f32) -> Color) {
        let Some(mut coarse) = Pixmap::new(u32::from(columns), u32::from(rows)) else { return };
        let points = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        for (pixel, (column, row)) in coarse.pixels_mut().iter_mut().zip(points) {
            let (x, y) = (f32::from(column) + 0.5, f32::from(row) + 0.5);
            *pixel = color(x / f32::from(columns), y / f32::from(rows)).premultiply().to_color_u8();
        }
        let (wide, high) = (area.width() / f32::from(columns), area.height() / f32::from(rows));
        let transform = Transform::from_row(wide, 0.0, 0.0, high, area.x(), area.y());
        let paint = Paint {
            shader: Pattern::new(coarse.as_ref(), SpreadMode::Pad, FilterQuality::Bicubic, 1.0, transform),
            blend_mode: self.blend,
            anti_alias: false,
            ..Paint::default()
        };
        self.pixmap.fill_rect(area, &paint, Transform::identity(), None);
    }

    /// Another picture of any size on top, its corner at `x`, `y`.
    pub(super) fn put(&mut self, x: i32, y: i32, picture: &Pixmap, opacity: f32) {
        let paint = PixmapPaint { opacity, ..PixmapPaint::default() };
        self.pixmap.draw_pixmap(x, y, picture.as_ref(), &paint, Transform::identity(), None);
    }
}

/// The outline of a rectangle with round corners.
pub(super) fn rounded(rect: Rect, radius: f32) -> Option<Path> {
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    // The distance of the control points of the cubic that is closest to a quarter of a circle.
    let handle = radius * 0.447_715;
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let mut path = PathBuilder::new();
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - handle, top, right, top + handle, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
    path.line_to(left + radius, bottom);
    path.cubic_to(left + handle, bottom, left, bottom - handle, left, bottom - radius);
    path.line_to(left, top + radius);
    path.cubic_to(left, top + handle, left + handle, top, left + radius, top);
    path.close();
    path.finish()
}

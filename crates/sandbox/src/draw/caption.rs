//! The text on a picture: the title, the expansion of the prompt, and the parameters in small type.

use tiny_skia::{Color, PathBuilder};

use super::canvas::Canvas;
use super::color::fade;
use super::font::{Face, Typeface};
use super::text::{Align, Room, Setting};

/// Everything that is written on a picture.
pub(super) struct Words {
    pub(super) title: String,
    /// The phrases that were added to an expanded prompt.
    pub(super) expansion: Option<String>,
    /// Parameters by name, in the order in which they are shown.
    pub(super) parameters: Vec<(&'static str, String)>,
    pub(super) negative: Option<String>,
    /// A face for letters that the built-in ones lack.
    pub(super) extra: Option<Face>,
    /// Whether the picture shows a source picture, of which the text should cover as little as possible.
    pub(super) over_source: bool,
}

/// The gap between the parts of a column, in units of the small type's size.
const GAP: f32 = 1.3;
/// The width of the spark before an expansion, in sizes of its type.
const SPARK: f32 = 1.25;

/// The words set in one column, not yet placed. Lengths are in pixels.
pub(super) struct Column {
    pub(super) title: Setting,
    expansion: Option<Setting>,
    pub(super) caption: Caption,
    width: f32,
    gap: f32,
}

impl Column {
    /// Sets the words into `width` by `height`, the title at `largest` if it fits; captions at `small`.
    pub(super) fn set(
        words: &Words,
        typeface: Typeface,
        (width, height): (f32, f32),
        largest: f32,
        small: f32,
    ) -> Self {
        let caption = Caption::set(words, small, width, height * 0.5);
        let left = height - caption.height() - small * GAP;
        Self { caption, ..Self::set_head(words, typeface, (width, left), largest, small) }
    }

    /// The same without a caption.
    pub(super) fn set_head(
        words: &Words,
        typeface: Typeface,
        (width, height): (f32, f32),
        largest: f32,
        small: f32,
    ) -> Self {
        let gap = small * GAP;
        let left = height.max(small);
        let expansion = words.expansion.as_ref().filter(|_| left > small * 9.0).map(|expansion| {
            let size = small * 1.25;
            let width = width - size * SPARK;
            let room = Room { width, height: size * 2.6, largest: size, smallest: size };
            Setting::fit(expansion, Typeface::Text, None, room)
        });
        let left = left - expansion.as_ref().map_or(0.0, |expansion| expansion.height() + gap);
        let room = Room { width, height: left, largest, smallest: small.min(largest) };
        Self {
            title: Setting::fit(&words.title, typeface, words.extra.as_ref(), room),
            expansion,
            caption: Caption::default(),
            width,
            gap,
        }
    }

    /// Of title and expansion, without the caption.
    pub(super) fn head_height(&self) -> f32 {
        self.title.height() + self.expansion.as_ref().map_or(0.0, |expansion| expansion.height() + self.gap)
    }

    /// Of all.
    pub(super) fn height(&self) -> f32 {
        self.head_height() + self.gap + self.caption.height()
    }

    /// Of its longest line.
    pub(super) fn widest(&self) -> f32 {
        let expansion = self.expansion.as_ref().map_or(0.0, |expansion| expansion.width() + expansion.size * SPARK);
        self.title.width().max(expansion).max(self.caption.width())
    }

    /// The expansion, below a title that was drawn at `y`.
    pub(super) fn draw_magic(&self, canvas: &mut Canvas, x: f32, y: f32, align: Align, color: Color) {
        let Some(expansion) = &self.expansion else { return };
        let top = y + self.title.height() + self.gap * 0.8;
        let size = expansion.size;
        // A spark stands for what the expansion added.
        let indent = match align {
            Align::Left => 0.0,
            Align::Center => (self.width - expansion.width()) / 2.0 - size * 0.55,
        };
        spark(canvas, x + indent + size * 0.42, top + size * 0.36, size * 0.5, color);
        let from = match align {
            Align::Left => x + size * SPARK,
            Align::Center => x + size * SPARK * 0.5,
        };
        if let Some(path) = expansion.outline(from, top, self.width, align) {
            canvas.fill(&path, color);
        }
    }

    /// Title and expansion in one colour.
    pub(super) fn draw_head(&self, canvas: &mut Canvas, x: f32, y: f32, align: Align, color: Color) {
        if let Some(path) = self.title.outline(x, y, self.width, align) {
            canvas.fill(&path, color);
        }
        self.draw_magic(canvas, x, y, align, fade(color, 0.86));
    }

    /// All of it in one colour, the captions fainter.
    pub(super) fn draw(&self, canvas: &mut Canvas, x: f32, y: f32, align: Align, color: Color) {
        self.draw_head(canvas, x, y, align, color);
        self.caption.draw(canvas, x, y + self.head_height() + self.gap, align, color);
    }
}

/// A star of four points.
fn spark(canvas: &mut Canvas, x: f32, y: f32, radius: f32, color: Color) {
    let mut path = PathBuilder::new();
    let waist = radius * 0.16;
    path.move_to(x, y - radius);
    path.quad_to(x + waist, y - waist, x + radius, y);
    path.quad_to(x + waist, y + waist, x, y + radius);
    path.quad_to(x - waist, y + waist, x - radius, y);
    path.quad_to(x - waist, y - waist, x, y - radius);
    path.close();
    if let Some(path) = path.finish() {
        canvas.fill(&path, color);
    }
}

/// Parameters: names fainter than values, in rows.
#[derive(Default)]
pub(super) struct Caption {
    rows: Vec<Row>,
    size: f32,
    width: f32,
}

/// Pieces from the left, and whether a piece is a name.
struct Row {
    pieces: Vec<(f32, bool, Setting)>,
    width: f32,
    height: f32,
    /// Struck out: what is not wanted.
    negative: bool,
}

impl Caption {
    fn set(words: &Words, size: f32, width: f32, height: f32) -> Self {
        let (gap, between) = (size * 0.4, size * 1.4);
        let mut rows: Vec<Row> = Vec::new();
        let line = size * Typeface::Text.leading();
        for (name, value) in &words.parameters {
            let name = Setting::line(name, Typeface::Text, None, size, width);
            let from = if name.width() > 0.0 { name.width() + gap } else { 0.0 };
            let value = Setting::line(value, Typeface::Text, words.extra.as_ref(), size, (width - from).max(size));
            let wide = from + value.width();
            let fresh = rows.last().is_none_or(|row| row.width + between + wide > width);
            if fresh {
                rows.push(Row { pieces: Vec::new(), width: -between, height: line, negative: false });
            }
            if let Some(row) = rows.last_mut() {
                let at = row.width + between;
                row.pieces.push((at, true, name));
                row.pieces.push((at + from, false, value));
                row.width = at + wide;
            }
        }
        if let Some(negative) = &words.negative {
            let sign = size * 1.2;
            let name = Setting::line("negative_prompt", Typeface::Text, None, size, width);
            // A narrow column has only the sign, without the name.
            let named = name.width() < width * 0.4;
            let from = sign + if named { name.width() + gap } else { 0.0 };
            let room = Room { width: width - from, height: line * 2.2, largest: size, smallest: size };
            let value = Setting::fit(negative, Typeface::Text, words.extra.as_ref(), room);
            let (width, height) = (from + value.width(), value.height() + size * 0.35);
            let mut pieces = vec![(from, false, value)];
            if named {
                pieces.push((sign, true, name));
            }
            rows.push(Row { pieces, width, height, negative: true });
        }
        let mut used = 0.0;
        rows.retain(|row| {
            used += row.height;
            used <= height
        });
        Self { rows, size, width }
    }

    pub(super) fn height(&self) -> f32 {
        self.rows.iter().map(|row| row.height).sum()
    }

    pub(super) fn width(&self) -> f32 {
        self.rows.iter().map(|row| row.width).fold(0.0, f32::max)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, x: f32, y: f32, align: Align, color: Color) {
        let mut top = y;
        for row in &self.rows {
            let left = match align {
                Align::Left => x,
                Align::Center => x + (self.width - row.width) / 2.0,
            };
            for (at, is_name, piece) in &row.pieces {
                if let Some(path) = piece.outline(left + at, top, self.width, Align::Left) {
                    canvas.fill(&path, fade(color, if *is_name { 0.62 } else { 0.95 }));
                }
            }
            if row.negative {
                self.forbid(canvas, left, top, color);
            }
            top += row.height;
        }
    }

    /// The sign in front of a negative prompt: a ring with a bar across.
    fn forbid(&self, canvas: &mut Canvas, x: f32, y: f32, color: Color) {
        let radius = self.size * 0.36;
        let (center_x, center_y) = (x + self.size * 0.42, y + self.size * 0.365);
        let line = self.size * 0.11;
        canvas.ring(center_x, center_y, radius, line, fade(color, 0.85));
        let reach = radius * 0.707;
        let mut bar = PathBuilder::new();
        bar.move_to(center_x - reach, center_y - reach);
        bar.line_to(center_x + reach, center_y + reach);
        if let Some(bar) = bar.finish() {
            canvas.stroke(&bar, line, fade(color, 0.85));
        }
    }
}

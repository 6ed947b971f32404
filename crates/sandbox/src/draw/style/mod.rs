//! One look for each style of the API; a style that is not known gets the look of `auto`.

mod anime;
mod auto;
mod design;
mod general;
mod layout;
mod realistic;
mod render_3d;

use tiny_skia::Rect;

use super::canvas::Canvas;
use super::caption::{Column, Words};
use super::color::{fade, hex};
use super::font::Typeface;
use super::rng::Rng;
use super::text::Align;

/// How a style looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Auto,
    General,
    Realistic,
    Design,
    Render3d,
    Anime,
}

impl Look {
    pub(super) fn named(style: &str) -> Self {
        match style {
            "general" => Self::General,
            "realistic" => Self::Realistic,
            "design" => Self::Design,
            "render_3D" => Self::Render3d,
            "anime" => Self::Anime,
            _ => Self::Auto,
        }
    }

    /// Fills the canvas. `rng` decides the composition.
    pub(super) fn art(self, canvas: &mut Canvas, rng: Rng) {
        match self {
            Self::Auto => auto::art(canvas, rng),
            Self::General => general::art(canvas, rng),
            Self::Realistic => realistic::art(canvas, rng),
            Self::Design => design::art(canvas, rng),
            Self::Render3d => render_3d::art(canvas, rng),
            Self::Anime => anime::art(canvas, rng),
        }
    }

    /// Writes the words on a whole picture. `rng` is as it was for the art.
    pub(super) fn letter(self, canvas: &mut Canvas, words: &Words, rng: Rng) {
        match self {
            Self::Auto => auto::letter(canvas, words, rng),
            Self::General => general::letter(canvas, words, rng),
            Self::Realistic => realistic::letter(canvas, words, rng),
            Self::Design => design::letter(canvas, words, rng),
            Self::Render3d => render_3d::letter(canvas, words, rng),
            Self::Anime => anime::letter(canvas, words, rng),
        }
    }

    /// Writes the words into a part of a picture, on a card that keeps them readable whatever is around.
    pub(super) fn letter_within(self, canvas: &mut Canvas, words: &Words, area: Rect) {
        let (typeface, paper, ink) = match self {
            Self::Auto => (Typeface::Headline, hex(0x10_1524), hex(0xff_ffff)),
            Self::General => (Typeface::Serif, hex(0xfb_f4e4), hex(0x2b_2a33)),
            Self::Realistic => (Typeface::Serif, hex(0x0b_0b0d), hex(0xf4_efe6)),
            Self::Design => (Typeface::Headline, hex(0xf4_efe4), hex(0x16_1616)),
            Self::Render3d => (Typeface::Round, hex(0xff_ffff), hex(0x33_3152)),
            Self::Anime => (Typeface::Comic, hex(0xff_ffff), hex(0x1d_2350)),
        };
        let side = area.width().min(area.height());
        let margin = side * 0.06;
        let padding = side * 0.06;
        let room = (area.width() - 2.0 * (margin + padding), area.height() - 2.0 * (margin + padding));
        if room.0 < 8.0 || room.1 < 8.0 {
            return;
        }
        let small = (side * 0.035).clamp(9.0, 40.0);
        let column = Column::set(words, typeface, room, side * 0.16, small.min(room.1 / 2.0));
        let (width, height) = (column.widest().min(room.0), column.height().min(room.1));
        let x = area.x() + (area.width() - width) / 2.0;
        let y = area.y() + (area.height() - height) / 2.0;
        let card = Rect::from_xywh(x - padding, y - padding, width + 2.0 * padding, height + 2.0 * padding);
        if let Some(card) = card {
            canvas.card(card, padding * 0.6, fade(paper, 0.94));
        }
        column.draw(canvas, x, y, Align::Left, ink);
    }

    /// Three phrases that an expanded prompt gains.
    pub(super) fn expansion(self, rng: &mut Rng) -> String {
        let phrases: [&str; 9] = match self {
            Self::Auto => [
                "luminous gradients",
                "flowing contours",
                "deep contrast",
                "soft haze",
                "fine grain",
                "vivid accents",
                "quiet depth",
                "rich colour",
                "balanced composition",
            ],
            Self::General => [
                "layered hills",
                "warm evening light",
                "paper-cut edges",
                "long shadows",
                "calm horizon",
                "drifting mist",
                "travel poster",
                "muted palette",
                "tall pines",
            ],
            Self::Realistic => [
                "golden hour",
                "35 mm film",
                "shallow depth of field",
                "long exposure",
                "natural light",
                "soft bokeh",
                "fine grain",
                "calm water",
                "cinematic framing",
            ],
            Self::Design => [
                "strict grid",
                "flat colour",
                "bold geometry",
                "generous white space",
                "heavy grotesque",
                "screen print",
                "primary shapes",
                "strong rhythm",
                "clear hierarchy",
            ],
            Self::Render3d => [
                "studio softbox",
                "glossy clay",
                "pastel backdrop",
                "rounded forms",
                "subsurface glow",
                "soft shadows",
                "playful scale",
                "clean reflections",
                "isometric calm",
            ],
            Self::Anime => [
                "towering clouds",
                "drifting petals",
                "cel shading",
                "summer sky",
                "lens flare",
                "painted backdrop",
                "clean line art",
                "wind in the grass",
                "nostalgic mood",
            ],
        };
        let first = rng.below(phrases.len());
        let step = 1 + rng.below(3);
        let chosen: Vec<&str> = phrases.iter().cycle().skip(first).step_by(step).take(3).copied().collect();
        chosen.join(", ")
    }
}

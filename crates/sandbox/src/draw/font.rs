//! The typefaces that come with the crate, shaped and as outlines.

use std::fmt;
use std::sync::{Arc, LazyLock};

use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathSink};
use harfrust::{Buffer, Direction, Font, GlyphId, ShapeOptions, ShaperFont};
use tiny_skia::PathBuilder;
use unicode_segmentation::UnicodeSegmentation;

/// A face to set a text in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typeface {
    /// Quiet and small: captions.
    Text,
    /// Heavy grotesque.
    Headline,
    /// Old-style book face.
    Serif,
    /// Heavy and round.
    Round,
    /// Hand-cut, as on the cover of a comic.
    Comic,
}

static FACES: LazyLock<[Option<Font>; 5]> = LazyLock::new(|| {
    [
        &include_bytes!("../../assets/fonts/Inter-Medium.ttf")[..],
        &include_bytes!("../../assets/fonts/InterDisplay-ExtraBold.ttf")[..],
        &include_bytes!("../../assets/fonts/EBGaramond-SemiBold.ttf")[..],
        &include_bytes!("../../assets/fonts/Nunito-Black.ttf")[..],
        &include_bytes!("../../assets/fonts/MochiyPopOne-Regular.ttf")[..],
    ]
    .map(|bytes| Font::new(bytes, 0))
});

impl Typeface {
    fn font(self) -> Option<&'static Font> {
        FACES.get(self as usize)?.as_ref()
    }

    /// This face, then the one for characters that it lacks.
    fn chain(self) -> [Self; 2] {
        match self {
            Self::Text | Self::Serif => [self, Self::Text],
            Self::Headline | Self::Round | Self::Comic => [self, Self::Headline],
        }
    }

    /// The height of its capitals, in ems.
    pub(super) fn cap_height(self) -> f32 {
        match self {
            Self::Serif => 0.65,
            Self::Round => 0.705,
            Self::Text | Self::Headline | Self::Comic => 0.73,
        }
    }

    /// From one baseline to the next, in ems.
    pub(super) fn leading(self) -> f32 {
        match self {
            Self::Text => 1.42,
            Self::Headline => 1.06,
            Self::Serif => 1.08,
            Self::Round => 1.1,
            Self::Comic => 1.26,
        }
    }

    /// Added to the advance of each character, in ems.
    fn tracking(self) -> f32 {
        match self {
            Self::Headline => -0.012,
            Self::Text | Self::Serif | Self::Round | Self::Comic => 0.0,
        }
    }
}

/// A typeface from a file, for letters that those of the crate lack; for scripts that run from left to right.
#[derive(Clone)]
pub struct Face {
    font: Font,
    bytes: Arc<[u8]>,
}

impl Face {
    /// Reads a TrueType or OpenType file; the first font of a collection. `None` for anything else.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let bytes: Arc<[u8]> = bytes.into();
        let font = Font::new(bytes.to_vec(), 0)?;
        Some(Self { font, bytes })
    }
}

impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Face({} bytes)", self.bytes.len())
    }
}

/// Where a glyph is from.
#[derive(Clone, Debug)]
enum Source {
    BuiltIn(Typeface),
    File(Face),
}

impl Source {
    fn font(&self) -> Option<&Font> {
        match self {
            Self::BuiltIn(typeface) => typeface.font(),
            Self::File(face) => Some(&face.font),
        }
    }

    fn covers(&self, cluster: &str) -> bool {
        let Some(font) = self.font() else { return false };
        let charmap = font.charmap();
        cluster.chars().all(|character| charmap.map_unicode(character).is_some_and(|glyph| glyph.to_u32() != 0))
    }
}

/// What one user-perceived character looks like. Lengths are in ems, y grows upwards.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// Where it begins in the text, in bytes.
    pub(super) start: usize,
    pub(super) advance: f32,
    /// Blank: left out at the end of a line.
    pub(super) is_space: bool,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    Glyphs(Vec<Glyph>),
    /// A character that no face has: its code is drawn in a box.
    Missing(char),
}

#[derive(Clone, Debug)]
struct Glyph {
    face: Source,
    id: u32,
    x: f32,
    y: f32,
}

/// The width of a box for a character that no face has, and the space around it.
const BOX_WIDTH: f32 = 0.92;
const BOX_GAP: f32 = 0.06;

/// Sets the text in one line, character by character; what no built-in face has is taken from `extra`.
pub(super) fn shape(text: &str, typeface: Typeface, extra: Option<&Face>) -> Vec<Cluster> {
    let built_in = typeface.chain().map(Source::BuiltIn);
    let sources: Vec<Source> = built_in.into_iter().chain(extra.cloned().map(Source::File)).collect();
    let mut clusters = Vec::new();
    // The run under way: the number of its source, and where it begins.
    let mut run: Option<(usize, usize)> = None;
    let finish = |run: Option<(usize, usize)>, end: usize, clusters: &mut Vec<Cluster>| {
        if let Some((source, from)) = run
            && let Some(source) = sources.get(source)
        {
            shape_run(text.get(from..end).unwrap_or_default(), from, source, typeface, clusters);
        }
    };
    for (start, cluster) in text.grapheme_indices(true) {
        let found = sources.iter().position(|source| source.covers(cluster));
        if run.is_some_and(|(current, _)| found != Some(current)) {
            finish(run.take(), start, &mut clusters);
        }
        match found {
            Some(source) => run = run.or(Some((source, start))),
            None => clusters.push(Cluster {
                start,
                advance: BOX_WIDTH + 2.0 * BOX_GAP,
                is_space: false,
                shape: Shape::Missing(cluster.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)),
            }),
        }
    }
    finish(run, text.len(), &mut clusters);
    clusters
}

fn shape_run(text: &str, offset: usize, source: &Source, asked: Typeface, clusters: &mut Vec<Cluster>) {
    let Some(font) = source.font() else { return };
    let em = f32::from(font.units_per_em().max(1));
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    // No face here has a script that runs from the right.
    buffer.set_direction(Direction::LeftToRight);
    buffer.guess_segment_properties();
    if harfrust::shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new()).is_err() {
        return;
    }
    let first = clusters.len();
    for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
        let within = info.cluster as usize;
        let start = offset + within;
        let mut glyph = Glyph {
            face: source.clone(),
            id: info.glyph_id,
            x: position.x_offset as f32 / em,
            y: position.y_offset as f32 / em,
        };
        let advance = position.x_advance as f32 / em;
        match clusters.get_mut(first..).and_then(<[Cluster]>::last_mut) {
            Some(Cluster { start: same, advance: total, shape: Shape::Glyphs(glyphs), .. }) if *same == start => {
                glyph.x += *total - asked.tracking();
                *total += advance;
                glyphs.push(glyph);
            }
            _ => clusters.push(Cluster {
                start,
                advance: advance + asked.tracking(),
                is_space: text.as_bytes().get(within) == Some(&b' '),
                shape: Shape::Glyphs(vec![glyph]),
            }),
        }
    }
}

impl Cluster {
    /// Adds the outline at `size` pixels an em, its baseline starting at `x`, `y`; here y grows downwards.
    pub(super) fn outline(&self, path: &mut PathBuilder, size: f32, x: f32, y: f32) {
        match &self.shape {
            Shape::Glyphs(glyphs) => {
                for glyph in glyphs {
                    glyph.outline(path, size, x + glyph.x * size, y - glyph.y * size);
                }
            }
            Shape::Missing(character) => outline_missing(*character, path, size, x + BOX_GAP * size, y),
        }
    }
}

impl Glyph {
    fn outline(&self, path: &mut PathBuilder, size: f32, x: f32, y: f32) {
        let Some(font) = self.face.font() else { return };
        let Some(outline) = font.outline_glyphs().get(GlyphId::new(self.id)) else { return };
        let scale = size / f32::from(font.units_per_em().max(1));
        let mut sink = Placed { path, scale, x, y };
        // A glyph that cannot be drawn is left out; the faces are our own, so none is.
        let _ = outline.draw(&DrawOptions::new(), DrawMemory::Scratch, &mut sink);
    }
}

/// A box with the character's code in it, two lines of hexadecimal digits, so that no character disappears.
fn outline_missing(character: char, path: &mut PathBuilder, size: f32, x: f32, y: f32) {
    let (width, top, bottom) = (BOX_WIDTH * size, y - 0.78 * size, y + 0.1 * size);
    let line = 0.045 * size;
    path.move_to(x, top);
    path.line_to(x + width, top);
    path.line_to(x + width, bottom);
    path.line_to(x, bottom);
    path.close();
    // The inner outline has the opposite direction, which makes it a hole.
    path.move_to(x + line, top + line);
    path.line_to(x + line, bottom - line);
    path.line_to(x + width - line, bottom - line);
    path.line_to(x + width - line, top + line);
    path.close();
    let code = format!("{:04X}", u32::from(character));
    let (upper, lower) = code.split_at(code.len() / 2);
    let small = size * 0.36;
    for (digits, baseline) in [(upper, y - 0.4 * size), (lower, y - 0.02 * size)] {
        let clusters = shape(digits, Typeface::Text, None);
        let advance: f32 = clusters.iter().map(|cluster| cluster.advance).sum();
        let mut at = x + (width - advance * small) / 2.0;
        for cluster in clusters {
            cluster.outline(path, small, at, baseline);
            at += cluster.advance * small;
        }
    }
}

/// Receives an outline in font units and adds it to a path in pixels.
struct Placed<'a> {
    path: &'a mut PathBuilder,
    scale: f32,
    x: f32,
    y: f32,
}

impl Placed<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl PathSink for Placed<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, control_x: f32, control_y: f32, x: f32, y: f32) {
        let (control_x, control_y) = self.at(control_x, control_y);
        let (x, y) = self.at(x, y);
        self.path.quad_to(control_x, control_y, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

//! Text in lines: cleaned, wrapped, made to fit.

use tiny_skia::{Path, PathBuilder};
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_segmentation::UnicodeSegmentation;

use super::font::{Cluster, Typeface, shape};

/// More than this many characters fit in no picture at a size that can be read.
const MAX_CHARACTERS: usize = 2000;
/// A character of more code points than this (a letter under a heap of accents) loses the rest.
const MAX_CODE_POINTS: usize = 12;

/// Where lines stand in their column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
}

/// The room that a text has. Lengths are in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) width: f32,
    pub(super) height: f32,
    /// The size to begin with.
    pub(super) largest: f32,
    /// The size below which the text is cut short instead.
    pub(super) smallest: f32,
}

/// A text set in lines.
#[derive(Debug)]
pub(super) struct Setting {
    lines: Vec<Vec<Cluster>>,
    typeface: Typeface,
    /// Pixels an em.
    pub(super) size: f32,
}

/// The text as it can be set: blank space runs become one space, what has no shape is gone, and the length is bounded.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut blank = false;
    // Bytes first: a text of megabytes is not segmented whole.
    let bounded = text
        .char_indices()
        .nth(MAX_CHARACTERS * MAX_CODE_POINTS)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    for character in bounded.graphemes(true).take(MAX_CHARACTERS) {
        let visible = character.chars().filter(|code| !is_invisible(*code)).take(MAX_CODE_POINTS);
        let character: String = visible.collect();
        if character.chars().all(char::is_whitespace) {
            blank |= !character.is_empty();
        } else {
            if blank && !cleaned.is_empty() {
                cleaned.push(' ');
            }
            blank = false;
            cleaned.push_str(&character);
        }
    }
    cleaned
}

/// Control and format characters: they steer text and have no shape of their own.
fn is_invisible(code: char) -> bool {
    (code.is_control() && !code.is_whitespace())
        || matches!(code,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

impl Setting {
    /// Sets the text as large as the room allows, in lines of like length, with an ellipsis where it must be cut.
    pub(super) fn fit(text: &str, typeface: Typeface, room: Room) -> Self {
        let text = clean(text);
        let words = words(&text, typeface);
        let smallest = room.smallest.min(room.largest);
        // Rather smaller than a word torn apart, but not at any price.
        let whole_words = (room.largest * 0.4).max(smallest);
        for (tear, least) in [(false, whole_words), (true, smallest)] {
            let mut size = room.largest;
            loop {
                if let Some(lines) = wrap(&words, room.width / size, tear)
                    && height(lines.len(), typeface) * size <= room.height
                {
                    return Self { lines: balance(&words, lines, room.width / size, tear), typeface, size };
                }
                if size <= least {
                    break;
                }
                size = (size * 0.96).max(least);
            }
        }
        let mut lines = wrap(&words, room.width / smallest, true).unwrap_or_default();
        let fitting = ((room.height / smallest - height(1, typeface)) / typeface.leading()).max(0.0) as usize + 1;
        cut(&mut lines, fitting, room.width / smallest, typeface);
        Self { lines, typeface, size: smallest }
    }

    /// Sets the text in one line, cut with an ellipsis where it is wider than `width`.
    pub(super) fn line(text: &str, typeface: Typeface, size: f32, width: f32) -> Self {
        let mut lines = vec![shape(&clean(text), typeface)];
        if advance(lines.first().map_or(&[], Vec::as_slice)) * size > width {
            cut(&mut lines, 0, width / size, typeface);
        }
        Self { lines, typeface, size }
    }

    /// From the top of the first line's capitals to a little below the last baseline, in pixels.
    pub(super) fn height(&self) -> f32 {
        height(self.lines.len(), self.typeface) * self.size
    }

    /// The width of the longest line, in pixels.
    pub(super) fn width(&self) -> f32 {
        self.lines.iter().map(|line| advance(line)).fold(0.0, f32::max) * self.size
    }

    /// The outlines, the column's top left corner at `x`, `y`, lines aligned in `width`.
    pub(super) fn outline(&self, x: f32, y: f32, width: f32, align: Align) -> Option<Path> {
        let mut path = PathBuilder::new();
        let mut baseline = y + self.typeface.cap_height() * self.size;
        for line in &self.lines {
            let indent = match align {
                Align::Left => 0.0,
                Align::Center => (width - advance(line) * self.size) / 2.0,
            };
            let mut at = x + indent;
            for cluster in line {
                cluster.outline(&mut path, self.size, at, baseline);
                at += cluster.advance * self.size;
            }
            baseline += self.typeface.leading() * self.size;
        }
        path.finish()
    }
}

/// The height of so many lines, in ems.
fn height(lines: usize, typeface: Typeface) -> f32 {
    typeface.cap_height() + lines.saturating_sub(1) as f32 * typeface.leading() + 0.22
}

fn advance(clusters: &[Cluster]) -> f32 {
    clusters.iter().map(|cluster| cluster.advance).sum()
}

/// A stretch that no line break may divide.
struct Word {
    clusters: Vec<Cluster>,
    /// Without the space at its end, in ems.
    width: f32,
}

fn words(text: &str, typeface: Typeface) -> Vec<Word> {
    let mut clusters = shape(text, typeface).into_iter().peekable();
    let mut words = Vec::new();
    for (end, opportunity) in linebreaks(text) {
        debug_assert!(opportunity == BreakOpportunity::Allowed || end == text.len());
        let mut word = Vec::new();
        while let Some(cluster) = clusters.next_if(|cluster| cluster.start < end) {
            word.push(cluster);
        }
        let space = word.last().filter(|last| last.is_space).map_or(0.0, |last| last.advance);
        words.push(Word { width: advance(&word) - space, clusters: word });
    }
    words
}

/// Lines of words no wider than `width` ems; `None` when a word is wider and must not be torn.
fn wrap(words: &[Word], width: f32, tear: bool) -> Option<Vec<Vec<Cluster>>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0.0;
    for word in words {
        if used > 0.0 && used + word.width > width {
            lines.push(Vec::new());
            used = 0.0;
        }
        if word.width > width && !tear {
            return None;
        }
        for cluster in &word.clusters {
            if word.width > width && used > 0.0 && used + cluster.advance > width {
                lines.push(Vec::new());
                used = 0.0;
            }
            used += cluster.advance;
            lines.last_mut()?.push(cluster.clone());
        }
    }
    for line in &mut lines {
        while line.pop_if(|last| last.is_space).is_some() {}
    }
    Some(lines)
}

/// As many lines again, in the narrowest column that holds them: no last line of one lonely word.
fn balance(words: &[Word], lines: Vec<Vec<Cluster>>, width: f32, tear: bool) -> Vec<Vec<Cluster>> {
    let count = lines.len();
    let (mut narrow, mut wide) = (width / 2.0, width);
    let mut best = lines;
    for _ in 0..8 {
        let middle = f32::midpoint(narrow, wide);
        match wrap(words, middle, tear).filter(|lines| lines.len() <= count) {
            Some(lines) => (best, wide) = (lines, middle),
            None => narrow = middle,
        }
    }
    best
}

/// Keeps the first lines, the last of them with an ellipsis and no wider than `width` ems.
fn cut(lines: &mut Vec<Vec<Cluster>>, keep: usize, width: f32, typeface: Typeface) {
    if keep > 0 && lines.len() <= keep {
        return;
    }
    lines.truncate(keep.max(1));
    let ellipsis = shape("…", typeface);
    if let Some(last) = lines.last_mut() {
        while !last.is_empty() && advance(last) + advance(&ellipsis) > width {
            last.pop();
        }
        while last.pop_if(|last| last.is_space).is_some() {}
        last.extend(ellipsis);
    }
}

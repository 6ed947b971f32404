//! Text in lines: cleaned, wrapped, made to fit.

use std::ops::Range;

use tiny_skia::{Path, PathBuilder};
use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;

use super::font::{Cluster, Face, Typeface, shape};

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

/// Cleans a text for setting: runs of white space become one space, invisible characters are removed, and the length is
/// bounded.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::new();
    let mut blank = false;
    // The bytes are limited first, so that a text of megabytes is not segmented completely.
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
    pub(super) fn fit(text: &str, typeface: Typeface, extra: Option<&Face>, room: Room) -> Self {
        let run = Run::new(&clean(text), typeface, extra);
        let smallest = room.smallest.min(room.largest);
        // A smaller size is better than a broken word, down to a limit.
        let whole_words = (room.largest * 0.4).max(smallest);
        for (tear, least) in [(false, whole_words), (true, smallest)] {
            let mut size = room.largest;
            loop {
                let width = room.width / size;
                if let Some(lines) = run.wrap(width, tear)
                    && height(lines.len(), typeface) * size <= room.height
                {
                    return Self { lines: run.cut_out(run.balance(lines, width, tear)), typeface, size };
                }
                if size <= least {
                    break;
                }
                size = (size * 0.96).max(least);
            }
        }
        let width = room.width / smallest;
        let mut lines = run.wrap(width, true).unwrap_or_default();
        let fitting = ((room.height / smallest - height(1, typeface)) / typeface.leading()).max(0.0) as usize + 1;
        let is_cut = lines.len() > fitting;
        lines.truncate(fitting);
        let mut lines = run.cut_out(lines);
        if let Some(last) = lines.last_mut().filter(|_| is_cut) {
            end_in_ellipsis(last, width, typeface);
        }
        Self { lines, typeface, size: smallest }
    }

    /// Sets the text in one line, cut with an ellipsis where it is wider than `width`.
    pub(super) fn line(text: &str, typeface: Typeface, extra: Option<&Face>, size: f32, width: f32) -> Self {
        let mut line = shape(&clean(text), typeface, extra);
        if advance(&line) * size > width {
            end_in_ellipsis(&mut line, width / size, typeface);
        }
        Self { lines: vec![line], typeface, size }
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

/// A text in one line, and where it may be broken.
struct Run {
    clusters: Vec<Cluster>,
    words: Vec<Word>,
}

/// A stretch that no line break may divide. Lengths are in ems.
struct Word {
    /// The number of the cluster after it.
    end: usize,
    advance: f32,
    /// Without the space at its end.
    width: f32,
}

impl Run {
    fn new(text: &str, typeface: Typeface, extra: Option<&Face>) -> Self {
        let clusters = shape(text, typeface, extra);
        let mut words = Vec::new();
        let mut rest = clusters.iter().enumerate().peekable();
        for (boundary, _) in linebreaks(text) {
            let mut word = Word { end: 0, advance: 0.0, width: 0.0 };
            while let Some((number, cluster)) = rest.next_if(|(_, cluster)| cluster.start < boundary) {
                word.end = number + 1;
                word.width = if cluster.is_space { word.advance } else { word.advance + cluster.advance };
                word.advance += cluster.advance;
            }
            if word.end > 0 {
                words.push(word);
            }
        }
        Self { clusters, words }
    }

    /// Lines no wider than `width` ems; `None` when a word is wider and must not be torn.
    fn wrap(&self, width: f32, tear: bool) -> Option<Vec<Range<usize>>> {
        let mut lines = Vec::new();
        let (mut start, mut end, mut used) = (0, 0, 0.0);
        for word in &self.words {
            if used > 0.0 && used + word.width > width {
                lines.push(start..end);
                (start, used) = (end, 0.0);
            }
            if word.width <= width {
                used += word.advance;
            } else if tear {
                for (number, cluster) in self.clusters.iter().enumerate().take(word.end).skip(end) {
                    if used > 0.0 && used + cluster.advance > width {
                        lines.push(start..number);
                        (start, used) = (number, 0.0);
                    }
                    used += cluster.advance;
                }
            } else {
                return None;
            }
            end = word.end;
        }
        lines.push(start..end);
        Some(lines)
    }

    /// The same number of lines in the narrowest column that holds them, so that the last line is not a single word.
    fn balance(&self, lines: Vec<Range<usize>>, width: f32, tear: bool) -> Vec<Range<usize>> {
        let count = lines.len();
        let (mut narrow, mut wide) = (width / 2.0, width);
        let mut best = lines;
        for _ in 0..8 {
            let middle = f32::midpoint(narrow, wide);
            match self.wrap(middle, tear).filter(|lines| lines.len() <= count) {
                Some(lines) => (best, wide) = (lines, middle),
                None => narrow = middle,
            }
        }
        best
    }

    /// The clusters of each line, without the space at its end.
    fn cut_out(&self, lines: Vec<Range<usize>>) -> Vec<Vec<Cluster>> {
        let line = |line: Range<usize>| {
            let mut clusters = self.clusters.get(line).unwrap_or_default().to_vec();
            drop_spaces(&mut clusters);
            clusters
        };
        lines.into_iter().map(line).collect()
    }
}

fn drop_spaces(line: &mut Vec<Cluster>) {
    while line.pop_if(|last| last.is_space).is_some() {}
}

/// Shortens the line until an ellipsis fits behind it.
fn end_in_ellipsis(line: &mut Vec<Cluster>, width: f32, typeface: Typeface) {
    let ellipsis = shape("…", typeface, None);
    let room = width - advance(&ellipsis);
    let mut used = advance(line);
    while used > room
        && let Some(last) = line.pop()
    {
        used -= last.advance;
    }
    drop_spaces(line);
    line.extend(ellipsis);
}

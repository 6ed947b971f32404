//! Pictures on one sheet, each with its label below.

use crate::exit::Failure;
use crate::pictures::{png, read, size};
use font8x8::{BASIC_FONTS, GREEK_FONTS, LATIN_FONTS, UnicodeFonts as _};
use image::imageops::overlay;
use image::{DynamicImage, Rgb, RgbImage};
use std::path::{Path, PathBuf};

/// The longer side of a picture, in pixels.
const CELL: u32 = 320;

/// The room around pictures.
const GAP: u32 = 16;

/// How many pixels a dot of a letter has, to each side.
const DOT: u32 = 2;

/// The side of a letter.
const LETTER: u32 = 8 * DOT;

const PAPER: Rgb<u8> = Rgb([250, 250, 248]);
const INK: Rgb<u8> = Rgb([30, 30, 30]);
/// Where a picture is missing.
const EMPTY: Rgb<u8> = Rgb([225, 225, 222]);

/// A picture and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) label: String,
    /// The file; `None` where there is none.
    pub(crate) path: Option<PathBuf>,
}

/// The sheet as a PNG file: as many rows as columns, or one less.
pub(crate) fn grid(cells: &[Cell]) -> Result<Vec<u8>, Failure> {
    let count = u32::try_from(cells.len()).unwrap_or(u32::MAX).max(1);
    let columns = (1..=count).find(|columns| columns * columns >= count).unwrap_or(1);
    let rows = count.div_ceil(columns);
    let heights: Vec<u32> =
        cells.iter().filter_map(|cell| cell.path.as_deref()).map(height_of).collect::<Result<_, _>>()?;
    let room = heights.into_iter().max().unwrap_or(CELL);
    let (width, height) = (CELL + GAP, room + GAP + 2 * LETTER + GAP);
    let mut sheet = RgbImage::from_pixel(columns * width + GAP, rows * height + GAP, PAPER);
    for (index, cell) in (0..).zip(cells) {
        let (left, top) = (GAP + (index % columns) * width, GAP + (index / columns) * height);
        match &cell.path {
            Some(path) => {
                let picture = read(path)?.thumbnail(CELL, CELL).into_rgba8();
                let right = CELL.saturating_sub(picture.width()) / 2;
                let down = room.saturating_sub(picture.height()) / 2;
                let mut whole = DynamicImage::ImageRgb8(sheet);
                overlay(&mut whole, &picture, i64::from(left + right), i64::from(top + down));
                sheet = whole.into_rgb8();
            }
            None => fill(&mut sheet, left, top, (CELL, room), EMPTY),
        }
        let label = if cell.path.is_some() { cell.label.clone() } else { format!("failed: {}", cell.label) };
        write(&mut sheet, left, top + room + GAP / 2, &label);
    }
    png(&DynamicImage::ImageRgb8(sheet))
}

/// How high a picture is on the sheet.
fn height_of(path: &Path) -> Result<u32, Failure> {
    let (width, height) = size(path)?;
    let scaled = u64::from(CELL) * u64::from(height) / u64::from(width.max(height).max(1));
    Ok(u32::try_from(scaled).unwrap_or(CELL).clamp(1, CELL))
}

fn fill(sheet: &mut RgbImage, left: u32, top: u32, (width, height): (u32, u32), colour: Rgb<u8>) {
    for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
        if let Some(pixel) = sheet.get_pixel_mut_checked(left + x, top + y) {
            *pixel = colour;
        }
    }
}

/// Writes a label in two lines at most; what has no room is left out.
fn write(sheet: &mut RgbImage, left: u32, top: u32, text: &str) {
    let columns = (CELL / LETTER) as usize;
    for (index, character) in text.chars().take(2 * columns).enumerate() {
        let (Ok(column), Ok(row)) = (u32::try_from(index % columns), u32::try_from(index / columns)) else { return };
        letter(sheet, left + column * LETTER, top + row * LETTER, character);
    }
}

fn letter(sheet: &mut RgbImage, left: u32, top: u32, character: char) {
    let glyph = [BASIC_FONTS.get(character), LATIN_FONTS.get(character), GREEK_FONTS.get(character)];
    let glyph = glyph.into_iter().flatten().next().or_else(|| BASIC_FONTS.get('?')).unwrap_or_default();
    for (y, row) in (0..).zip(glyph) {
        for x in (0..8).filter(|x| row & (1 << x) != 0) {
            fill(sheet, left + x * DOT, top + y * DOT, (DOT, DOT), INK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CELL, Cell, EMPTY, GAP, INK, LETTER, PAPER, grid};
    use image::{Rgb, RgbImage};

    #[test]
    fn each_picture_has_its_place_and_its_label_below() {
        let folder = tempfile::tempdir().unwrap();
        let colours = [Rgb([200, 0, 0]), Rgb([0, 200, 0])];
        let mut cells: Vec<Cell> = colours
            .iter()
            .enumerate()
            .map(|(index, colour)| {
                let path = folder.path().join(format!("{index}.png"));
                RgbImage::from_pixel(400, 200, *colour).save(&path).unwrap();
                Cell { label: "anime, seed 7".to_owned(), path: Some(path) }
            })
            .collect();
        cells.push(Cell { label: "seed 8".to_owned(), path: None });
        let sheet = image::load_from_memory(&grid(&cells).unwrap()).unwrap().into_rgb8();
        // No picture is higher than half of its width.
        let room = CELL / 2;
        let (width, height) = (CELL + GAP, room + GAP + 2 * LETTER + GAP);
        assert_eq!(sheet.dimensions(), (2 * width + GAP, 2 * height + GAP));
        let middle =
            |column: u32, row: u32| *sheet.get_pixel(column * width + GAP + CELL / 2, row * height + GAP + room / 2);
        assert_eq!([middle(0, 0), middle(1, 0), middle(0, 1), middle(1, 1)], [colours[0], colours[1], EMPTY, PAPER]);
        let ink = |column: u32, row: u32| {
            let (left, top) = (column * width + GAP, row * height + GAP + room);
            (left..left + CELL)
                .flat_map(|x| (top..top + 2 * LETTER + GAP).map(move |y| (x, y)))
                .filter(|(x, y)| *sheet.get_pixel(*x, *y) == INK)
                .count()
        };
        assert!(ink(0, 0) > 200 && ink(0, 1) > 200, "labels are there");
        assert_eq!(ink(1, 1), 0);
    }
}

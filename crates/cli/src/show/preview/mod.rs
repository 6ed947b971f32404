//! `--preview`: a saved picture on the terminal, in the terminal's own way, or in coloured half blocks.

mod blocks;
mod iterm;
mod kitty;
mod size;
mod terminal;

use crate::output::{Output, picture, warn};
use crate::pictures::{png, read};
use crate::settings::env;
use image::DynamicImage;
use size::Cells;
use std::path::Path;
use terminal::{Way, way};

/// Pixels of a cell where a terminal scales the picture itself. More are sharper, and slow over a network.
const CELL: (u32, u32) = (10, 20);

/// Shows a picture on stderr, no larger than the terminal. Where stderr is no terminal, nothing is shown.
pub(super) fn show(path: &Path, output: Output) {
    if !output.is_watched() {
        return;
    }
    let Some(way) = way(&env::terminal()) else {
        return output.note("this terminal shows no pictures; `--open` shows them in another program");
    };
    match drawn(path, way) {
        Ok(bytes) => picture(&bytes),
        // The picture is saved, so it is not a failure that it cannot be shown.
        Err(why) => warn(&format!("no preview: {why}")),
    }
}

/// What makes the terminal show the picture.
fn drawn(path: &Path, way: Way) -> Result<Vec<u8>, String> {
    let picture = read(path).map_err(|failure| failure.message().to_owned())?;
    let cells = Cells::fit((picture.width(), picture.height()), terminal::size());
    let scaled = |width: u32, height: u32| {
        // Never larger than it is, but where a cell is a pixel.
        let (width, height) = (width.min(picture.width()), height.min(picture.height()));
        DynamicImage::ImageRgb8(picture.thumbnail_exact(width.max(1), height.max(1)).into_rgb8())
    };
    Ok(match way {
        Way::Blocks(colours) => {
            let small = picture.thumbnail_exact(cells.columns, cells.rows * 2).into_rgb8();
            blocks::draw(&small, colours)
        }
        Way::Kitty | Way::Iterm => {
            let small = scaled(cells.columns * CELL.0, cells.rows * CELL.1);
            let png = png(&small).map_err(|failure| failure.message().to_owned())?;
            if way == Way::Kitty { kitty::draw(&png, cells) } else { iterm::draw(&png, cells) }
        }
    })
}

//! The shapes of a mask: where they are, and how they are filled.

use super::Edits;
use crate::exit::Failure;
use image::GrayImage;
use std::str::FromStr;
use tiny_skia::{FillRule, Mask, Path, PathBuilder, Rect, Transform};

/// A place in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Length {
    Pixels(f32),
    /// Of the picture's width or height.
    Percent(f32),
}

impl Length {
    fn of(self, whole: u32) -> f32 {
        match self {
            Self::Pixels(pixels) => pixels,
            #[expect(clippy::cast_precision_loss, reason = "a side has some thousand pixels")]
            Self::Percent(percent) => whole as f32 * percent / 100.0,
        }
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, percent) = match text.trim().strip_suffix('%') {
            Some(number) => (number, true),
            None => (text.trim(), false),
        };
        match number.parse::<f32>() {
            Ok(number) if number.abs() <= 100_000.0 => {
                Ok(if percent { Self::Percent(number) } else { Self::Pixels(number) })
            }
            _ => Err(format!("`{text}` must be a number of pixels or a percentage, such as `64` or `12.5%`")),
        }
    }
}

/// A rectangle: left, top, width, height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area([Length; 4]);

impl FromStr for Area {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lengths = text.split(',').map(Length::from_str).collect::<Result<Vec<_>, _>>()?;
        let lengths = <[Length; 4]>::try_from(lengths)
            .map_err(|_| "it must be left, top, width and height: `10,10,200,50%`".to_owned())?;
        match lengths {
            [
                _,
                _,
                Length::Pixels(width) | Length::Percent(width),
                Length::Pixels(height) | Length::Percent(height),
            ] if width > 0.0 && height > 0.0 => Ok(Self(lengths)),
            _ => Err("its width and height must be more than 0".to_owned()),
        }
    }
}

impl Area {
    fn rect(self, (width, height): (u32, u32)) -> Option<Rect> {
        let Self([left, top, across, down]) = self;
        Rect::from_xywh(left.of(width), top.of(height), across.of(width), down.of(height))
    }
}

/// The corners of a polygon, at least three.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Corners(Vec<[Length; 2]>);

impl FromStr for Corners {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let corner = |text: &str| match text.split_once(',') {
            Some((x, y)) => Ok([x.parse()?, y.parse()?]),
            None => Err(format!("`{text}` must be two lengths, such as `10,50%`")),
        };
        let corners = text.split_whitespace().map(corner).collect::<Result<Vec<_>, String>>()?;
        if corners.len() < 3 {
            return Err("a polygon has at least three corners: `10,10 200,10 100,90%`".to_owned());
        }
        Ok(Self(corners))
    }
}

/// The shapes of one mask.
#[derive(Clone, Debug)]
pub(super) enum Shapes {
    Rectangles(Vec<Area>),
    Ellipses(Vec<Area>),
    Polygons(Vec<Corners>),
}

/// A mask of this size on which the shapes have the colour that is repainted. Edges are hard: a mask has two colours.
pub(super) fn paint(shapes: &Shapes, size: (u32, u32), edits: Edits) -> Result<GrayImage, Failure> {
    let (width, height) = size;
    let mut filled = Mask::new(width, height).ok_or_else(|| Failure::usage("a mask has at least one pixel"))?;
    for path in paths(shapes, size) {
        filled.fill_path(&path, FillRule::EvenOdd, false, Transform::identity());
    }
    let pixels = filled.data().iter().map(|covered| if *covered == 0 { edits.kept() } else { edits.repainted() });
    GrayImage::from_raw(width, height, pixels.collect())
        .ok_or_else(|| Failure::failed("the mask is not as large as asked"))
}

fn paths(shapes: &Shapes, size: (u32, u32)) -> Vec<Path> {
    match shapes {
        Shapes::Rectangles(areas) => {
            areas.iter().filter_map(|area| area.rect(size)).map(PathBuilder::from_rect).collect()
        }
        Shapes::Ellipses(areas) => areas.iter().filter_map(|area| PathBuilder::from_oval(area.rect(size)?)).collect(),
        Shapes::Polygons(polygons) => polygons.iter().filter_map(|corners| polygon(corners, size)).collect(),
    }
}

fn polygon(Corners(corners): &Corners, (width, height): (u32, u32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, [x, y]) in corners.iter().enumerate() {
        let (x, y) = (x.of(width), y.of(height));
        if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.close();
    path.finish()
}

#[cfg(test)]
mod tests {
    use super::{Area, Corners, Edits, Shapes, paint};

    fn picture(shapes: &Shapes, edits: Edits) -> Vec<String> {
        let mask = paint(shapes, (8, 4), edits).unwrap();
        let line = |row: image::buffer::Pixels<'_, image::Luma<u8>>| {
            row.map(|pixel| if pixel.0 == [0] { '#' } else { '.' }).collect()
        };
        mask.rows().map(line).collect()
    }

    #[test]
    fn a_shape_is_where_it_was_asked_for() {
        let area = |text: &str| text.parse::<Area>().unwrap();
        let rectangles = Shapes::Rectangles(vec![area("1,1,3,50%"), area("75%,0,100,1")]);
        assert_eq!(picture(&rectangles, Edits::Black), ["......##", ".###....", ".###....", "........"]);
        assert_eq!(picture(&rectangles, Edits::White), ["######..", "#...####", "#...####", "########"]);
        let ellipse = Shapes::Ellipses(vec![area("0,0,100%,100%")]);
        assert_eq!(picture(&ellipse, Edits::Black), [".######.", "########", "########", ".######."]);
        let polygon = Shapes::Polygons(vec!["0,0 4,0 0,4".parse::<Corners>().unwrap()]);
        assert_eq!(picture(&polygon, Edits::Black), ["####....", "###.....", "##......", "#......."]);
    }

    #[test]
    fn what_is_no_shape_is_said() {
        for (text, why) in [
            ("1,2,3", "it must be left, top, width and height: `10,10,200,50%`"),
            ("1,2,0,4", "its width and height must be more than 0"),
            ("1,2,x,4", "`x` must be a number of pixels or a percentage, such as `64` or `12.5%`"),
            ("1,2,NaN,4", "`NaN` must be a number of pixels or a percentage, such as `64` or `12.5%`"),
            ("1,2,1e30,4", "`1e30` must be a number of pixels or a percentage, such as `64` or `12.5%`"),
        ] {
            assert_eq!(text.parse::<Area>(), Err(why.to_owned()));
        }
        assert!("1,2 3,4".parse::<Corners>().is_err() && "1,2 3,4 5".parse::<Corners>().is_err());
    }
}

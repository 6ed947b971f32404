//! From scene to file: art, then what it is made from, then the lettering.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Resampling;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbaImage};
use tiny_skia::{Pixmap, Rect};

use super::bitmap::Bitmap;
use super::canvas::Canvas;
use super::caption::Words;
use super::rng::Rng;
use super::style::Look;
use super::{Basis, DrawError, MaskEdits, Picture, Scene};

pub(super) fn compose(scene: &Scene) -> Result<Picture, DrawError> {
    let look = Look::named(&scene.style);
    let seed = scene.seed.to_le_bytes();
    let rng = Rng::new(&[scene.style.as_bytes(), &seed, scene.prompt.as_bytes()]);
    match &scene.basis {
        Basis::Nothing => {
            let (width, height) = scene.ratio.size();
            let mut canvas = canvas(width, height)?;
            look.art(&mut canvas, rng.clone());
            look.letter(&mut canvas, &words(scene, (width, height)), rng);
            encode_opaque(&canvas.into_pixmap())
        }
        Basis::Remix { source, strength } => {
            let (width, height) = scene.ratio.size();
            let mut canvas = canvas(width, height)?;
            look.art(&mut canvas, rng.clone());
            if let Some(source) = cover(source, width, height) {
                canvas.put(0, 0, &source, strength.max(0.0).min(1.0) as f32);
            }
            look.letter(&mut canvas, &words(scene, (width, height)), rng);
            encode_opaque(&canvas.into_pixmap())
        }
        Basis::Edit { source, mask, mask_edits } => {
            let (image_size, mask_size) = ((source.width(), source.height()), (mask.width(), mask.height()));
            if image_size != mask_size {
                return Err(DrawError::MaskSize { image: image_size, mask: mask_size });
            }
            edit(scene, look, &rng, source, &selection(mask, *mask_edits))
        }
    }
}

fn canvas(width: u32, height: u32) -> Result<Canvas, DrawError> {
    Canvas::new(width, height).ok_or(DrawError::Size { width, height })
}

fn words(scene: &Scene, (width, height): (u32, u32)) -> Words {
    let untitled = super::text::clean(&scene.prompt).is_empty();
    let mut facts =
        vec![("", scene.endpoint.clone()), ("style", scene.style.clone()), ("seed", scene.seed.to_string())];
    match &scene.basis {
        Basis::Nothing => facts.push(("ratio", scene.ratio.to_string())),
        Basis::Remix { strength, .. } => {
            facts.push(("ratio", scene.ratio.to_string()));
            facts.push(("strength", strength.to_string()));
        }
        Basis::Edit { mask_edits, .. } => facts.push((
            "mask edits",
            match mask_edits {
                MaskEdits::Black => "black".to_owned(),
                MaskEdits::White => "white".to_owned(),
            },
        )),
    }
    facts.push(("size", format!("{width}×{height}")));
    facts.push(("expand_prompt", scene.expand_prompt.to_string()));
    let mut chance = Rng::new(&[b"expansion", &scene.seed.to_le_bytes(), scene.prompt.as_bytes()]);
    Words {
        title: if untitled { "(no prompt)".to_owned() } else { scene.prompt.clone() },
        magic: scene.expand_prompt.then(|| Look::named(&scene.style).expansion(&mut chance)),
        facts,
        over_source: !matches!(scene.basis, Basis::Nothing),
        negative: Some(scene.negative_prompt.clone()).filter(|text| !super::text::clean(text).is_empty()),
    }
}

/// The picture scaled to cover `width` by `height`, what hangs over cut off evenly.
fn cover(source: &Bitmap, width: u32, height: u32) -> Option<Pixmap> {
    let image = RgbaImage::from_raw(source.width(), source.height(), source.rgba().to_vec())?;
    let scaled = DynamicImage::ImageRgba8(image).resize_to_fill(width, height, Resampling::CatmullRom).into_rgba8();
    let mut pixmap = Pixmap::new(scaled.width(), scaled.height())?;
    for (to, from) in pixmap.data_mut().chunks_exact_mut(4).zip(scaled.as_raw().chunks_exact(4)) {
        if let ([to_red, to_green, to_blue, to_alpha], [red, green, blue, alpha]) = (to, from) {
            let multiply = |channel: u8| ((u16::from(channel) * u16::from(*alpha) + 127) / 255) as u8;
            (*to_red, *to_green, *to_blue, *to_alpha) = (multiply(*red), multiply(*green), multiply(*blue), *alpha);
        }
    }
    Some(pixmap)
}

/// Whether each pixel is drawn anew.
fn selection(mask: &Bitmap, edits: MaskEdits) -> Vec<bool> {
    let selected = |pixel: &[u8]| {
        let [red, green, blue, alpha] = pixel else { return false };
        // Luma of BT.601 in thousandths.
        let luma = (u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114) / 1000;
        *alpha >= 128
            && match edits {
                MaskEdits::Black => luma < 128,
                MaskEdits::White => luma >= 128,
            }
    };
    mask.rgba().chunks_exact(4).map(selected).collect()
}

fn edit(scene: &Scene, look: Look, rng: &Rng, source: &Bitmap, selected: &[bool]) -> Result<Picture, DrawError> {
    let (width, height) = (source.width(), source.height());
    let mut rgba = source.rgba().to_vec();
    if let Some(area) = Area::around(selected, width) {
        let mut canvas = canvas(area.width, area.height)?;
        look.art(&mut canvas, rng.clone());
        if let Some(room) = area.largest_rect(selected, width) {
            look.letter_within(&mut canvas, &words(scene, (width, height)), room);
        }
        let row_bytes = width as usize * 4;
        let drawn = canvas.pixmap().data();
        let rows = rgba.chunks_exact_mut(row_bytes).zip(selected.chunks_exact(width as usize));
        let fresh = drawn.chunks_exact(area.width as usize * 4);
        for ((row, selected), fresh) in rows.skip(area.y as usize).zip(fresh) {
            let pixels = row.chunks_exact_mut(4).zip(selected).skip(area.x as usize);
            for ((old, selected), new) in pixels.zip(fresh.chunks_exact(4)) {
                if *selected {
                    old.copy_from_slice(new);
                }
            }
        }
    }
    if rgba.chunks_exact(4).all(|pixel| pixel.last() == Some(&255)) {
        encode(&without_alpha(&rgba), width, height, ExtendedColorType::Rgb8)
    } else {
        encode(&rgba, width, height, ExtendedColorType::Rgba8)
    }
}

/// The part of a picture that holds everything selected.
struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Area {
    fn around(selected: &[bool], width: u32) -> Option<Self> {
        let (mut left, mut right, mut top, mut bottom) = (u32::MAX, 0, u32::MAX, 0);
        for (row, y) in selected.chunks_exact(width as usize).zip(0_u32..) {
            let Some(first) = row.iter().position(|selected| *selected) else { continue };
            let last = row.iter().rposition(|selected| *selected).unwrap_or(first);
            left = left.min(first as u32);
            right = right.max(last as u32);
            top = top.min(y);
            bottom = y;
        }
        (left <= right).then(|| Self { x: left, y: top, width: right - left + 1, height: bottom - top + 1 })
    }

    /// The largest upright rectangle of selected pixels, in this area's coordinates, found on a coarse grid.
    fn largest_rect(&self, selected: &[bool], width: u32) -> Option<Rect> {
        const CELLS: u32 = 96;
        let cell = (self.width.max(self.height) / CELLS).max(1);
        let (columns, rows) = (self.width / cell, self.height / cell);
        let mut heights = vec![0_u32; columns as usize];
        let mut best = (0.0, None);
        for row in 0..rows {
            for (column, height) in (0..columns).zip(&mut heights) {
                let full = self.cell_is_selected(selected, width, column * cell, row * cell, cell);
                *height = if full { *height + 1 } else { 0 };
            }
            for (left, _) in heights.iter().enumerate() {
                let mut low = u32::MAX;
                for (height, across) in heights.iter().skip(left).zip(1_u32..) {
                    low = low.min(*height);
                    // Words want width: a tall slit is worth less than a band of the same area.
                    let value = across as f32 * low as f32 * (across as f32 / low.max(1) as f32).min(1.0).sqrt();
                    if low > 0 && value > best.0 {
                        let x = left as u32 * cell;
                        let y = (row + 1 - low) * cell;
                        best =
                            (value, Rect::from_xywh(x as f32, y as f32, (across * cell) as f32, (low * cell) as f32));
                    }
                }
            }
        }
        best.1
    }

    fn cell_is_selected(&self, selected: &[bool], width: u32, x: u32, y: u32, cell: u32) -> bool {
        let from = (self.x + x) as usize;
        selected
            .chunks_exact(width as usize)
            .skip((self.y + y) as usize)
            .take(cell as usize)
            .all(|row| row.get(from..from + cell as usize).is_some_and(|part| part.iter().all(|selected| *selected)))
    }
}

fn without_alpha(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        rgb.extend(pixel.iter().take(3));
    }
    rgb
}

fn encode_opaque(pixmap: &Pixmap) -> Result<Picture, DrawError> {
    encode(&without_alpha(pixmap.data()), pixmap.width(), pixmap.height(), ExtendedColorType::Rgb8)
}

pub(super) fn encode(pixels: &[u8], width: u32, height: u32, kind: ExtendedColorType) -> Result<Picture, DrawError> {
    let mut png = Vec::with_capacity(pixels.len() / 2);
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(pixels, width, height, kind)
        .map_err(|_| DrawError::Size { width, height })?;
    Ok(Picture { width, height, png })
}

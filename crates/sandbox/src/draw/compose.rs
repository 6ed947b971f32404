//! Draws a scene into a file: the art, then the source picture, then the lettering.

use image::imageops::FilterType;
use image::{DynamicImage, RgbaImage};
use tiny_skia::Pixmap;

use super::bitmap::Bitmap;
use super::canvas::Canvas;
use super::caption::Words;
use super::edit::edit;
use super::picture::{DrawError, Picture};
use super::png;
use super::rng::Rng;
use super::scene::{MaskEdits, Operation, Scene};
use super::style::Look;

/// Draws the scene. It takes some tens of milliseconds of processor time: call it where blocking is allowed.
///
/// # Errors
/// [`DrawError::MaskSize`] for an edit whose mask does not fit its source.
pub fn draw(scene: &Scene) -> Result<Picture, DrawError> {
    let look = Look::named(&scene.style);
    let seed = scene.seed.to_le_bytes();
    let rng = Rng::new(&[&seed, scene.prompt.as_bytes()]);
    match &scene.operation {
        Operation::Generate => {
            let (width, height) = scene.dimensions();
            let mut canvas = canvas(width, height)?;
            look.art(&mut canvas, rng.clone());
            look.letter(&mut canvas, &words(scene, (width, height)), rng);
            png::opaque(canvas.into_pixmap())
        }
        Operation::Remix { source, strength } => {
            let (width, height) = scene.dimensions();
            let mut canvas = canvas(width, height)?;
            look.art(&mut canvas, rng.clone());
            if let Some(source) = cover(source, width, height) {
                let opacity = if strength.is_nan() { 0.0 } else { strength.clamp(0.0, 1.0) };
                canvas.put(0, 0, &source, opacity as f32);
            }
            look.letter(&mut canvas, &words(scene, (width, height)), rng);
            png::opaque(canvas.into_pixmap())
        }
        Operation::Edit { source, mask, mask_edits } => {
            let (image_size, mask_size) = ((source.width(), source.height()), (mask.width(), mask.height()));
            if image_size != mask_size {
                return Err(DrawError::MaskSize { image: image_size, mask: mask_size });
            }
            edit(look, &rng, source, mask, *mask_edits, &words(scene, image_size))
        }
    }
}

fn canvas(width: u32, height: u32) -> Result<Canvas, DrawError> {
    Canvas::new(width, height).ok_or(DrawError::Size { width, height })
}

fn words(scene: &Scene, (width, height): (u32, u32)) -> Words {
    let untitled = super::text::clean(&scene.prompt).is_empty();
    let mut parameters =
        vec![("", scene.endpoint.clone()), ("style", scene.style.clone()), ("seed", scene.seed.to_string())];
    match &scene.operation {
        Operation::Generate => parameters.push(("ratio", scene.ratio.to_string())),
        Operation::Remix { strength, .. } => {
            parameters.push(("ratio", scene.ratio.to_string()));
            parameters.push(("strength", strength.to_string()));
        }
        Operation::Edit { mask_edits, .. } => parameters.push((
            "mask edits",
            match mask_edits {
                MaskEdits::Black => "black".to_owned(),
                MaskEdits::White => "white".to_owned(),
            },
        )),
    }
    parameters.push(("size", format!("{width}×{height}")));
    parameters.push(("expand_prompt", scene.expand_prompt.to_string()));
    let mut chance = Rng::new(&[b"expansion", &scene.seed.to_le_bytes(), scene.prompt.as_bytes()]);
    Words {
        title: if untitled { "(no prompt)".to_owned() } else { scene.prompt.clone() },
        expansion: scene.expand_prompt.then(|| Look::named(&scene.style).expansion(&mut chance)),
        parameters,
        extra: scene.extra_face.clone(),
        over_source: !matches!(scene.operation, Operation::Generate),
        negative: Some(scene.negative_prompt.clone()).filter(|text| !super::text::clean(text).is_empty()),
    }
}

/// The picture scaled to cover `width` by `height`, what hangs over cut off evenly.
fn cover(source: &Bitmap, width: u32, height: u32) -> Option<Pixmap> {
    let image = RgbaImage::from_raw(source.width(), source.height(), source.rgba().to_vec())?;
    let scaled = DynamicImage::ImageRgba8(image).resize_to_fill(width, height, FilterType::CatmullRom).into_rgba8();
    let mut pixmap = Pixmap::new(scaled.width(), scaled.height())?;
    for (to, from) in pixmap.data_mut().chunks_exact_mut(4).zip(scaled.as_raw().chunks_exact(4)) {
        if let ([to_red, to_green, to_blue, to_alpha], [red, green, blue, alpha]) = (to, from) {
            let multiply = |channel: u8| ((u16::from(channel) * u16::from(*alpha) + 127) / 255) as u8;
            (*to_red, *to_green, *to_blue, *to_alpha) = (multiply(*red), multiply(*green), multiply(*blue), *alpha);
        }
    }
    Some(pixmap)
}

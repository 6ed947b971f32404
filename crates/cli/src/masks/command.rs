//! `ideogram mask`: its commands make or check one mask.

use super::Edits;
use super::preview::preview;
use super::shape::{Area, Corners, Shapes, paint};
use super::survey::Survey;
use crate::envelope::{Envelope, Kind, MaskRow};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use crate::pictures::{png, read, size};
use crate::save;
use clap::ArgMatches;
use image::{DynamicImage, GrayImage};
use std::path::{Path, PathBuf};

/// Where a mask goes when nobody says.
const DEFAULT_NAME: &str = "mask.png";

/// A mask, and what is said of it in words; none where it went to stdout.
type Done = Option<(MaskRow, String)>;

/// Runs one of the commands below `ideogram mask`.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match make(matches, output)? {
        Some((row, _)) if output.json() => print_envelope(&Envelope::new(Kind::Mask, vec![row])),
        Some((_, text)) => write_stdout(text.as_bytes()),
        None => Ok(()),
    }
}

/// Makes a mask, or looks at one.
pub(crate) fn make(matches: &ArgMatches, output: Output) -> Result<Done, Failure> {
    match matches.subcommand() {
        Some(("rect", matches)) => shapes(matches, output, &Shapes::Rectangles(many::<Area>(matches, "at"))),
        Some(("ellipse", matches)) => shapes(matches, output, &Shapes::Ellipses(many::<Area>(matches, "at"))),
        Some(("polygon", matches)) => shapes(matches, output, &Shapes::Polygons(many::<Corners>(matches, "points"))),
        Some(("alpha", matches)) => alpha(matches, output),
        Some(("invert", matches)) => invert(matches, output),
        Some(("check", matches)) => check(matches, output),
        _ => Err(Failure::usage("a command is missing; see `ideogram mask --help`")),
    }
}

fn shapes(matches: &ArgMatches, output: Output, shapes: &Shapes) -> Result<Done, Failure> {
    let of = path(matches, "of");
    let size = match (of, matches.get_one::<(u32, u32)>("size")) {
        (Some(picture), _) => size(picture)?,
        (None, Some(size)) => *size,
        (None, None) => return Err(Failure::usage("say how large the mask is: `--of PICTURE`, or `--size 1024x1024`")),
    };
    let mask = paint(shapes, size, edits(matches))?;
    finish(matches, output, mask, of)
}

/// Transparent becomes the colour that is repainted, all else the other one.
fn alpha(matches: &ArgMatches, output: Output) -> Result<Done, Failure> {
    let source = required(matches, "image")?;
    let picture = read(source)?;
    if !picture.color().has_alpha() {
        return Err(Failure::file(format!("`{}` has no transparency to make a mask of", source.display())));
    }
    let edits = edits(matches);
    let mut mask = GrayImage::new(picture.width(), picture.height());
    for (pixel, source) in mask.pixels_mut().zip(picture.to_luma_alpha8().pixels()) {
        pixel.0 = [if source.0[1] < 128 { edits.repainted() } else { edits.kept() }];
    }
    finish(matches, output, mask, Some(source))
}

fn invert(matches: &ArgMatches, output: Output) -> Result<Done, Failure> {
    let mut mask = read(required(matches, "mask")?)?.into_luma8();
    image::imageops::invert(&mut mask);
    finish(matches, output, mask, path(matches, "of"))
}

/// Says what a mask looks like; a mask that `edit` would stop at is a failure.
fn check(matches: &ArgMatches, output: Output) -> Result<Done, Failure> {
    let source = required(matches, "mask")?;
    let name = source.display().to_string();
    let mask = read(source)?;
    let survey = Survey::of(&mask);
    let of = path(matches, "of");
    if let Some(refusal) = survey.refusal(&name) {
        return Err(refusal);
    }
    if let Some(picture) = of {
        let (width, height) = size(picture)?;
        if (width, height) != (survey.width, survey.height) {
            return Err(Failure::file(format!(
                "the mask `{name}` is {}×{} pixels and the picture `{}` is {width}×{height}: both must have the same size",
                survey.width,
                survey.height,
                picture.display()
            )));
        }
    }
    if let Some(note) = survey.note() {
        output.note(&note);
    }
    let preview = draw(matches, &mask.into_luma8(), of)?;
    let preview = preview.map(|preview| preview.save(matches.get_flag("overwrite"))).transpose()?;
    told(None, &survey, preview, &format!("{}×{}, {}", survey.width, survey.height, survey.shares()))
}

/// Saves what was made, and what shows it. Whether both can be saved is found out before the first is.
fn finish(matches: &ArgMatches, output: Output, mask: GrayImage, of: Option<&Path>) -> Result<Done, Failure> {
    let overwrite = matches.get_flag("overwrite");
    let bytes = png(&DynamicImage::ImageLuma8(mask.clone()))?;
    let target = path(matches, "output");
    let to_stdout = target.is_some_and(|path| path == Path::new("-"));
    if to_stdout {
        save::stdout(output)?;
    }
    let preview = draw(matches, &mask, of)?;
    if to_stdout {
        preview.map(|preview| preview.save(overwrite)).transpose()?;
        return write_stdout(&bytes).map(|()| None);
    }
    let path = match target {
        Some(path) => save::write(path, &bytes, overwrite)?,
        None => save::write_free(Path::new(DEFAULT_NAME), &bytes)?,
    };
    let shown = path.display().to_string();
    let preview = preview.map(|preview| preview.save(overwrite)).transpose();
    let preview = preview.map_err(|failure| failure.and(&format!("the mask itself is saved as `{shown}`")))?;
    let survey = Survey::of(&DynamicImage::ImageLuma8(mask));
    if survey.fault().is_some() {
        output.note("the mask has one colour only: the shapes cover all of it, or none");
    }
    told(Some(&path), &survey, preview, &shown)
}

/// A preview that is ready to be saved.
struct Preview<'a> {
    target: &'a Path,
    png: Vec<u8>,
}

impl Preview<'_> {
    fn save(self, overwrite: bool) -> Result<PathBuf, Failure> {
        save::write(self.target, &self.png, overwrite)
    }
}

/// Draws the preview, where one was asked for.
fn draw<'a>(matches: &'a ArgMatches, mask: &GrayImage, of: Option<&Path>) -> Result<Option<Preview<'a>>, Failure> {
    let Some(target) = path(matches, "preview") else { return Ok(None) };
    let Some(of) = of else {
        return Err(Failure::usage("`--preview` shows the mask on its picture: name the picture with `--of`"));
    };
    save::may_write(target, matches.get_flag("overwrite"))?;
    let both = preview(&read(of)?, mask, edits(matches));
    Ok(Some(Preview { target, png: png(&DynamicImage::ImageRgb8(both))? }))
}

/// What is said of a mask.
#[expect(clippy::unnecessary_wraps, reason = "what its callers give")]
fn told(path: Option<&Path>, survey: &Survey, preview: Option<PathBuf>, line: &str) -> Result<Done, Failure> {
    let text = |path: &Path| path.display().to_string();
    let row = MaskRow {
        path: path.map(text),
        preview: preview.as_deref().map(text),
        width: survey.width,
        height: survey.height,
        black: survey.black,
        white: survey.white,
        grey: survey.grey,
        transparent: survey.transparent,
    };
    let preview = preview.map(|path| format!("{}\n", path.display())).unwrap_or_default();
    Ok(Some((row, format!("{line}\n{preview}"))))
}

fn many<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<T> {
    matches.get_many::<T>(id).into_iter().flatten().cloned().collect()
}

fn path<'a>(matches: &'a ArgMatches, id: &str) -> Option<&'a Path> {
    matches.try_get_one::<PathBuf>(id).ok().flatten().map(PathBuf::as_path)
}

fn required<'a>(matches: &'a ArgMatches, id: &str) -> Result<&'a Path, Failure> {
    path(matches, id).ok_or_else(|| Failure::usage(format!("`{}` is missing", id.to_uppercase())))
}

fn edits(matches: &ArgMatches) -> Edits {
    Edits::named(matches.get_one::<String>("mask-edits").map_or("black", String::as_str))
}

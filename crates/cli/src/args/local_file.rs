//! Local files as inputs: their format is recognised by the content; small ones are inlined, others uploaded.

use crate::args::text::STDIN;
use crate::data_uri;
use crate::exit::Failure;
use crate::masks::Survey;
use crate::pictures::{self, Source, Unread};
use ideogram_client::{Dimensions, Format, limits};
use ideogram_schema::FileRole;
use image::DynamicImage;
use image::imageops::FilterType;
use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// The most bytes of a file that travels inside the request. How much the service takes is not documented, so this is
/// well below what is known to work.
const MAX_INLINE: u64 = 2 << 20;

/// A local file that was looked at.
pub(crate) struct LocalFile {
    /// The path as given, for messages.
    pub(crate) name: String,
    /// Width and height as one sees them, where the file tells.
    pub(crate) size: Option<Dimensions>,
    pub(crate) content: Content,
    /// The pixels of a mask, which may have to be scaled.
    mask: Option<DynamicImage>,
}

/// How a local file gets to the service.
pub(crate) enum Content {
    /// Inside the request.
    Inline(String),
    /// Uploaded before the request.
    Upload(PathBuf),
    /// Made here, too large to travel inside the request; the file goes when this does.
    Made(TempPath),
}

/// What may be done with local pictures before they are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Treatment {
    /// Turn a picture upright when its EXIF data says so.
    pub(crate) rotate: bool,
    /// Send a mask whatever it looks like.
    pub(crate) any_mask: bool,
    /// Scale a mask to the size of its picture.
    pub(crate) fit_mask: bool,
}

/// Whether a file argument is a URL or a data URI rather than a path.
pub(crate) fn is_remote(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "data"))
}

/// Looks at a file for the argument that messages call `flag`. What is worth a word without being wrong goes to `notes`.
pub(crate) fn read(
    path: &Path,
    flag: &str,
    role: FileRole,
    treatment: Treatment,
    notes: &mut Vec<String>,
) -> Result<LocalFile, Failure> {
    let is_stdin = path == Path::new(STDIN);
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let cannot = |why: &dyn Display| Failure::file(format!("cannot read `{name}`, given as `{flag}`: {why}"));
    let (file, can_upload): (Box<dyn Read>, bool) = if is_stdin {
        (Box::new(std::io::stdin()), false)
    } else {
        let file = File::open(path).map_err(|error| cannot(&error))?;
        let is_file = file.metadata().is_ok_and(|found| found.is_file());
        (Box::new(file), is_file)
    };
    // A pipe can be read once only, so it cannot be uploaded afterwards.
    let most = if can_upload { MAX_INLINE } else { limits::INLINE_BYTES };
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if bytes.is_empty() {
        return Err(cannot(&"it is empty"));
    }
    let whole = bytes.len() as u64 <= most;
    if !whole && !can_upload {
        return Err(cannot(&format_args!("it has more than {} MiB; save it to a file first", most >> 20)));
    }
    let format = Format::of(&bytes);
    let mut local =
        LocalFile { size: Dimensions::of(&bytes), content: Content::Upload(path.to_owned()), mask: None, name };
    if whole {
        let content_type = format.map_or("application/octet-stream", Format::content_type);
        local.content = Content::Inline(data_uri::encode(content_type, &bytes));
    }
    if role != FileRole::Other {
        let source = if whole { Source::Bytes(&bytes) } else { Source::Path(path) };
        let shown = local.name.clone();
        let cannot = |why: &dyn Display| Failure::file(format!("cannot read `{shown}`, given as `{flag}`: {why}"));
        look_at(&mut local, source, role, treatment, notes).map_err(|why| match why {
            Refused::Unread(why) => cannot(&why),
            Refused::Failure(failure) => failure,
        })?;
    }
    Ok(local)
}

/// Why a picture is not sent.
enum Refused {
    Unread(Unread),
    Failure(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Decodes a picture, turns it upright, judges a mask.
fn look_at(
    local: &mut LocalFile,
    source: Source<'_>,
    role: FileRole,
    treatment: Treatment,
    notes: &mut Vec<String>,
) -> Result<(), Refused> {
    let decoded = match pictures::decode(source, treatment.rotate) {
        Ok(decoded) => decoded,
        Err(Unread::Format(format)) => {
            notes.push(format!(
                "`{}` is {}, which the service may not take; PNG and JPEG are safe",
                local.name,
                format.content_type()
            ));
            return Ok(());
        }
        Err(Unread::TooLarge) => {
            notes.push(format!("`{}` is too large to be looked at here; it is sent as it is", local.name));
            return Ok(());
        }
        Err(damaged) => return Err(Refused::Unread(damaged)),
    };
    if decoded.turned {
        local.replace(&decoded.picture)?;
        notes.push(format!(
            "`{}` is turned upright, as its EXIF data says, and sent as PNG; `--no-rotate` sends it as it is",
            local.name
        ));
    }
    if role == FileRole::Mask {
        let survey = Survey::of(&decoded.picture);
        if !treatment.any_mask {
            if let Some(refusal) = survey.refusal(&local.name) {
                return Err(refusal.and("`--any-mask` sends it all the same").into());
            }
            notes.extend(survey.note());
        }
        local.mask = Some(decoded.picture);
    }
    Ok(())
}

impl LocalFile {
    /// Scales a mask; `false` where its pixels are not known.
    pub(crate) fn fit(&mut self, size: Dimensions) -> Result<bool, Failure> {
        let (Some(mask), Ok(width), Ok(height)) =
            (self.mask.take(), u32::try_from(size.width), u32::try_from(size.height))
        else {
            return Ok(false);
        };
        self.replace(&mask.resize_exact(width, height, FilterType::Nearest)).map(|()| true)
    }

    /// Sends this picture instead of the file.
    fn replace(&mut self, picture: &DynamicImage) -> Result<(), Failure> {
        let png = pictures::png(picture)?;
        self.size = Dimensions::of(&png);
        self.content = if png.len() as u64 <= MAX_INLINE {
            Content::Inline(data_uri::encode(Format::Png.content_type(), &png))
        } else {
            let cannot = |error: std::io::Error| Failure::file(format!("cannot write a temporary file: {error}"));
            let mut file = tempfile::Builder::new().suffix(".png").tempfile().map_err(cannot)?;
            file.write_all(&png).map_err(cannot)?;
            Content::Made(file.into_temp_path())
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_remote;

    #[test]
    fn urls_and_data_uris_are_no_paths() {
        assert!(is_remote("https://example.com/a.png") && is_remote("HTTP://x") && is_remote("data:,x"));
        assert!(!is_remote("fox.png") && !is_remote("é") && !is_remote("./http:x") && !is_remote("http"));
    }
}
